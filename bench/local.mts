/** `npm run bench:local`: how fast the local run starts, what it takes idle and under load, and the rate that it keeps up with. */
import { setTimeout as sleep } from "node:timers/promises";
import requireNode from "../scripts/require-node.mjs";
import { firstStored, publishAll, READINGS } from "./local-load.mts";
import { started, summaryOf } from "./local-run.mts";
import { machine, unitOfWorkMs } from "./machine.mts";
import { optionsOf, wholeNumber } from "./options.mts";
import { cpuSecondsOf, memoryMbOf, processesOf } from "./process-tree.mts";

requireNode();

const HELP = `Measures the local run: its start, what it takes idle and under load, and the rate that it keeps up with. Needs Linux.

  npm run bench:local -- [--passes N] [--only WORDS] [--idle SECONDS] [--help]

  --passes N       how often each figure is measured; the median counts (default 3)
  --only WORDS     some of start, idle, load, rate, separated by commas (default: all)
  --idle SECONDS   how long an idle run is watched (default 60)
`;

/** The declared batching window, for which a reading may wait. */
const WINDOW_MS = 5000;
/** How long a rate is tried. */
const PROBE_SECONDS = { search: 20, sustained: 60 } as const;
/** Bounds of the search for the sustained rate, and how near they come to each other. */
const RATE = { low: 250, high: 8000, ratio: 1.1 } as const;

/** Values by figure. */
type Figures = Readonly<Record<string, number>>;
type Say = (words: string) => void;

const DEFAULTS = { passes: "3", only: "start,idle,load,rate", idle: "60" };
const { passes, only, idleSeconds } = optionsOf("bench:local", HELP, DEFAULTS, (values) => {
  const words = values.only?.split(",") ?? [];
  const unknown = words.find((word) => !["start", "idle", "load", "rate"].includes(word));
  if (unknown !== undefined) throw new Error(`"--only" must be some of start, idle, load, rate, got "${unknown}"`);
  const idle = wholeNumber("--idle", values.idle, 1);
  return { passes: wholeNumber("--passes", values.passes, 1), only: words, idleSeconds: idle };
});
const MEASURES: Readonly<Record<string, (say: Say) => Promise<Figures>>> = { start, idle, load, rate };
const results = new Map<string, { value: number; unitMs: number }[]>();
for (let pass = 1; pass <= passes; pass += 1) {
  for (const [name, measure] of Object.entries(MEASURES).filter(([word]) => only.includes(word))) {
    const before = unitOfWorkMs();
    const figures = await measure((words) => status(`pass ${pass} of ${passes}: ${name}, ${words}`));
    const unitMs = (before + unitOfWorkMs()) / 2;
    for (const [figure, value] of Object.entries(figures))
      results.set(figure, [...(results.get(figure) ?? []), { value, unitMs }]);
  }
}
status("");
report();
process.exit(0);

/** From the start of the command to the lines that say what to try, and to the first reading that can be read. */
async function start(): Promise<Figures> {
  const startedAt = performance.now();
  const run = await started("--seed 1");
  const readyMs = performance.now() - startedAt;
  await firstStored(run);
  const storedMs = performance.now() - startedAt;
  await run.kill();
  return { 'start to "Try it", s': readyMs / 1000, "start to the first stored reading, s": storedMs / 1000 };
}

/** What a run without devices takes. */
async function idle(say: Say): Promise<Figures> {
  const run = await started("--devices 0");
  await sleep(5000);
  const [cpuBefore, startedAt] = [cpuSecondsOf(run.pid), performance.now()];
  say(`${idleSeconds} s`);
  await sleep(idleSeconds * 1000);
  const share = (cpuSecondsOf(run.pid) - cpuBefore) / ((performance.now() - startedAt) / 1000);
  const memoryMb = memoryMbOf(run.pid);
  const processes = processesOf(run.pid);
  await run.kill();
  return { "idle: CPU, % of a core": share * 100, "idle: memory, MB": memoryMb, "idle: processes": processes };
}

/** What readings over MQTT take, as fast as they are acknowledged. */
async function load(): Promise<Figures> {
  const run = await started("--devices 0");
  await sleep(2000);
  const cpuBefore = cpuSecondsOf(run.pid);
  const seconds = await publishAll(run, "a");
  const cpuSeconds = cpuSecondsOf(run.pid) - cpuBefore;
  await publishAll(run, "b");
  const memoryMb = memoryMbOf(run.pid);
  const processes = processesOf(run.pid);
  await run.kill();
  return {
    [`${READINGS} readings: stored per second`]: READINGS / seconds,
    [`${READINGS} readings: CPU, s`]: cpuSeconds,
    [`after ${2 * READINGS} readings: memory, MB`]: memoryMb,
    [`after ${2 * READINGS} readings: processes`]: processes,
  };
}

/** The highest rate, by bisection and then over a minute, at which a reading is stored within the window and a second, and none is left. */
async function rate(say: Say): Promise<Figures> {
  let [low, high]: [number, number] = [RATE.low, RATE.high];
  while (high / low > RATE.ratio) {
    const probed = Math.round(Math.sqrt(low * high));
    if (await keepsUp(probed, PROBE_SECONDS.search, say)) low = probed;
    else high = probed;
  }
  while (!(await keepsUp(low, PROBE_SECONDS.sustained, say))) low = Math.round(low / RATE.ratio);
  return { "sustained readings per second": low };
}

async function keepsUp(probed: number, seconds: number, say: Say): Promise<boolean> {
  const words = `--devices 100 --rate ${probed} --for ${seconds}s --bad 0 --seed 1 --patience 20s`;
  const { readingsPerSecond, latencyMs, stored, published } = await summaryOf(words);
  const isInTime = latencyMs.p50 <= WINDOW_MS + 1000 && readingsPerSecond >= probed * 0.95;
  const isKeptUp = isInTime && stored === published;
  say(`${probed}/s for ${seconds} s: ${isKeptUp ? "kept up" : "too fast"}, p50 ${latencyMs.p50} ms`);
  return isKeptUp;
}

function status(words: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${words}` : `${words}\n`);
}

function report(): void {
  const rounded = (value: number) => (value >= 100 ? value.toFixed(0) : value.toFixed(1));
  const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);
  const median = (values: readonly number[]) => sorted(values)[Math.floor(values.length / 2)] ?? 0;
  const row = (...cells: string[]) => console.log(`| ${cells.join(" | ")} |`);
  console.log(`${machine()}\n`);
  row("figure", "median", "all", "unit of work, ms");
  row("---", "---:", "---:", "---:");
  for (const [figure, measured] of results) {
    const values = measured.map(({ value }) => value);
    const unitMs = median(measured.map((each) => each.unitMs));
    row(figure, rounded(median(values)), sorted(values).map(rounded).join(", "), rounded(unitMs));
  }
}

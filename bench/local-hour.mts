/** `npm run bench:local-hour`: whether the processor time and the memory of a long local run stay as they are. */
import { setTimeout as sleep } from "node:timers/promises";
import requireNode from "../scripts/require-node.mjs";
import { publishAll, READINGS } from "./local-load.mts";
import { started } from "./local-run.mts";
import { machine, unitOfWorkMs } from "./machine.mts";
import { optionsOf, wholeNumber } from "./options.mts";
import { cpuSecondsOf, memoryMbByPart, memoryMbOf, processesOf } from "./process-tree.mts";

requireNode();

const HELP = `Watches a long local run: its processor time and its memory, a row for each twelfth of the time. Needs Linux.

  npm run bench:local-hour -- [--rate N] [--minutes N] [--before N] [--help]

  --rate N      readings per second of the fleet; 0: no fleet (default 1000)
  --minutes N   how long (default 60)
  --before N    readings that other clients publish before, at least (default 0)
`;
const ROWS = 12;
const PARTS = ["run", "functions", "dynamodb", "s3"] as const;

const DEFAULTS = { rate: "1000", minutes: "60", before: "0" };
const { rate, minutes, before } = optionsOf("bench:local-hour", HELP, DEFAULTS, (values) => ({
  rate: wholeNumber("--rate", values.rate, 0),
  minutes: wholeNumber("--minutes", values.minutes, 1),
  before: wholeNumber("--before", values.before, 0),
}));
console.log(`${machine()}, ${rate} readings per second for ${minutes} min, after ${before} readings\n`);
const seconds = minutes * 60;
const fleet = rate === 0 ? "--devices 0" : `--devices 100 --rate ${rate}`;
const run = await started(`${fleet} --seed 1`);
for (let published = 0; published < before; published += READINGS) await publishAll(run, `before-${published}`);
// What has been started for these readings alone ends meanwhile.
if (before > 0) await sleep(60_000);
row("after, min", "CPU, % of a core", "memory, MB", ...PARTS, "processes", "unit of work, ms");
row("---:", "---:", "---:", ...PARTS.map(() => "---:"), "---:", "---:");
for (let taken = 0; taken <= ROWS; taken += 1) {
  const [cpuBefore, from] = [cpuSecondsOf(run.pid), performance.now()];
  if (taken > 0) await sleep((seconds * 1000) / ROWS);
  const share = (cpuSecondsOf(run.pid) - cpuBefore) / ((performance.now() - from) / 1000);
  const memory = memoryMbByPart(run.pid);
  row(
    ((taken * minutes) / ROWS).toFixed(minutes < ROWS ? 1 : 0),
    taken > 0 ? (share * 100).toFixed(1) : "",
    memory.all.toFixed(0),
    ...PARTS.map((part) => memory[part].toFixed(0)),
    String(processesOf(run.pid)),
    unitOfWorkMs().toFixed(0),
  );
}
const stoppedAt = performance.now();
let most = 0;
const watching = setInterval(() => {
  most = Math.max(most, memoryMbOf(run.pid));
}, 1000);
const summary = await run.finish();
clearInterval(watching);
console.log(
  `\nThe account took ${((performance.now() - stoppedAt) / 1000).toFixed(0)} s and ${most.toFixed(0)} MB.\n\n${summary}`,
);
process.exit(0);

function row(...cells: readonly string[]): void {
  console.log(`| ${cells.join(" | ")} |`);
}

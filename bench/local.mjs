/** `npm run bench:local`: how fast the local run starts, what it takes idle and under load, and the rate that it keeps up with. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { DynamoDBClient, GetItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { connectAsync } from "mqtt";
import requireNode from "../scripts/require-node.mjs";
import { machine, unitOfWorkMs } from "./machine.mjs";
import { cpuSecondsOf, memoryMbOf, processesOf } from "./process-tree.mjs";

requireNode();

const HELP = `Measures the local run: its start, what it takes idle and under load, and the rate that it keeps up with. Needs Linux.

  npm run bench:local -- [--passes N] [--only WORDS] [--idle SECONDS] [--help]

  --passes N       how often each figure is measured; the median counts (default 3)
  --only WORDS     some of start, idle, load, rate, separated by commas (default: all)
  --idle SECONDS   how long an idle run is watched (default 60)
`;

const root = dirname(import.meta.dirname);
const TABLE = "iot-sensor-data-dev";
/** The declared batching window, for which a reading may wait. */
const WINDOW_MS = 5000;
const PORTS = "--mqtt-port 0 --mqtts-port 0 --aws-port 0 --page-port 0";
/** Each of these devices sends as many readings as a batch holds: every batch is full, and none waits for the window. */
const DEVICES = 20;
const READINGS = 100 * DEVICES;
const PROBE_SECONDS = 20;
/** Bounds of the search for the sustained rate, and how near they come to each other. */
const RATE = { low: 250, high: 8000, ratio: 1.1 };

const { passes, only, idleSeconds } = options();
const running = new Set();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
process.once("SIGINT", () => process.exit(130));

const MEASURES = { start, idle, load, rate };
const results = new Map();
for (let pass = 1; pass <= passes; pass += 1) {
  for (const name of only) {
    const before = unitOfWorkMs();
    const figures = await MEASURES[name]((words) => status(`pass ${pass} of ${passes}: ${name} ${words}`));
    const unitMs = (before + unitOfWorkMs()) / 2;
    for (const [figure, value] of Object.entries(figures))
      results.set(figure, [...(results.get(figure) ?? []), { value, unitMs }]);
  }
}
status("");
report();
process.exit(0);

/** From the start of the command to the lines that say what to try, and to the first reading that can be read. */
async function start() {
  const startedAt = performance.now();
  const run = await started("--seed 1");
  const readyMs = performance.now() - startedAt;
  const client = dynamodbOf(run);
  while ((await client.send(new ScanCommand({ TableName: TABLE, Limit: 1 }))).Count === 0) await sleep(50);
  const storedMs = performance.now() - startedAt;
  await killed(run);
  return { 'start to "Try it", s': readyMs / 1000, "start to the first stored reading, s": storedMs / 1000 };
}

/** What a run with no device takes. */
async function idle(say) {
  const run = await started("--devices 0");
  await sleep(5000);
  const [cpuBefore, startedAt] = [cpuSecondsOf(run.pid), performance.now()];
  say(`${idleSeconds} s`);
  await sleep(idleSeconds * 1000);
  const share = (cpuSecondsOf(run.pid) - cpuBefore) / ((performance.now() - startedAt) / 1000);
  const memoryMb = memoryMbOf(run.pid);
  const processes = processesOf(run.pid);
  await killed(run);
  return { "idle: CPU, % of a core": share * 100, "idle: memory, MB": memoryMb, "idle: processes": processes };
}

/** What readings over MQTT take, as fast as they are acknowledged. The clients are no part of it. */
async function load() {
  const run = await started("--devices 0");
  await sleep(2000);
  const cpuBefore = cpuSecondsOf(run.pid);
  const seconds = await published(run, "a");
  const cpuSeconds = cpuSecondsOf(run.pid) - cpuBefore;
  await published(run, "b");
  const memoryMb = memoryMbOf(run.pid);
  await killed(run);
  return {
    [`${READINGS} readings: stored per second`]: READINGS / seconds,
    [`${READINGS} readings: CPU, s`]: cpuSeconds,
    [`memory after ${2 * READINGS} readings, MB`]: memoryMb,
  };
}

/** The highest rate, by bisection, at which a reading is stored within the window and a second, and none is left. */
async function rate(say) {
  let { low, high } = RATE;
  while (high / low > RATE.ratio) {
    const probed = Math.round(Math.sqrt(low * high));
    const words = `--devices 100 --rate ${probed} --for ${PROBE_SECONDS}s --bad 0 --json --seed 1 --patience 20s`;
    const summary = await summaryOf(words);
    const { readingsPerSecond, latencyMs, lost, unfinished, published, stored } = summary;
    const isKeptUp =
      latencyMs.p50 <= WINDOW_MS + 1000 &&
      lost + unfinished === 0 &&
      stored === published &&
      readingsPerSecond >= probed * 0.95;
    say(`${probed}/s: ${isKeptUp ? "kept up" : "too fast"}, p50 ${latencyMs.p50} ms, ${readingsPerSecond}/s`);
    if (isKeptUp) low = probed;
    else high = probed;
  }
  return { "sustained readings per second": low };
}

/** Starts a run and resolves when it has said where it is. */
async function started(words) {
  const run = launch(words);
  let said = "";
  for await (const line of createInterface(run.stderr)) {
    said += `${line}\n`;
    if (line.startsWith("Try it")) {
      run.stderr.resume();
      run.mqttPort = Number(/MQTT +127\.0\.0\.1:(\d+)/.exec(said)[1]);
      run.endpoint = /AWS endpoint +(http:\S+)/.exec(said)[1];
      return run;
    }
  }
  throw new Error(`the run ended before it was ready:\n${said}`);
}

async function summaryOf(words) {
  const run = launch(words);
  run.stderr.resume();
  let out = "";
  run.stdout.on("data", (text) => {
    out += text;
  });
  await once(run, "close");
  return JSON.parse(out.trim().split("\n").at(-1));
}

function launch(words) {
  const args = ["scripts/local.mjs", ...`${PORTS} ${words}`.split(" ")];
  const run = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  running.add(run);
  run.once("close", () => running.delete(run));
  return run;
}

async function killed(run) {
  run.kill("SIGKILL");
  await once(run, "close");
}

/** Publishes from all devices as fast as they are acknowledged; resolves with the seconds from the first publish to the last item. */
async function published(run, prefix) {
  const things = Array.from({ length: DEVICES }, (_, place) => `${prefix}-${place}`);
  const clients = await Promise.all(
    things.map((clientId) => connectAsync(`mqtt://127.0.0.1:${run.mqttPort}`, { clientId })),
  );
  const [startedAt, firstTime] = [performance.now(), Date.now()];
  await Promise.all(
    clients.map(async (client, device) => {
      for (let place = 0; place < READINGS / DEVICES; place += 1)
        await client.publishAsync(`sensor/data/${things[device]}`, reading(things[device], firstTime + place), {
          qos: 1,
        });
    }),
  );
  await Promise.all(clients.map((client) => client.endAsync()));
  // A device's readings are stored in their order: the last one stands for all.
  const dynamodb = dynamodbOf(run);
  for (const deviceId of things)
    while (!(await isStored(dynamodb, deviceId, firstTime + READINGS / DEVICES - 1))) await sleep(50);
  return (performance.now() - startedAt) / 1000;
}

function reading(deviceId, timestamp) {
  const metadata = { location: "assembly-line-1" };
  return JSON.stringify({ deviceId, sensorType: "temperature", value: 25.5, timestamp, metadata });
}

async function isStored(client, deviceId, timestamp) {
  const Key = { deviceId: { S: deviceId }, timestampSensorType: { S: `${timestamp}#temperature` } };
  return (await client.send(new GetItemCommand({ TableName: TABLE, Key }))).Item !== undefined;
}

function dynamodbOf({ endpoint }) {
  const credentials = { accessKeyId: "bench", secretAccessKey: "bench" };
  return new DynamoDBClient({ endpoint, region: "sa-east-1", credentials });
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        passes: { type: "string", default: "3" },
        only: { type: "string", default: "start,idle,load,rate" },
        idle: { type: "string", default: "60" },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      console.log(HELP.trimEnd());
      process.exit(0);
    }
    const words = values.only.split(",");
    const unknown = words.find((word) => !["start", "idle", "load", "rate"].includes(word));
    if (unknown !== undefined) throw new Error(`"--only" must be some of start, idle, load, rate, got "${unknown}"`);
    return { passes: wholeNumber("passes", values), only: words, idleSeconds: wholeNumber("idle", values) };
  } catch (error) {
    console.error(`${error.message}\nTry "npm run bench:local -- --help".`);
    return process.exit(2);
  }
}

function wholeNumber(name, values) {
  const number = Number(values[name]);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  throw new Error(`"--${name}" must be a whole number from 1, got "${values[name]}"`);
}

function status(words) {
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${words}` : `${words}\n`);
}

function report() {
  const rounded = (value) => (value >= 100 ? value.toFixed(0) : value.toFixed(1));
  const sorted = (values) => [...values].sort((a, b) => a - b);
  const median = (values) => sorted(values)[Math.floor(values.length / 2)];
  const row = (...cells) => console.log(`| ${cells.join(" | ")} |`);
  console.log(`${machine()}\n`);
  row("figure", "median", "all", "unit of work, ms");
  row("---", "---:", "---:", "---:");
  for (const [figure, measured] of results) {
    const values = measured.map(({ value }) => value);
    row(
      figure,
      rounded(median(values)),
      sorted(values).map(rounded).join(", "),
      rounded(median(measured.map(({ unitMs }) => unitMs))),
    );
  }
}

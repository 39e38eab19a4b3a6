/** `npm run bench`: what a reading costs in the processor, beside the floor and the usual handler, interleaved in one run. */
import { execFile, fork } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { buildSync } from "esbuild";
import { bundleFunctions, FUNCTION_BUILD } from "../lib/function-bundle.ts";
import requireNode from "../scripts/require-node.mjs";

requireNode();

const HELP = `Measures the processor's CPU and wall time a reading, its load time, its memory and its size.

  npm run bench -- [--passes N] [--help]

  --passes N   how often each measurement is taken, all in turn; the median counts (default 5)
`;

const { values } = options();
if (values.help) {
  console.log(HELP.trimEnd());
  process.exit(0);
}
const passes = Number(values.passes);
if (!Number.isSafeInteger(passes) || passes < 1)
  fail(`"--passes" must be a whole number from 1, got "${values.passes}"`);

const here = import.meta.dirname;
const folder = mkdtempSync(join(tmpdir(), "bench-"));
/** @type {import("node:child_process").ChildProcess[]} */
const stands = [];
process.once("exit", () => {
  for (const stand of stands) stand.kill();
  rmSync(folder, { recursive: true, force: true });
});
process.once("SIGINT", () => process.exit(130));

/**
 * Bytes of each bundle.
 * @type {Record<string, number>}
 */
const sizes = {};
/** @type {Readonly<Record<string, string>>} */
const handlers = {
  floor: join(here, "floor.cjs"),
  processor: processorBundle(),
  plain: bundle("plain"),
  "bare clients": bundle("bare-clients"),
};
/** Name, records per batch and readings in each (one, if it does not say), latency of a call, and how many batches are measured. */
const CASES = [
  { name: "batch 100", records: 100, latencyMs: 0, rounds: 200, who: ["floor", "processor", "plain"] },
  { name: "batch 1,000", records: 1_000, latencyMs: 0, rounds: 30, who: ["floor", "processor", "plain"] },
  { name: "batch 100, 20 ms per call", records: 100, latencyMs: 20, rounds: 40, who: ["floor", "processor", "plain"] },
  { name: "batch 100 of 20 readings", records: 100, perMessage: 20, latencyMs: 0, rounds: 60, who: ["processor"] },
  { name: "batch 10,000", records: 10_000, latencyMs: 0, rounds: 2, who: ["processor"] },
  { name: "load", records: 1, latencyMs: 0, rounds: 1, who: ["bare clients", "processor", "plain"] },
];
/** @type {Readonly<Record<number, string>>} */
const endpoints = { 0: await standIn(0), 20: await standIn(20) };

/**
 * @typedef {"loadMs" | "coldStartMs" | "wallUs" | "cpuUs" | "memoryMb"} Figure
 * @type {Map<string, Record<Figure, number>[]>}
 */
const results = new Map();
for (let pass = 1; pass <= passes; pass++) {
  for (const { name, records, perMessage = 1, latencyMs, rounds, who } of CASES) {
    for (const handler of who) {
      process.stderr.write(`\r\x1b[Kpass ${pass} of ${passes}: ${name}, ${handler}`);
      const measured = await measure(
        handlers[handler] ?? "",
        { records, perMessage, rounds },
        endpoints[latencyMs] ?? "",
      );
      const key = `${name}\t${handler}`;
      results.set(key, [...(results.get(key) ?? []), measured]);
    }
  }
}
process.stderr.write("\r\x1b[K");
report();
process.exit(0);

function options() {
  try {
    return parseArgs({
      options: { passes: { type: "string", default: "5" }, help: { type: "boolean", default: false } },
    });
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  console.error(`${message}\nTry "npm run bench -- --help".`);
  process.exit(2);
}

function processorBundle() {
  return written("processor", bundleFunctions(dirname(here)).processor.code);
}

/**
 * Bundled as the processor is.
 * @param {string} name
 */
function bundle(name) {
  const { outputFiles } = buildSync({
    entryPoints: [join(here, `${name}.ts`)],
    write: false,
    ...FUNCTION_BUILD,
  });
  return written(name, outputFiles[0]?.text ?? "");
}

/**
 * @param {string} name
 * @param {string} code
 */
function written(name, code) {
  const file = join(folder, `${name}.cjs`);
  writeFileSync(file, code);
  sizes[name] = code.length;
  return file;
}

/**
 * Starts a stand-in for AWS and resolves with its endpoint.
 * @param {number} latencyMs
 * @returns {Promise<string>}
 */
function standIn(latencyMs) {
  const stand = fork(join(here, "stand-in.mjs"), {
    env: { ...process.env, LATENCY_MS: String(latencyMs) },
    silent: true,
  });
  stands.push(stand);
  return new Promise((resolve, reject) => {
    stand.once("exit", (code) => reject(new Error(`The stand-in ended with ${code}`)));
    stand.stdout?.once("data", (port) => resolve(`http://127.0.0.1:${String(port).trim()}`));
  });
}

/**
 * @param {string} file
 * @param {{ records: number, perMessage: number, rounds: number }} work
 * @param {string} endpoint
 * @returns {Promise<Record<Figure, number>>}
 */
async function measure(file, { records, perMessage, rounds }, endpoint) {
  const env = {
    PATH: process.env.PATH,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: "sa-east-1",
    AWS_ACCESS_KEY_ID: "bench",
    AWS_SECRET_ACCESS_KEY: "bench",
    DYNAMODB_TABLE: "table",
    S3_BUCKET: "bucket",
  };
  const args = [join(here, "measure.mjs"), file, String(records), String(rounds), String(perMessage)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return JSON.parse(stdout);
}

function report() {
  /**
   * @param {string} key
   * @param {Figure} figure
   */
  const median = (key, figure) => {
    const sorted = (results.get(key) ?? []).map((measured) => measured[figure]).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  };
  /** @param {string[]} cells */
  const row = (...cells) => console.log(`| ${cells.join(" | ")} |`);
  /**
   * @param {string} key
   * @param {string} base
   * @param {Figure} figure
   */
  const ratio = (key, base, figure) => (median(key, figure) / median(base, figure)).toFixed(1);
  row("case", "handler", "CPU per reading, µs", "of the floor's", "wall time per batch, ms", "memory, MB");
  row("---", "---", "---:", "---:", "---:", "---:");
  for (const { name, records, perMessage = 1, who } of CASES.filter((one) => one.name !== "load")) {
    for (const handler of who) {
      const key = `${name}\t${handler}`;
      const floor = who.includes("floor") ? ratio(key, `${name}\tfloor`, "cpuUs") : "";
      const wall = ((median(key, "wallUs") * records * perMessage) / 1000).toFixed(1);
      row(name, handler, median(key, "cpuUs").toFixed(1), floor, wall, median(key, "memoryMb").toFixed(0));
    }
  }
  console.log();
  row("load", "ms", "of the bare clients'", "to the first batch handled, ms", "bundle, kB");
  row("---", "---:", "---:", "---:", "---:");
  for (const handler of CASES.at(-1)?.who ?? []) {
    const key = `load\t${handler}`;
    const size = ((sizes[handler.replace(" ", "-")] ?? 0) / 1000).toFixed(0);
    row(
      handler,
      median(key, "loadMs").toFixed(0),
      ratio(key, "load\tbare clients", "loadMs"),
      median(key, "coldStartMs").toFixed(0),
      size,
    );
  }
}

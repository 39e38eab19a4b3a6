/**
 * `node bench/kinesis.mts FOLDER [SECONDS]`: 10,000 puts into our own stream, and into the servers that npm has for Kinesis, then SECONDS of rest (180).
 * FOLDER has them installed (npm install kinesalite kinesis-local), outside the project.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildSync } from "esbuild";
import requireNode from "../scripts/require-node.mjs";
import { machine, unitOfWorkMs } from "./machine.mts";
import { cpuSecondsOf, memoryMbOf } from "./process-tree.mts";

requireNode();

const installed = process.argv[2];
if (installed === undefined) {
  console.error("Name the folder in which kinesalite and kinesis-local are installed.");
  process.exit(2);
}
const PUTS = 10_000;
const AT_ONCE = 6;
const SHARDS = 8;
const QUIET_SECONDS = Number(process.argv[3] ?? 180);

const agent = new Agent({ keepAlive: true });
const folder = mkdtempSync(join(tmpdir(), "bench-"));
const children = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});
process.once("SIGINT", () => process.exit(130));

const SERVERS: Readonly<Record<string, (port: number) => ChildProcess>> = {
  "our own stream": (port) => node([bundled(), join(folder, "stream")], { PORT: String(port) }),
  kinesalite: (port) => node([inPackage("kinesalite/cli.js"), "--port", String(port), "--createStreamMs", "0"]),
  "kinesis-local": (port) =>
    // It reads a file beside it from its working folder.
    node(
      ["main.js"],
      {
        KINESIS_MOCK_PLAIN_PORT: String(port),
        KINESIS_MOCK_TLS_PORT: String(port + 1),
        CREATE_STREAM_DURATION: "1ms",
        LOG_LEVEL: "ERROR",
      },
      inPackage("kinesis-local"),
    ),
};

console.log(`${machine()}\n`);
row(
  "server",
  "CPU per put, ms",
  "puts per second",
  "memory before, MB",
  "after, MB",
  "CPU at rest, % of a core",
  "unit of work, ms",
);
row("---", "---:", "---:", "---:", "---:", "---:", "---:");
for (const [name, start] of Object.entries(SERVERS)) {
  const port = await freePort();
  const server = start(port);
  const pid = server.pid ?? 0;
  await created(port);
  const unitMs = unitOfWorkMs();
  const [cpuBefore, memoryBefore, startedAt] = [cpuSecondsOf(pid), memoryMbOf(pid), performance.now()];
  await putAll(port);
  const seconds = (performance.now() - startedAt) / 1000;
  const [cpuAfter, memoryAfter] = [cpuSecondsOf(pid), memoryMbOf(pid)];
  await sleep(QUIET_SECONDS * 1000);
  const atRest = ((cpuSecondsOf(pid) - cpuAfter) / QUIET_SECONDS) * 100;
  server.kill("SIGKILL");
  row(
    name,
    (((cpuAfter - cpuBefore) * 1000) / PUTS).toFixed(2),
    (PUTS / seconds).toFixed(0),
    memoryBefore.toFixed(0),
    memoryAfter.toFixed(0),
    atRest.toFixed(1),
    ((unitMs + unitOfWorkMs()) / 2).toFixed(0),
  );
}
process.exit(0);

function node(args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd = folder): ChildProcess {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "inherit"],
  });
  children.add(child);
  return child;
}

function inPackage(file: string): string {
  return join(installed ?? "", "node_modules", file);
}

function bundled(): string {
  const outfile = join(folder, "own-stream.cjs");
  const entry = join(dirname(import.meta.dirname), "bench", "own-stream.ts");
  buildSync({ entryPoints: [entry], outfile, bundle: true, platform: "node", target: "node24", format: "cjs" });
  return outfile;
}

/** A port that is free, and the next one with it. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

/** Resolves when the server has the stream. Ours has it from the start, and does not know how to create one. */
async function created(port: number): Promise<void> {
  for (;;) {
    await call(port, "CreateStream", { StreamName: "bench", ShardCount: SHARDS }).catch(() => undefined);
    const described = await call(port, "DescribeStreamSummary", { StreamName: "bench" }).catch(() => undefined);
    if (described?.includes('"ACTIVE"')) return;
    await sleep(200);
  }
}

async function putAll(port: number): Promise<void> {
  let put = 0;
  const worker = async () => {
    while (put < PUTS) {
      const place = put++;
      const reading = {
        deviceId: `sensor-${place % 100}`,
        sensorType: "temperature",
        value: 25.5,
        timestamp: 1767225600000 + place,
      };
      const Data = Buffer.from(JSON.stringify(reading)).toString("base64");
      const record = { StreamName: "bench", PartitionKey: reading.deviceId, Data };
      while (!(await call(port, "PutRecord", record)).includes("SequenceNumber")) await sleep(50);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

function call(port: number, operation: string, members: object): Promise<string> {
  const headers = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": `Kinesis_20131202.${operation}`,
    "x-amz-date": "20260101T000000Z",
    authorization:
      "AWS4-HMAC-SHA256 Credential=bench/20260101/sa-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=0",
  };
  return new Promise((resolve, reject) => {
    const sent = request({ agent, host: "127.0.0.1", port, method: "POST", path: "/", headers }, (answer) => {
      let text = "";
      answer.on("data", (chunk) => {
        text += chunk;
      });
      answer.on("end", () => resolve(text));
    });
    sent.once("error", reject).end(JSON.stringify(members));
  });
}

function row(...cells: string[]): void {
  console.log(`| ${cells.join(" | ")} |`);
}

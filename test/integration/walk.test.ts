import { execFile, execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "@jest/globals";
import { killLeftRuns, LocalRun, summaryOf } from "../helpers/local-run";

const ROOT = path.resolve(__dirname, "../..");

/** What each command of the README's walk shows, in the end where it takes a while. */
const SHOWS: readonly RegExp[] = [
  /^pump-7: added$/m,
  /^$/,
  /^\S+Z +pump-7 +temperature +25\.5$/m,
  /^$/,
  /pump-7 +device_id_spoofed .*must be the thing that published, "pump-7", was "pump-8"/,
  /"kind": "unavailable"/,
  /^$/,
  /^failed +true +1 /m,
  /"faults": \{\}/,
  /^failed +false +1 +1 +0 +0 /m,
  /^time.*\n\S+Z +pump-7 +temperature +25\.5\n\S+Z +pump-7 +temperature +30\n$/,
  /^pump-7: removed$/m,
];

const folder = mkdtempSync(path.join(tmpdir(), "walk-"));
afterAll(() => {
  killLeftRuns();
  rmSync(folder, { recursive: true, force: true });
});

/** One who walks: a run and a folder of their own. */
interface Walker {
  readonly cwd: string;
  readonly endpoint: string;
}

/** A folder whose `mosquitto_pub` speaks this version. Where Debian's is not installed, one that takes the same options does. */
function folderOf(version: string): string {
  const cwd = mkdtempSync(path.join(folder, "walker-"));
  const real = isThere("mosquitto_pub", "--help")
    ? execFileSync("sh", ["-c", "command -v mosquitto_pub"]).toString().trim()
    : undefined;
  const program = real ?? `${process.execPath}" "${path.join(ROOT, "test", "helpers", "mosquitto-pub.mjs")}`;
  writeFileSync(path.join(cwd, "mosquitto_pub"), `#!/bin/sh\nexec "${program}" -V ${version} "$@"\n`, { mode: 0o755 });
  return cwd;
}

/** The commands between the README's markers. */
function walk(): string[] {
  const [, block = ""] = readFileSync(path.join(ROOT, "README.md"), "utf8").split("<!-- walk -->");
  return block
    .split("\n")
    .map((line) => line.replace(/ +# .*$/, ""))
    .filter((line) => line !== "" && !line.startsWith("```"));
}

/** What a command shows on standard output, in a shell, with this run's ports. */
async function shown(command: string, { cwd, endpoint }: Walker): Promise<string> {
  const here = command
    .replace(/^npx iot /, `"${process.execPath}" "${ROOT}/cli/iot.mjs" `)
    .replace("127.0.0.1:4566", endpoint);
  if (command.startsWith("curl ") && !isThere("curl", "--version")) return fetched(here);
  const env = { ...process.env, AWS_ENDPOINT_URL: endpoint, PATH: `${cwd}:${process.env.PATH}` };
  try {
    return (await promisify(execFile)("sh", ["-c", here], { cwd, env })).stdout;
  } catch (error) {
    // There may be no answer yet.
    if (asks(command)) return "";
    throw error;
  }
}

/** Whether the machine has a program. */
function isThere(program: string, harmless: string): boolean {
  return spawnSync(program, [harmless]).error === undefined;
}

/** What a curl command of the walk would show. */
async function fetched(command: string): Promise<string> {
  const [, method = "", host = "", body] = /^curl -X (\w+) (\S+)(?: -d '(.*)')?$/.exec(command) ?? [];
  const url = host.startsWith("http") ? host : `http://${host}`;
  return (await fetch(url, { method, ...(body === undefined ? {} : { body }) })).text();
}

/** Walks with devices that speak this version of MQTT. */
async function walkWith(version: string): Promise<void> {
  const run = new LocalRun("--devices 0 --config retryAttempts=0 --mqtts-port 0 --json");
  const walker = { cwd: folderOf(version), endpoint: (await run.ready()).endpoint };
  const commands = walk();
  expect(commands).toHaveLength(SHOWS.length);
  for (const [at, command] of commands.entries()) {
    const wanted = SHOWS[at] ?? /./;
    let text = await shown(command, walker);
    // What asks may be asked again; what changes something is done once.
    for (const end = Date.now() + 90_000; !wanted.test(text) && asks(command) && Date.now() < end; ) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      text = await shown(command, walker);
    }
    expect(text).toMatch(wanted);
  }
  run.interrupt();
  const ended = await run.ended;
  expect({ status: ended.status, ...summaryOf(ended).external }).toMatchObject({ status: 0, stored: 2, rejected: 1 });
}

describe("a new user's walk", () => {
  it("goes as the README has it, with either version of MQTT", async () => {
    // Side by side: most of a walk is waiting.
    await Promise.all(["311", "5"].map(walkWith));
  }, 240_000);
});

function asks(command: string): boolean {
  return /iot (latest|readings|rejected list)|--dry-run/.test(command);
}

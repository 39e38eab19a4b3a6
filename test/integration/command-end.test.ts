import { execFileSync, spawn } from "node:child_process";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import {
  descendantsOf,
  eventually,
  haveEnded,
  killLeftRuns,
  LocalRun,
  runFolder,
  summaryOf,
} from "../helpers/local-run";

const ROOT = path.resolve(__dirname, "../..");

afterEach(killLeftRuns);

/** The process groups of these processes. */
function groupsOf(pids: readonly number[]): string[] {
  return execFileSync("ps", ["-o", "pgid=", "-p", pids.join()]).toString().trim().split(/\s+/);
}

/** The run stops its fleet at these signals, accounts for every reading and leaves nothing behind. */
async function endsAt(...signals: readonly NodeJS.Signals[]): Promise<void> {
  const run = new LocalRun("--devices 5 --rate 50 --bad 0 --json");
  await run.ready();
  await eventually("both emulators and the functions run", () => run.descendants().length >= 3);
  await run.published(1);
  const children = run.descendants();
  // What the terminal ends reaches the run alone.
  expect(groupsOf(children)).not.toContain(groupsOf([run.pid])[0]);
  for (const signal of signals) run.interrupt(signal);
  const ended = await run.ended;
  expect(ended.status).toBe(0);
  const { published, stored, lost } = summaryOf(ended);
  expect(published).toBeGreaterThan(0);
  expect({ stored, lost }).toEqual({ stored: published, lost: 0 });
  await haveEnded(children);
  expect(runFolder(run)).toBeUndefined();
}

/** The run does so, too, where a supervisor's signal ends the process that has started it by `call`. */
async function endsWith(call: string): Promise<void> {
  const words = "scripts/local.mjs --devices 2 --rate 10 --mqtt-port 0 --aws-port 0 --page-port 0 --mqtts-port 0";
  const script = `const words = ${JSON.stringify(words.split(" "))};
    require("node:child_process").spawn(${call}, { stdio: "inherit" }); setInterval(() => {}, 1000);`;
  const env = { ...process.env, npm_lifecycle_event: "local" };
  const parent = spawn(process.execPath, ["-e", script], { cwd: ROOT, env, stdio: ["ignore", "ignore", "pipe"] });
  let err = "";
  parent.stderr.on("data", (text) => {
    err += text;
  });
  await eventually("the run is up", async () => /aws --endpoint-url/.test(err));
  const started = descendantsOf(parent.pid ?? 0);
  const folders = () => started.map((pid) => runFolder({ pid })).filter((folder) => folder !== undefined);
  expect(folders()).toHaveLength(1);
  parent.kill("SIGKILL");
  await haveEnded(started);
  expect(err).toContain("Stopping: the devices are silent");
  expect(folders()).toEqual([]);
}

describe("npm run local", () => {
  it("drains at Ctrl-C, at SIGTERM and at SIGHUP", async () => {
    // npm passes on the signal that the terminal has sent already: both are one Ctrl-C.
    await Promise.all([endsAt("SIGINT", "SIGINT"), endsAt("SIGTERM"), endsAt("SIGHUP")]);
  });

  it("drains when its parent ends, or npm, whose shell goes on", async () => {
    const shell = '"sh", ["-c", [process.execPath, ...words].join(" ") + "; true"]';
    await Promise.all([endsWith("process.execPath, words"), endsWith(shell)]);
  });

  it("ends at once at a second Ctrl-C", async () => {
    const run = new LocalRun("--devices 5 --rate 50");
    const { endpoint } = await run.ready();
    // A pipeline that cannot run dry.
    await fetch(`${endpoint}/_local/faults`, { method: "PUT", body: '{"dynamodb":{"kind":"hang","share":1}}' });
    await run.published(1);
    const children = run.descendants();
    run.interrupt();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    run.interrupt();
    const { status, out } = await run.ended;
    expect({ status, out }).toEqual({ status: 130, out: "" });
    await haveEnded(children);
    expect(runFolder(run)).toBeUndefined();
  });

  it("takes its children along when it is killed", async () => {
    const run = new LocalRun("--devices 1");
    await run.ready();
    const children = run.descendants();
    run.kill();
    await run.ended;
    await haveEnded(children);
  });
});

import { execFile } from "node:child_process";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { connectAsync } from "mqtt";
import { eventually, killLeftRuns, LocalRun, summaryOf } from "../helpers/local-run";

const ROOT = path.resolve(__dirname, "../..");
const SENT_AT = 1767225600000;

describe("iot replay", () => {
  let run: LocalRun;
  let at: { mqttPort: number; endpoint: string };

  beforeAll(async () => {
    run = new LocalRun("--devices 0 --json --config retryAttempts=0");
    at = await run.ready();
  }, 40_000);
  afterAll(killLeftRuns);

  /** `npx iot …` against the run. */
  function iot(words: string): Promise<{ status: number; lines: Record<string, unknown>[]; err: string }> {
    const args = ["cli/iot.mjs", ...words.split(" "), "--endpoint", at.endpoint, "--json"];
    return new Promise((resolve) => {
      const child = execFile(process.execPath, args, { cwd: ROOT, timeout: 60_000 }, (_error, out, err) => {
        const lines = out.split("\n").filter((line) => line !== "");
        resolve({ status: child.exitCode ?? -1, lines: lines.map((line) => JSON.parse(line)), err });
      });
    });
  }

  const setFaults = (faults: object) =>
    fetch(`${at.endpoint}/_local/faults`, { method: "PUT", body: JSON.stringify(faults) });

  async function publish(thing: string, payloads: readonly string[]): Promise<void> {
    const client = await connectAsync(`mqtt://127.0.0.1:${at.mqttPort}`, { clientId: thing });
    for (const payload of payloads) await client.publishAsync(`sensor/data/${thing}`, payload, { qos: 1 });
    await client.endAsync();
  }

  it("stores what was given up, once, and what can never be stored it rejects", async () => {
    // A table that is away takes the function fifty seconds; one that does not run fails at once.
    await setFaults({ function: { kind: "throw", share: 1 } });
    const reading = (value: number) =>
      JSON.stringify({ deviceId: "press-1", sensorType: "temperature", value, timestamp: SENT_AT + value });
    await publish("press-1", [reading(1), reading(2), "not a reading", reading(3)]);
    const waiting = async () => (await iot("replay failed --dry-run")).lines[0]?.records === 4;
    await eventually("all four are given up", waiting);

    const broken = await iot("replay failed");
    expect(broken).toMatchObject({ status: 1, lines: [{ records: 4, recovered: 0, rejected: 0, failed: 4 }] });
    expect(broken.err).toContain("the function failed: injected: the function did not run");

    await setFaults({});
    const replayed = await iot("replay failed");
    expect(replayed).toMatchObject({ status: 0, lines: [{ records: 4, recovered: 3, rejected: 1, failed: 0 }] });
    const stored = await iot("readings press-1 --since 2025-12-31");
    expect(stored.lines.map(({ value }) => value)).toEqual([1, 2, 3]);
    expect((await iot("rejected list")).lines).toMatchObject([{ device: "press-1", reason: "not_json" }]);

    const second = await iot("replay failed");
    expect(second).toMatchObject({ status: 0, lines: [{ records: 0, recovered: 0 }] });
    expect(second.err).toContain("nothing is left to replay");
  }, 60_000);

  it("leaves the run's account as it should be", async () => {
    run.interrupt();
    expect(summaryOf(await run.ended)).toMatchObject({ lost: 0, external: { stored: 3, rejected: 1, failed: 4 } });
  }, 60_000);
});

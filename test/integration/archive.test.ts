import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { connectAsync } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { killLeftRuns, LocalRun, summaryOf } from "../helpers/local-run";

const ROOT = path.resolve(__dirname, "../..");
const folder = mkdtempSync(path.join(tmpdir(), "archive-"));
afterAll(() => {
  killLeftRuns();
  rmSync(folder, { recursive: true, force: true });
});

/** `npx iot history` over what the run has kept: the rows. */
const history = (...args: string[]) => ask("--data", folder, ...args);

async function ask(...args: string[]): Promise<Record<string, unknown>[]> {
  const { stdout } = await promisify(execFile)(process.execPath, ["cli/iot.mjs", "history", "--json", ...args], {
    cwd: ROOT,
  });
  return stdout.trim() === ""
    ? []
    : stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
}

const MINUTE = 60_000;
/** Within an hour of the device's time, and minutes before the arrival. */
const start = Math.floor(Date.now() / (60 * MINUTE)) * 60 * MINUTE - 60 * MINUTE;
const reading = (deviceId: string, sensorType: string, value: unknown, timestamp: number) => ({
  deviceId,
  sensorType,
  value,
  timestamp,
});

/** From each device, in its order. */
const SENT: Readonly<Record<string, readonly object[]>> = {
  "probe-1": [
    reading("probe-1", "temperature", 20, start),
    reading("probe-1", "temperature", 30, start + 5 * MINUTE),
    // Sent again, with another value: the one that came last counts.
    reading("probe-1", "temperature", 40, start + 5 * MINUTE),
    reading("probe-1", "temperature", 120, start + 30 * MINUTE),
    // Another's name, and no number: set aside.
    reading("probe-2", "temperature", 1, start),
    reading("probe-1", "temperature", "20", start + 31 * MINUTE),
  ],
  "probe-2": [{ ...reading("probe-2", "pressure", 100, start + MINUTE), metadata: { line: "ç" } }],
};

/** What the run answered while it was up. */
let live: unknown;

beforeAll(async () => {
  const run = new LocalRun(`--devices 0 --json --config batchSize=1 --keep ${folder} --clear`);
  const { mqttPort, endpoint } = await run.ready();
  for (const [deviceId, payloads] of Object.entries(SENT)) {
    const client = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, { clientId: deviceId });
    for (const payload of payloads)
      await client.publishAsync(`sensor/data/${deviceId}`, JSON.stringify(payload), { qos: 1 });
    await client.endAsync();
  }
  live = await ask("--endpoint", endpoint, "SELECT count(*) AS n FROM readings");
  run.interrupt();
  const ended = await run.ended;
  expect({ status: ended.status, ...summaryOf(ended).external }).toMatchObject({ status: 0, stored: 4, rejected: 2 });
});

const time = (ms: number) => expect.stringContaining(new Date(ms).toISOString().slice(0, 19).replace("T", " "));

describe("the archive of a run", () => {
  it("is asked while the run is up, and waits for no buffer", () => {
    expect(live).toEqual([{ n: 5 }]);
  });

  it("holds every reading that arrived, as it arrived, and nothing that was set aside", async () => {
    expect(await history("SELECT device_id, count(*) AS n FROM readings GROUP BY 1 ORDER BY 1")).toEqual([
      { device_id: "probe-1", n: 4 },
      { device_id: "probe-2", n: 1 },
    ]);
    expect(await history("SELECT reason, partitionkey FROM rejected ORDER BY reason")).toEqual([
      { reason: "device_id_spoofed", partitionkey: "probe-1" },
      { reason: "value_invalid", partitionkey: "probe-1" },
    ]);
    const [row] = await history("SELECT * FROM readings WHERE device_id = 'probe-2'");
    expect(row).toEqual({
      device_id: "probe-2",
      sensor_type: "pressure",
      value: 100,
      event_time: time(start + MINUTE),
      arrived_at: expect.any(String),
      is_anomaly: false,
      reading_key: `${start + MINUTE}#pressure`,
      shard_id: expect.stringMatching(/^shardId-\d{12}$/),
      sequence_number: expect.stringMatching(/^\d{56}$/),
      metadata: '{"line":"ç"}',
      arrival_hour: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\d\d$/),
    });
  });

  it("gives a slow reader of a pipe all of a long answer", async () => {
    const words = ["cli/iot.mjs", "history", "--data", folder, "--json", "SELECT repeat('x', 300000) AS x"];
    const asked = spawn(process.execPath, words, { cwd: ROOT, stdio: ["ignore", "pipe", "ignore"] });
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(JSON.parse(await text(asked.stdout)).x).toHaveLength(300_000);
  });

  it("answers a device's day, each reading once", async () => {
    const rows = await history("--query", "device-day", "--device", "probe-1");
    expect(rows.map(({ event_time, value, is_anomaly }) => [event_time, value, is_anomaly])).toEqual([
      [time(start), 20, false],
      [time(start + 5 * MINUTE), 40, false],
      [time(start + 30 * MINUTE), 120, true],
    ]);
  });

  it("answers the hourly values by sensor type", async () => {
    expect(await history("--query", "hourly-values")).toEqual([
      { event_hour: time(start), sensor_type: "pressure", readings: 1, lowest: 100, average: 100, highest: 100 },
      { event_hour: time(start), sensor_type: "temperature", readings: 3, lowest: 20, average: 60, highest: 120 },
    ]);
  });

  it("answers the anomalies by device", async () => {
    expect(await history("--query", "anomalies-by-device")).toEqual([
      expect.objectContaining({ device_id: "probe-1", sensor_type: "temperature", anomalies: 1, highest: 120 }),
    ]);
  });

  it("answers who was silent, and when", async () => {
    expect(await history("--query", "gaps", "--minutes", "20")).toEqual([
      {
        device_id: "probe-1",
        silent_from: time(start + 5 * MINUTE),
        silent_until: time(start + 30 * MINUTE),
        minutes: 25,
      },
    ]);
  });

  it("answers what arrived late", async () => {
    const rows = await history("--query", "late-arrivals", "--seconds", "60");
    expect(rows.map(({ device_id, readings }) => [device_id, readings])).toEqual([
      ["probe-1", 3],
      ["probe-2", 1],
    ]);
    expect(await history("--query", "late-arrivals", "--seconds", "100000")).toEqual([]);
  });

  it("says what is wrong with a question, and with a folder", async () => {
    await expect(history("SELECT nothing FROM readings")).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('"nothing" not found'),
    });
    await expect(history("--query", "gap")).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("gaps") });
    await expect(history("--data", path.join(folder, "none"), "SELECT 1")).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("npm run local -- --keep"),
    });
  });
});

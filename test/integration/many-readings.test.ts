import { connectAsync } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { iotAgainst } from "../helpers/iot-command";
import { eventually, killLeftRuns, LocalRun, summaryOf } from "../helpers/local-run";

const T = Date.now() - 60_000;

afterAll(killLeftRuns);

describe("messages of many readings, from another client", () => {
  let run: LocalRun;
  let at: { mqttPort: number; endpoint: string };

  beforeAll(async () => {
    run = new LocalRun("--devices 0 --json --config batchSize=1");
    at = await run.ready();
    const client = await connectAsync(`mqtt://127.0.0.1:${at.mqttPort}`, { clientId: "pump-7" });
    const publish = (message: unknown) =>
      client.publishAsync("sensor/data/pump-7", JSON.stringify(message), { qos: 1 });
    const entries = [1, "bad", 150, 4].map((value, place) => ({ value, timestamp: T + place * 1000 }));
    await publish({ deviceId: "pump-7", sensorType: "temperature", readings: entries });
    await publish([
      { bn: "pump-7/", bt: (T + 10_000) / 1000, n: "pressure", u: "bar", v: 3.5 },
      { n: "pressure", t: 1, v: 4 },
    ]);
    // A range that overlaps the first message: of the reading that is in both, this one counts.
    await publish({
      deviceId: "pump-7",
      sensorType: "temperature",
      readings: [4.5, 5].map((value, place) => ({ value, timestamp: T + 3000 + place * 1000 })),
    });
    await client.endAsync();
    await eventually("all readings are stored", async () => (await iot("readings pump-7")).length === 6);
  });

  /** The lines of `npx iot … --json` against the run. */
  const iot = async (words: string) => (await iotAgainst(at.endpoint, words)).lines;

  it("are readings like any other", async () => {
    const shown = (await iot("readings pump-7")).map(({ time, sensorType, value, anomaly }) => [
      Date.parse(String(time)) - T,
      sensorType,
      value,
      anomaly,
    ]);
    expect(shown).toEqual([
      [0, "temperature", 1, false],
      [2000, "temperature", 150, true],
      [3000, "temperature", 4.5, false],
      [4000, "temperature", 5, false],
      [10_000, "pressure", 3.5, false],
      [11_000, "pressure", 4, false],
    ]);
    expect((await iot("latest pump-7")).map(({ sensorType, value }) => [sensorType, value])).toEqual([
      ["pressure", 4],
      ["temperature", 5],
    ]);
  });

  it("show only what is in a range that begins inside a packed item", async () => {
    const since = new Date(T + 2500).toISOString();
    const shown = await iot(`readings pump-7 --type temperature --since ${since}`);
    expect(shown.map(({ value }) => value)).toEqual([4.5, 5]);
  });

  it("have a row each in the archive, each reading once", async () => {
    const sql = "SELECT count(*) AS n, count(DISTINCT reading_key) AS keys FROM readings";
    expect((await iotAgainst(at.endpoint, ["history", sql])).lines).toEqual([{ n: 7, keys: 6 }]);
  });

  it("list the rejected entry with its place, and a replay changes nothing for it", async () => {
    const [entry, ...others] = await iot("rejected list");
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ device: "pump-7", reason: "value_invalid", entry: 1 });
    expect(await iot(`rejected show ${entry?.id}`)).toMatchObject([
      { entries: [{ index: 1, reason: "value_invalid" }] },
    ]);
    expect(await iot("replay rejected")).toMatchObject([{ records: 1, recovered: 3, rejected: 1, failed: 0 }]);
    expect((await iot("readings pump-7")).map(({ value }) => value)).toEqual([1, 150, 4.5, 5, 3.5, 4]);
  });

  it("add up in the account, in readings", async () => {
    run.interrupt();
    const ended = await run.ended;
    expect(ended.status).toBe(0);
    expect(summaryOf(ended).external).toMatchObject({ taken: 8, stored: 6, superseded: 1, rejected: 1, lost: 0 });
  });
});

describe("a fleet that gathers its readings", () => {
  it.each(["list", "senml"])(
    "loses none, in %s",
    async (form) => {
      const run = new LocalRun(`--devices 5 --rate 400 --for 3s --per-message 20 --bad 0.05 --form ${form} --json`);
      const ended = await run.ended;
      expect(ended.status).toBe(0);
      const { published = 0, messages = 0, stored, rejected = 0, archived = 0, lost, superseded } = summaryOf(ended);
      expect([lost, superseded]).toEqual([0, 0]);
      expect(published).toBeGreaterThan(500);
      expect(published).toBeLessThanOrEqual(20 * messages);
      expect(rejected).toBeGreaterThan(0);
      expect(archived + rejected).toBe(published);
      expect(stored).toBe(archived);
    },
    60_000,
  );
});

import { beforeAll, describe, expect, it } from "vitest";
import { WATCH_UNITS } from "../../../cli/cost/watch";
import { streamRecord } from "../../../contract/stream-record";
import { DUE_BUCKETS, LISTED_BUCKETS } from "../../../contract/watch";
import { watchBatch } from "../../../lambda/watch/batch/watch-batch";
import { readWatchSettings } from "../../../lambda/watch/settings";
import type { SweepSurroundings } from "../../../lambda/watch/surroundings";
import { sweep } from "../../../lambda/watch/sweep/sweep";
import { readRulesFile, rulesFileText } from "../../../watch/rules/rules-file";
import { kinesisRecord } from "../../helpers/kinesis-records";
import { anyRule, M, S, T0 } from "../../watch/plants";
import { MemoryStore } from "./memory-store";

const DEVICES = 20;
const SECONDS_BETWEEN = 10;
const HOURS = 3;
const SILENT_FOR_M = 15;

/** What a quiet plant asks of the table in `HOURS`, with batches of a shard every `windowSeconds`, once it has run for an hour. */
async function countRequests(windowSeconds: number): Promise<Readonly<Record<string, number>>> {
  const environment = { WATCH_TABLE: "t", WATCH_MAIL_TOPIC_ARN: "m", WATCH_FEED_TOPIC_ARN: "f" };
  const settings = readWatchSettings(environment, "/folder");
  const text = rulesFileText([anyRule({ name: "quiet", condition: { kind: "silent", forMs: SILENT_FOR_M * M } })], []);
  const { rules, hash } = readRulesFile(text, settings.anomalyLimits);
  const counted: Record<string, number> = {};
  const count = (what: string, by = 1) => {
    counted[what] = (counted[what] ?? 0) + by;
  };
  let now = T0;
  const store = new MemoryStore(rules, async (name, work) => {
    count(name);
    return work();
  });
  const surroundings: SweepSurroundings = {
    settings,
    rules,
    rulesHash: hash,
    rulesText: text,
    store,
    publisher: { mail: async () => {}, feed: async () => {} },
    now: () => now,
    log: () => {},
    clockReader: { look: async () => [{ shardId: "s", next: { kind: "none", behindMs: 0 } }] },
  };
  let place = 0;
  for (let at = 0; at < (HOURS + 1) * 60 * M; at += windowSeconds * S) {
    if (at === 60 * M) for (const name of Object.keys(counted)) counted[name] = 0;
    const records = Array.from({ length: windowSeconds }, (_, second) => T0 + at + second * S).flatMap((time) =>
      // A tenth of the devices each second.
      Array.from({ length: DEVICES / SECONDS_BETWEEN }, (_, i) => {
        const device = `d-${((time - T0) / S) % SECONDS_BETWEEN}-${i}`;
        const sent = { deviceId: device, sensorType: "temperature", value: 20, timestamp: time };
        return streamRecord(kinesisRecord(place++, sent, { partitionKey: device, arrivedAt: time }));
      }),
    );
    now = T0 + at + windowSeconds * S;
    store.reads.length = 0;
    const dates = new Map([...store.items].map(([id, item]) => [id, JSON.stringify(item.dueAt)]));
    const writes = store.writes.length;
    await watchBatch(records, 60_000, surroundings);
    for (const read of store.reads) count(`${read.split(" ")[0]} states`, (read.split(" ")[1] ?? "").split(",").length);
    count("batch writes", store.writes.length - writes);
    for (const [id, before] of dates)
      if (JSON.stringify(store.items.get(id)?.dueAt) !== before) count("dates that a batch moves");
    if ((now - T0) % M !== 0) continue;
    store.reads.length = 0;
    const swept = store.writes.length;
    await sweep(60_000, surroundings);
    for (const read of store.reads)
      if (read !== "strong ") count("states of a sweep", (read.split(" ")[1] ?? "").split(",").length);
    count("sweep writes", store.writes.length - swept);
  }
  return counted;
}

describe.each([5, 30])("a quiet plant with a window of %d s", (windowSeconds) => {
  const seconds = HOURS * 3600;
  const silences = (DEVICES * seconds) / (SILENT_FOR_M * 60);
  let counted: Readonly<Record<string, number>>;
  beforeAll(async () => {
    counted = await countRequests(windowSeconds);
  });

  it("reads and writes its watermark once in a batch", () => {
    const batches = seconds / windowSeconds;
    expect([counted.watermark, counted.saveWatermark]).toEqual([batches, batches]);
    expect(WATCH_UNITS.batch).toEqual({ reads: 1, writes: 1 });
  });

  it("reads each device once in a batch, eventually, which is half a unit", () => {
    const devices = Math.min(DEVICES, (DEVICES / SECONDS_BETWEEN) * windowSeconds);
    expect(counted["eventual states"]).toBe((seconds / windowSeconds) * devices);
    expect(counted["strong states"]).toBe(0);
    expect(WATCH_UNITS.device.reads).toBe(0.5);
  });

  it("writes that a device is seen five times before it would be silent, and moves no date in the index", () => {
    expect(counted["batch writes"]).toBe(silences * WATCH_UNITS.heartbeatsPerSilence * WATCH_UNITS.heartbeat.writes);
    expect(counted).not.toHaveProperty("dates that a batch moves");
  });

  it("reads and moves in a sweep what is due, and little else", () => {
    const due = silences / WATCH_UNITS.silencesPerDue;
    expect(counted["sweep writes"]).toBe(counted["states of a sweep"]);
    expect((counted["sweep writes"] ?? 0) / due).toBeCloseTo(1, 1);
    const sweeps = seconds / 60;
    const { watermarks = 0, listed = 0, due: dueQueries = 0, readPlant = 0 } = counted;
    const units = (watermarks + readPlant + listed * LISTED_BUCKETS * 0.5 + dueQueries * DUE_BUCKETS * 0.5) / sweeps;
    expect(units).toBe(WATCH_UNITS.sweep.reads);
    const others = ["writePlant", "saveRules", "readMail", "writeMail", "note"];
    expect(others.map((name) => counted[name] ?? 0)).toEqual(others.map(() => 0));
  });
});

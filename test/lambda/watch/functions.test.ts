import { describe, expect, it } from "vitest";
import { streamRecord } from "../../../contract/stream-record";
import { readSettings } from "../../../lambda/reading/settings";
import { watchBatch } from "../../../lambda/watch/batch/watch-batch";
import type { FeedMessage } from "../../../lambda/watch/notices/feed-message";
import type { MailText } from "../../../lambda/watch/notices/mail-text";
import { readWatchSettings } from "../../../lambda/watch/settings";
import type { SweepSurroundings } from "../../../lambda/watch/surroundings";
import type { Looking } from "../../../lambda/watch/sweep/clock-reader";
import { sweep } from "../../../lambda/watch/sweep/sweep";
import type { WatchRule } from "../../../watch/rules/rule";
import { readRulesFile, rulesFileText } from "../../../watch/rules/rules-file";
import { kinesisRecord, sequenceNumber } from "../../helpers/kinesis-records";
import { anyRule, M, rule, S, T0 } from "../../watch/plants";
import { MemoryStore } from "./memory-store";

const ENVIRONMENT = { WATCH_TABLE: "t", WATCH_MAIL_TOPIC_ARN: "m", WATCH_FEED_TOPIC_ARN: "f", WATCH_TIMEZONE: "UTC" };
const quiet = anyRule({ name: "quiet", condition: { kind: "silent", forMs: 15 * M } });

const throttled = () => Object.assign(new Error(), { name: "ProvisionedThroughputExceededException" });

/** The watch and its sweep over a table in memory. */
class Bench {
  readonly mails: MailText[] = [];
  readonly feed: FeedMessage[] = [];
  readonly lines: Record<string, unknown>[] = [];
  now = T0;
  /** Calls of the store that fail. */
  failing: (name: string) => boolean = () => false;
  isSnsDown = false;
  readonly surroundings: SweepSurroundings;
  readonly store: MemoryStore;

  constructor(rules: readonly WatchRule[] = [rule(), quiet]) {
    const settings = readWatchSettings(ENVIRONMENT, "/folder");
    const file = readRulesFile(rulesFileText(rules, []), settings.anomalyLimits);
    this.store = new MemoryStore(file.rules, async (name, work) => {
      if (this.failing(name)) throw throttled();
      return work();
    });
    const down = () => {
      if (this.isSnsDown) throw Object.assign(new Error(), { name: "InternalError" });
    };
    this.surroundings = {
      settings,
      rules: file.rules,
      rulesHash: file.hash,
      rulesText: rulesFileText(rules, []),
      store: this.store,
      publisher: {
        mail: async (mail) => {
          down();
          this.mails.push(mail);
        },
        feed: async (message) => {
          down();
          this.feed.push(message);
        },
      },
      now: () => this.now,
      log: (line) => this.lines.push(JSON.parse(line)),
      clockReader: { look: async () => [{ shardId: "s", judgedUpTo: T0, next: { kind: "none", behindMs: 0 } }] },
    };
  }

  /** Other rules, over the same table. */
  deploy(rules: readonly WatchRule[]): void {
    const rulesText = rulesFileText(rules, []);
    const file = readRulesFile(rulesText, this.surroundings.settings.anomalyLimits);
    Object.assign(this.surroundings, { rules: file.rules, rulesHash: file.hash, rulesText });
  }

  /** A batch of values of one device, a second apart. */
  async batch(values: readonly unknown[], { device = "boiler-7", from = 0 } = {}) {
    const records = values.map((value, i) => {
      const at = T0 + from + i * S;
      const sent =
        typeof value === "number" ? { deviceId: device, sensorType: "temperature", value, timestamp: at } : value;
      return streamRecord(kinesisRecord(i, sent, { partitionKey: device, arrivedAt: at + 100 }));
    });
    this.now = T0 + from + values.length * S;
    return watchBatch(records, 60_000, this.surroundings);
  }

  async sweep(at: number) {
    this.now = T0 + at;
    await sweep(60_000, this.surroundings);
  }
}

describe("the watch", () => {
  it("judges a batch, tells machines and people, and notes the history, with one write and one that settles", async () => {
    const bench = new Bench();
    expect(await bench.batch([20, 97, 98])).toEqual({ batchItemFailures: [] });
    expect(bench.feed).toEqual([
      {
        id: `boiler-7/hot/temperature#1:raise:${T0 + S}`,
        alarm: "boiler-7/hot/temperature#1",
        device: "boiler-7",
        rule: "hot",
        sensorType: "temperature",
        occurrence: 1,
        event: "raise",
        at: T0 + S,
        told: true,
        priority: "medium",
        raisedAt: T0 + S,
        value: 97,
        peak: 97,
        limit: 90,
        seenAt: T0 + S + 100,
      },
    ]);
    expect(bench.mails).toEqual([
      {
        subject: "[medium] boiler-7 temperature above 90",
        body: [
          "boiler-7 temperature above 90",
          "Alarm:           boiler-7/hot/temperature#1",
          "Value:           97",
          "Limit:           90",
          "Since:           2026-01-01 00:00:01 (UTC)",
          "Told at:         2026-01-01 00:00:01 (UTC)",
          "Last reading:    2026-01-01 00:00:01 (UTC)",
          `Acknowledge:     npx iot alarms ack 'boiler-7/hot/temperature#1' --note "…"`,
          `Notice:          boiler-7/hot/temperature#1:raise:${T0 + S}`,
        ].join("\n"),
      },
    ]);
    expect(bench.store.writes.map(({ stored }) => stored.outbox.size)).toEqual([1, 0]);
    expect([...bench.store.history.keys()]).toEqual([`boiler-7 occ#${T0 + S}#hot#temperature#1`]);
    expect(bench.lines[0]).toMatchObject({
      Environment: "dev",
      AlarmsRaised: 1,
      StateConflicts: 0,
      records: 3,
      written: 1,
      handedBack: 0,
    });
    expect(bench.store.marks.get("shardId-000000000002")).toMatchObject({
      sequenceNumber: sequenceNumber(2),
      arrivedAt: T0 + 2 * S + 100,
    });
  });

  describe("judges each reading of a message", () => {
    const list = (...readings: readonly object[]) => ({ deviceId: "boiler-7", sensorType: "temperature", readings });

    it("whose readings have no time of their own", async () => {
      const bench = new Bench();
      const message = list(...[20, 97, 98, 70].map((value) => ({ value })));
      await bench.batch([message]);
      await bench.batch([message]);
      expect(bench.feed.map(({ event, at, peak }) => [event, at - T0, peak])).toEqual([
        ["raise", 98, 97],
        ["end", 100, 98],
      ]);
      expect(bench.lines.map(({ ReadingsLate }) => ReadingsLate)).toEqual([0, 4]);
    });

    it("of a device whose clock is ahead, message after message", async () => {
      const bench = new Bench();
      for (let from = 0; from < 10 * M; from += 20 * S) {
        const values = Array.from({ length: 20 }, (_, i) => ({
          value: i < 5 ? 20 : 97,
          timestamp: T0 + from + M + i * S,
        }));
        await bench.batch([list(...values)], { from });
      }
      expect(bench.lines.reduce((sum, { ReadingsLate }) => sum + Number(ReadingsLate), 0)).toBe(0);
      expect(bench.feed.slice(0, 2).map(({ event, at }) => [event, at - T0 - 100])).toEqual([
        ["raise", -14 * S],
        ["end", S],
      ]);
    });

    it("and one time that is far ahead makes none of the others old", async () => {
      const bench = new Bench();
      const hour = T0 + 60 * M;
      await bench.batch([list({ value: 97, timestamp: T0 - S }, { value: 70, timestamp: hour })]);
      expect(bench.feed.map(({ event, at }) => [event, at - T0])).toEqual([
        ["raise", -S],
        ["end", 100],
      ]);
    });
  });

  it("writes nothing for a device that is well, but when it was seen", async () => {
    const bench = new Bench();
    for (let i = 0; i < 60; i++) await bench.batch([20], { from: i * 10 * S });
    expect(bench.store.writes).toHaveLength(4);
  });

  it("reads nothing of a device that no rule is about", async () => {
    const bench = new Bench([rule({ device: "pump-*" })]);
    await bench.batch([97]);
    expect(bench.store.reads).toEqual(["strong "]);
    expect(bench.store.writes).toEqual([]);
  });

  it("reads again what the shard's last batches wrote and an eventual read misses", async () => {
    const bench = new Bench();
    await bench.batch([97]);
    const item = bench.store.items.get("boiler-7");
    bench.store.items.delete("boiler-7");
    const real = bench.store.read.bind(bench.store);
    bench.store.read = async (ids, consistency) => {
      if (consistency === "strong" && item) bench.store.items.set("boiler-7", item);
      return real(ids, consistency);
    };
    await bench.batch([70], { from: M });
    expect(bench.store.reads.slice(-2)).toEqual(["eventual boiler-7", "strong boiler-7"]);
    expect(bench.feed.map(({ event }) => event)).toEqual(["raise", "end"]);
  });

  it("hands back the batch from the first record on of a device that cannot be stored", async () => {
    const bench = new Bench();
    bench.failing = (name) => name === "write";
    expect(await bench.batch([20, 97])).toEqual({ batchItemFailures: [{ itemIdentifier: sequenceNumber(0) }] });
    expect(bench.feed).toEqual([]);
    expect(bench.store.marks.size).toBe(0);
    bench.failing = () => false;
    await bench.batch([20, 97]);
    expect(bench.feed.map(({ event }) => event)).toEqual(["raise"]);
  });

  it("does not hold up a shard for a device whose item is refused", async () => {
    const bench = new Bench();
    bench.store.write = async () => {
      throw Object.assign(new Error("Item size has exceeded"), { name: "ValidationException" });
    };
    expect(await bench.batch([97])).toEqual({ batchItemFailures: [] });
    expect(bench.lines[0]).toMatchObject({ errors: { ValidationException: 1 }, handedBack: 0 });
  });

  it("keeps what nobody could be told, and the sweep tells it", async () => {
    const bench = new Bench();
    bench.isSnsDown = true;
    await bench.batch([97]);
    await bench.sweep(M);
    expect(bench.lines.at(-1)).toMatchObject({ OutboxAgeSeconds: 60, errors: { InternalError: 1 } });
    bench.isSnsDown = false;
    await bench.sweep(2 * M);
    expect(bench.feed.map(({ event }) => event)).toEqual(["raise"]);
    expect(bench.mails).toHaveLength(1);
    expect(bench.store.stored("boiler-7")?.outbox.size).toBe(0);
  });

  it("L15: takes the processor's verdict, by the same variables", async () => {
    const bench = new Bench([rule({ name: "odd", condition: { kind: "anomaly" }, deadband: 0 })]);
    expect(bench.surroundings.settings.anomalyLimits).toEqual(
      readSettings({ DYNAMODB_TABLE: "t", S3_BUCKET: "b" }).anomalyLimits,
    );
    await bench.batch([100, 100.1, "not json", { deviceId: "boiler-7", sensorType: "temperature", value: "x" }, 100]);
    expect(bench.feed.map(({ event, value }) => [event, value])).toEqual([
      ["raise", 100.1],
      ["end", 100.1],
    ]);
  });

  it("asks for one mail a minute, and brings the rest together in the next", async () => {
    const bench = new Bench([rule()]);
    for (const [i, device] of ["a", "b", "c"].entries()) await bench.batch([97], { device, from: i * 5 * S });
    expect(bench.mails.map(({ subject }) => subject)).toEqual(["[medium] a temperature above 90"]);
    await bench.sweep(M + 30 * S);
    expect(bench.mails.map(({ subject }) => subject)).toEqual([
      "[medium] a temperature above 90",
      "[medium] b temperature above 90 and 1 more",
    ]);
    expect(bench.feed).toHaveLength(3);
  });
});

describe("the sweep", () => {
  it("finds a silent device, and says since when", async () => {
    const bench = new Bench();
    await bench.batch([20]);
    await bench.sweep(17 * M);
    expect(bench.feed).toEqual([]);
    await bench.sweep(19 * M);
    expect(bench.mails[0]?.subject).toBe("[medium] boiler-7 silent for 15m");
    expect(bench.lines.at(-1)).toMatchObject({ SweepRuns: 1, AlarmsRaised: 1, due: 1, StreamClockBehindMs: 0 });
    await bench.sweep(20 * M);
    expect(bench.lines.at(-1)).toMatchObject({ AlarmsActive: 1, DevicesSilent: 1, due: 0 });
  });

  it("says how far the stream's clock is behind", async () => {
    const bench = new Bench();
    const waiting = { shardId: "s", judgedUpTo: T0, next: { kind: "record", arrivedAt: T0 + M } };
    Object.assign(bench.surroundings, { clockReader: { look: async () => [waiting] } });
    await bench.sweep(4 * M);
    expect(bench.lines.at(-1)).toMatchObject({
      StreamClockBehindMs: 3 * M,
      _aws: {
        CloudWatchMetrics: [
          { Metrics: expect.arrayContaining([{ Name: "StreamClockBehindMs", Unit: "Milliseconds" }]) },
        ],
      },
    });
  });

  it("judges nothing while it cannot tell the stream's clock", async () => {
    const bench = new Bench();
    await bench.batch([20]);
    Object.assign(bench.surroundings, {
      clockReader: { look: async () => [{ shardId: "s", next: { kind: "none", behindMs: 5 } }] },
    });
    await bench.sweep(60 * M);
    expect(bench.feed).toEqual([]);
    expect(bench.lines.at(-1)).not.toHaveProperty("StreamClockBehindMs");
  });

  it.each([
    ["the stream cannot be read", { look: async () => Promise.reject(throttled()) }, () => false],
    ["the plant cannot be decided on", undefined, (name: string) => name === "writePlant"],
    ["a device cannot be decided on", undefined, (name: string) => name === "write"],
  ])("judges nothing and sends what waits while %s", async (_what, clockReader, failing) => {
    const bench = new Bench();
    bench.isSnsDown = true;
    await bench.batch([97]);
    bench.isSnsDown = false;
    if (clockReader !== undefined) Object.assign(bench.surroundings, { clockReader });
    bench.failing = failing;
    await bench.sweep(19 * M);
    expect(bench.feed.map(({ event, rule: name }) => [event, name])).toEqual([["raise", "hot"]]);
    expect(bench.mails).toHaveLength(1);
    expect(bench.lines.at(-1)).toMatchObject({
      SweepRuns: 1,
      errors: { ProvisionedThroughputExceededException: expect.any(Number) },
    });
  });

  it("looks behind its own first sweep only, where a shard has no watermark", async () => {
    const bench = new Bench();
    const asked: number[] = [];
    Object.assign(bench.surroundings, {
      clockReader: {
        look: async ({ watchedFrom }: Looking) => {
          asked.push(watchedFrom - T0);
          return [{ shardId: "s", next: { kind: "none", behindMs: 0 } }];
        },
      },
    });
    for (const at of [M, 2 * M, 60 * M]) await bench.sweep(at);
    expect(asked).toEqual([M, M, M]);
  });

  it("tells one silence of the plant instead of one of each device, and its end", async () => {
    const bench = new Bench();
    const devices = ["a", "b", "c", "d", "e", "f"];
    for (const device of devices) await bench.batch([20], { device });
    await bench.sweep(19 * M);
    expect(bench.mails.map(({ subject }) => subject)).toEqual(["[high] plant silent: 6 of 6 devices"]);
    expect(bench.store.stored("a")?.state.alarms.get("quiet")?.phase).toBe("active");
    for (const device of devices.slice(0, 4)) await bench.batch([20], { device, from: 20 * M });
    await bench.sweep(22 * M);
    expect(bench.mails.map(({ subject }) => subject).slice(1)).toEqual([
      "[high] plant speaks again: 2 of 6 devices silent",
      "[medium] e silent for 15m and 1 more",
    ]);
    expect(bench.feed.filter(({ event, told }) => event === "raise" && told)).toHaveLength(3);
  });

  const ALL = Array.from({ length: 10 }, (_, i) => `d${i}`);

  it("does not take the same few devices for the plant, again and again", async () => {
    const bench = new Bench([anyRule({ name: "quiet", condition: { kind: "silent", forMs: M } })]);
    for (let second = 0; second < 8 * 60; second += 20) {
      // Three of ten speak each 100 s, the others each 20 s.
      for (const [i, device] of ALL.entries())
        if (i >= 3 || second % 100 === 0) await bench.batch([20], { device, from: second * S });
      if (second % 60 === 0) await bench.sweep(second * S + 19 * S);
    }
    expect(bench.feed.some(({ event, device }) => event === "raise" && device === "d0")).toBe(true);
    expect(bench.feed.filter(({ rule: name }) => name === "plant-silent")).toEqual([]);
  });

  it("does not take one device that cannot be stored for many", async () => {
    const bench = new Bench();
    for (const device of ALL.slice(0, 6)) await bench.batch([20], { device });
    const write = bench.store.write.bind(bench.store);
    bench.store.write = async (id, ...rest) => (id === "d0" ? Promise.reject(throttled()) : write(id, ...rest));
    for (let minute = 1; minute < 30; minute++) {
      for (const device of ALL.slice(1, 6)) await bench.batch([20], { device, from: minute * M });
      await bench.sweep(minute * M + 30 * S);
    }
    expect(bench.mails).toEqual([]);
  });

  it("counts a silent device once that has something due, and none that no rule of silence watches", async () => {
    const bench = new Bench([rule({ device: "*", remindEveryMs: 240 * M }), { ...quiet, device: "d*" }]);
    for (const [i, device] of ALL.entries()) await bench.batch([i < 6 ? 97 : 20], { device });
    for (const device of ["e0", "e1", "e2"]) await bench.batch([97], { device });
    for (let minute = 1; minute < 22; minute++) {
      for (const device of ALL.slice(6)) await bench.batch([20], { device, from: minute * M });
      await bench.sweep(minute * M + 30 * S);
    }
    const ofPlant = bench.feed.filter(({ rule: name }) => name === "plant-silent");
    expect(ofPlant.map(({ event, value, limit }) => [event, value, limit])).toEqual([["raise", 6, 10]]);
  });

  it("looks again at what it could not store when the plant spoke again", async () => {
    const bench = new Bench();
    const devices = ["a", "b", "c", "d", "e", "f"];
    for (const device of devices) await bench.batch([20], { device });
    await bench.sweep(19 * M);
    for (const device of devices.slice(0, 4)) await bench.batch([20], { device, from: 20 * M });
    bench.failing = (name) => name === "write";
    await bench.sweep(22 * M);
    expect(bench.store.plant.look).toEqual({ isAll: false, after: "", again: false });
    bench.failing = () => false;
    await bench.sweep(23 * M);
    expect(bench.store.plant.look).toBeUndefined();
    await bench.sweep(24 * M);
    expect(bench.mails.map(({ subject }) => subject).slice(1)).toEqual([
      "[high] plant speaks again: 2 of 6 devices silent",
      "[medium] e silent for 15m and 1 more",
    ]);
  });

  it("holds up no look for a device whose item is refused", async () => {
    const bench = new Bench([rule()]);
    await bench.batch([97]);
    bench.store.write = async () => {
      throw Object.assign(new Error("Item size has exceeded"), { name: "ValidationException" });
    };
    bench.deploy([]);
    await bench.sweep(M);
    expect(bench.store.plant.look).toBeUndefined();
  });

  it("waits with its look until the stream's clock can be told", async () => {
    const bench = new Bench([rule()]);
    await bench.batch([97]);
    const { clockReader } = bench.surroundings;
    Object.assign(bench.surroundings, { clockReader: { look: async () => [] } });
    bench.deploy([]);
    await bench.sweep(M);
    expect(bench.feed.map(({ event }) => event)).toEqual(["raise"]);
    Object.assign(bench.surroundings, { clockReader });
    await bench.sweep(2 * M);
    expect(bench.feed.map(({ event }) => event)).toEqual(["raise", "end"]);
  });

  it("looks at what was to be due much later, when the rules are others", async () => {
    const silentFor = (forMs: number) => anyRule({ name: "quiet", condition: { kind: "silent", forMs } });
    const bench = new Bench([silentFor(24 * 60 * M)]);
    await bench.batch([20]);
    await bench.sweep(10 * M);
    bench.deploy([silentFor(5 * M)]);
    await bench.sweep(11 * M);
    expect(bench.mails.map(({ subject }) => subject)).toEqual(["[medium] boiler-7 silent for 5m"]);
  });

  it("ends an alarm whose rule is gone, though the first attempt cannot be stored", async () => {
    const bench = new Bench([rule()]);
    await bench.batch([97]);
    await bench.sweep(M);
    bench.deploy([]);
    bench.failing = (name) => name === "write";
    await bench.sweep(2 * M);
    bench.failing = () => false;
    await bench.sweep(3 * M);
    expect(bench.feed.map(({ event, reason }) => [event, reason])).toEqual([
      ["raise", undefined],
      ["end", "rule removed"],
    ]);
  });

  it("ends alarms of rules that are gone, of devices that say nothing, too", async () => {
    const bench = new Bench([rule()]);
    await bench.batch([97]);
    await bench.sweep(M);
    bench.deploy([]);
    await bench.sweep(2 * M);
    expect(bench.feed.map(({ event, reason }) => [event, reason])).toEqual([
      ["raise", undefined],
      ["end", "rule removed"],
    ]);
  });
});

describe("the watch's environment", () => {
  it("names every variable that is missing", () => {
    expect(() => readWatchSettings({ WATCH_TABLE: "t" }, "/f")).toThrow(
      'The function\'s environment is not usable: "WATCH_MAIL_TOPIC_ARN" must be set; "WATCH_FEED_TOPIC_ARN" must be set',
    );
  });

  it("reads the rules beside the code unless it is told where", () => {
    expect(readWatchSettings(ENVIRONMENT, "/f")).toMatchObject({
      rulesFile: "/f/watch-rules.json",
      environment: "dev",
      stream: undefined,
    });
    expect(readWatchSettings({ ...ENVIRONMENT, WATCH_RULES_FILE: "/r" }, "/f").rulesFile).toBe("/r");
  });

  it("refuses a file of another form", () => {
    expect(() => readRulesFile('{"form":2,"rules":[],"quiet":[]}', new Map())).toThrow(
      '"form" of the watch\'s rules must be 1, got 2',
    );
  });
});

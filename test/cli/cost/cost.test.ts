import { beforeAll, describe, expect, it } from "vitest";
import { BATCH_LINE_BYTES, type CostLine } from "../../../cli/cost/cost-line";
import {
  keeping,
  month,
  moving,
  oneObjectPerReading,
  standing,
  takingIn,
  tierUsd,
  total,
  WATCHING,
} from "../../../cli/cost/model";
import { PRICES } from "../../../cli/cost/prices";
import {
  archiveObject,
  ITEM_BYTES_BESIDE_PAYLOAD,
  itemsOf,
  type Load,
  messageBytes,
  writeUnits,
} from "../../../cli/cost/usage";
import { watching } from "../../../cli/cost/watch";
import { METRIC } from "../../../contract/metrics";
import { assess } from "../../../lambda/processor/assess";
import { metricsLine } from "../../../lambda/processor/metrics-line";
import { checkRecord } from "../../../lambda/reading/check-record";
import type { CheckedReading } from "../../../lambda/reading/checked-reading";
import { itemBytes } from "../../../lambda/reading/item";
import { alarmCount } from "../../../lib/alarms";
import { archiveLifecycle } from "../../../lib/archive-bucket";
import { parseConfig, REGION } from "../../../lib/config";
import { ARCHIVE_DAYS, BATCHING_WINDOW_SECONDS, FUNCTION_SIZES, TRANSFORM_BUFFER } from "../../../lib/sizes";
import type { Recording } from "../../../local/stack/recording";
import { sizeOf } from "../../helpers/packed";
import { recordStack } from "../../helpers/stack";

const MILLION = 1_000_000;
const RULES = { anomalyLimits: new Map(), hotRetentionDays: 30 };
const NAMES = { table: "t", bucket: "b", environment: "dev" };
const LOAD: Load = {
  readingsPerSecond: 1_000,
  payloadBytes: 220,
  perMessage: 1,
  anomalyShare: 0.01,
  basicIngest: false,
};
const CONFIG = defaults();
const ALARMS = alarmCount(CONFIG);
/** Alarms that a stack with rules has beside them. */
const WATCH_ALARMS = 9;

function defaults(given: Readonly<Record<string, unknown>> = {}) {
  const checked = parseConfig({ environmentSuffix: "dev", ...given }, REGION);
  if (!checked.ok) throw new Error(checked.problems.join());
  return checked.config;
}

function quantities(lines: readonly CostLine[]): Record<string, number> {
  return Object.fromEntries(lines.map(({ price, quantity }) => [price, quantity]));
}

describe("prices", () => {
  it("are dollars for a unit, with a date and a source at AWS", () => {
    for (const { usd, unit, source, date } of Object.values(PRICES)) {
      expect(new Date(date).toISOString()).toContain(date);
      expect(usd).toBeGreaterThanOrEqual(0);
      expect(unit).not.toBe("");
      expect(source).toMatch(/^https:\/\/(aws\.amazon\.com|pricing\.us-east-1\.amazonaws\.com)\//);
    }
  });
});

describe("takingIn", () => {
  it("counts what a million readings use", () => {
    expect(quantities(takingIn(MILLION, LOAD, CONFIG))).toEqual({
      iotMessage: MILLION,
      iotRule: MILLION,
      iotAction: MILLION,
      kinesisPutUnit: MILLION,
      // Batches of 100 to the processor, and what 0.2 MB hold to the archive's function.
      lambdaRequest: MILLION / 100 + MILLION / ((0.2 * 1024 * 1024) / 220),
      lambdaGbSecond: expect.closeTo(150, 0),
      dynamodbWriteUnit: 2 * MILLION,
      logGb: expect.closeTo(0.0102, 4),
      s3Put: MILLION / ((128 * 1024 ** 2) / (220 + 241)),
      firehoseGb: expect.closeTo((MILLION * 5 * 1024) / 1024 ** 3, 6),
      firehoseConversionGb: expect.closeTo((MILLION * 5 * 1024) / 1024 ** 3, 6),
    });
  });

  it("multiplies each quantity with its price", () => {
    for (const { quantity, price, usd } of takingIn(MILLION, LOAD, CONFIG))
      expect(usd).toBeCloseTo(quantity * PRICES[price].usd, 12);
  });

  it("costs in proportion to the readings", () => {
    expect(total(takingIn(3 * MILLION, LOAD, CONFIG))).toBeCloseTo(3 * total(takingIn(MILLION, LOAD, CONFIG)), 9);
  });

  it("pays an invocation a reading where hardly any come", () => {
    const trickle = quantities(takingIn(MILLION, { ...LOAD, readingsPerSecond: 0.01 }, CONFIG));
    expect(trickle.lambdaRequest).toBe(2 * MILLION);
  });

  it("pays two units where an item is beyond 1 KB, and more messages beyond 5 KB", () => {
    expect(writeUnits({ ...LOAD, payloadBytes: 1024 - ITEM_BYTES_BESIDE_PAYLOAD })).toBe(2);
    expect(writeUnits({ ...LOAD, payloadBytes: 1025 - ITEM_BYTES_BESIDE_PAYLOAD })).toBe(4);
    const large = quantities(takingIn(MILLION, { ...LOAD, payloadBytes: 6_000 }, CONFIG));
    expect(large).toMatchObject({ iotMessage: 2 * MILLION, dynamodbWriteUnit: 12 * MILLION });
  });

  it("counts what a million readings use that are sent twenty in a message", () => {
    const packed = quantities(takingIn(MILLION, { ...LOAD, perMessage: 20 }, CONFIG));
    expect(packed).toMatchObject({
      iotMessage: 50_000,
      iotRule: 50_000,
      iotAction: 50_000,
      kinesisPutUnit: 50_000,
      dynamodbWriteUnit: 100_000,
      firehoseGb: expect.closeTo((50_000 * 5 * 1024) / 1024 ** 3, 6),
    });
    expect(packed.firehoseGb).toBeLessThan(0.25);
    expect(packed.s3Put).toBeLessThan(520);
  });

  it.each([
    [20, false, 5_000],
    [20, true, 4_000],
    [60, false, 2_500],
  ])(
    "of 5,000 sensors at one reading per second, %d in a message (Basic Ingest: %s), is less than %d US dollars",
    (perMessage, basicIngest, usd) => {
      const load = { ...LOAD, readingsPerSecond: 5_000, perMessage, basicIngest };
      expect(total(month(load, 5_000, CONFIG))).toBeLessThan(usd);
    },
  );

  it("pays no message over Basic Ingest, and gigabytes instead of puts on demand", () => {
    expect(quantities(takingIn(MILLION, { ...LOAD, basicIngest: true }, CONFIG))).not.toHaveProperty("iotMessage");
    const onDemand = quantities(takingIn(MILLION, LOAD, { ...CONFIG, streamMode: "ON_DEMAND" }));
    expect(onDemand).not.toHaveProperty("kinesisPutUnit");
    // Each record counts as a KB, and two read it.
    expect(onDemand.kinesisGbIn).toBeCloseTo((MILLION * 1024) / 1024 ** 3, 9);
    expect(onDemand.kinesisGbOut).toBeCloseTo(2 * (onDemand.kinesisGbIn ?? 0), 9);
  });
});

describe("keeping", () => {
  it("has the table's days, and a year of the archive in three classes", () => {
    expect(keeping(MILLION, LOAD, CONFIG).map(({ name, days }) => [name, days])).toEqual([
      ["DynamoDB", 30],
      ["S3 Standard", 90],
      ["Glacier Flexible Retrieval", 90],
      ["Glacier Deep Archive", 185],
    ]);
    expect(moving(MILLION, LOAD).map(({ price }) => price)).toEqual(["glacierTransition", "deepArchiveTransition"]);
  });

  it("leaves the objects of a small plant where they are", () => {
    const small = { ...LOAD, readingsPerSecond: 1 };
    expect(archiveObject(small).bytes).toBeLessThan(128 * 1024);
    expect(keeping(MILLION, small, CONFIG).map(({ name, days }) => [name, days])).toEqual([
      ["DynamoDB", 30],
      ["S3 Standard", 365],
    ]);
    expect(moving(MILLION, small)).toEqual([]);
  });

  it("gets cheaper from class to class", () => {
    const [, ...archive] = keeping(MILLION, LOAD, CONFIG);
    const months = archive.map((tier) => total(tier.lines));
    expect(months).toEqual([...months].sort((one, other) => other - one));
    expect(tierUsd({ name: "", days: 365, lines: archive[0]?.lines ?? [] })).toBeCloseTo(12 * (months[0] ?? 0), 9);
  });

  it("is cheaper than an object a reading by far", () => {
    const [put, year] = oneObjectPerReading(MILLION, LOAD);
    expect(put?.usd).toBeCloseTo(7, 9);
    expect(year?.usd).toBeCloseTo(((MILLION * 220) / 1024 ** 3) * 12 * 0.0405, 9);
  });
});

describe("standing", () => {
  it("grows with the shards, and with retention beyond a day", () => {
    expect(quantities(standing(CONFIG))).toEqual({
      kinesisShardHour: 4 * 730,
      customMetricMonth: WATCHING.ownMetrics + WATCHING.mappingMetrics,
      alarmMetricMonth: ALARMS,
      dashboardMonth: 1,
    });
    expect(quantities(standing({ ...CONFIG, streamRetentionHours: 48 }))).toHaveProperty(
      "kinesisRetentionShardHour",
      4 * 730,
    );
    expect(quantities(standing({ ...CONFIG, streamMode: "ON_DEMAND" }))).toHaveProperty("kinesisStreamHour", 730);
  });
});

describe("month", () => {
  it("adds up what stands, what comes and what is kept", () => {
    const bill = month(LOAD, 1_000, CONFIG);
    const readings = 1_000 * 730 * 3600;
    const kept = keeping(readings, LOAD, CONFIG).reduce((sum, tier) => sum + tierUsd(tier), 0);
    const connected = 1_000 * 730 * 60 * PRICES.iotConnectionMinute.usd;
    expect(total(bill)).toBeCloseTo(
      total(standing(CONFIG)) +
        total(takingIn(readings, LOAD, CONFIG)) +
        total(moving(readings, LOAD)) +
        kept +
        connected,
      6,
    );
  });
});

describe("the device watch", () => {
  const PLANT = { ...LOAD, readingsPerSecond: 100 };
  const bill = (given: Readonly<Record<string, unknown>> = {}, load = PLANT) =>
    watching(load, 1_000, defaults({ watchRules: { silent: { silentFor: "15m" } }, ...given }));

  it("costs nothing where there are no rules", () => {
    expect(watching(PLANT, 1_000, CONFIG)).toEqual([]);
    expect(total(standing(defaults({ watchRules: { silent: { silentFor: "15m" } } })))).toBeCloseTo(
      total(standing(CONFIG)) + WATCH_ALARMS * PRICES.alarmMetricMonth.usd,
      9,
    );
  });

  it("costs a thousand devices at a reading each ten seconds about 70 dollars, and 45 with a window of 30 s", () => {
    expect(Math.round(total(bill()))).toBe(72);
    expect(Math.round(total(bill({ watchWindowSeconds: 30 })))).toBe(45);
    expect(Math.round(total(bill({ watchWindowSeconds: 30 }, { ...PLANT, anomalyShare: 0 })))).toBe(44);
  });

  it("costs about 80 more with a connection of its own, and its part of the reading on demand", () => {
    expect(Math.round(total(bill({ watchFanOut: true })) - total(bill()))).toBe(80);
    const onDemand = (given: object) => quantities(bill({ streamMode: "ON_DEMAND", ...given }));
    const gb = (100 * 730 * 3600) / 1024 ** 2;
    expect(onDemand({}).kinesisGbOut).toBeCloseTo(gb, 6);
    expect(onDemand({ watchFanOut: true }).kinesisFanOutOnDemandGb).toBeCloseTo(gb, 6);
    expect(quantities(bill())).not.toHaveProperty("kinesisGbOut");
  });

  it("reads a device once in a batch, and writes what is seen a fifth of the silence before", () => {
    const units = (lines: readonly CostLine[], price: string) =>
      lines.filter((each) => each.price === price).reduce((sum, { quantity }) => sum + quantity, 0) / (730 * 3600);
    const still = { ...PLANT, anomalyShare: 0 };
    // 4 shards in 5 s, 100 devices a second; a sweep a minute, and a device each 18 minutes.
    expect(units(bill({}, still), "dynamodbReadUnit")).toBeCloseTo(0.8 + 100 * 0.5 + 12 / 60 + 1_000 / 1_080, 6);
    expect(units(bill({}, still), "dynamodbWriteUnit")).toBeCloseTo(0.8 + 1_000 / 180 + (3 * 1_000) / 1_080, 6);
    const noSilence = bill({ watchRules: { odd: { sensorType: "temperature", anomaly: true } } }, still);
    expect(units(noSilence, "dynamodbWriteUnit")).toBeCloseTo(0.8, 6);
  });

  it("has a share in the bill of a month", () => {
    const config = defaults({ watchRules: { silent: { silentFor: "15m" } } });
    const lines = month(PLANT, 1_000, config);
    expect(lines.slice(-bill().length)).toEqual(bill());
  });
});

describe("what the model takes from the stack", () => {
  let stack: Recording;
  beforeAll(async () => {
    stack = await recordStack();
  });

  it("is the number of metrics that the declared stack has", async () => {
    expect(await alarmMetrics({})).toBe(ALARMS);
    expect(await alarmMetrics({ silenceMinutes: 0 })).toBe(ALARMS - 2);
    expect(stack.only("aws:kinesis/stream:Stream").inputs.shardLevelMetrics).toHaveLength(WATCHING.metricsPerShard);
    expect(Object.values(METRIC)).toHaveLength(WATCHING.ownMetrics);
    expect(stack.ofType("aws:cloudwatch/dashboard:Dashboard")).toHaveLength(1);
  });

  it("is what the declared stack has of memory, buffers, windows and ages", () => {
    const memory = stack.ofType("aws:lambda/function:Function").map(({ inputs }) => inputs.memorySize);
    expect(memory.sort()).toEqual([FUNCTION_SIZES.archive.memoryMb, FUNCTION_SIZES.processor.memoryMb]);
    const mapping = stack.only("aws:lambda/eventSourceMapping:EventSourceMapping").inputs;
    expect(mapping.maximumBatchingWindowInSeconds).toBe(BATCHING_WINDOW_SECONDS);
    const delivery = JSON.stringify(stack.only("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream").inputs);
    const parameter = (parameterName: string, value: number) =>
      JSON.stringify({ parameterName, parameterValue: String(value) });
    expect(delivery).toContain(parameter("BufferSizeInMBs", TRANSFORM_BUFFER.megabytes));
    // AWS's default, which is not declared: the provider would show it as a change in each plan.
    expect([TRANSFORM_BUFFER.seconds, delivery.includes("BufferIntervalInSeconds")]).toEqual([60, false]);
    expect(archiveLifecycle().find(({ id }) => id === "readings")).toMatchObject({
      transitions: [{ days: ARCHIVE_DAYS.glacier }, { days: ARCHIVE_DAYS.deepArchive }],
      expiration: { days: ARCHIVE_DAYS.expiry },
    });
  });

  it("is the size of a usual item and of a batch's log line", () => {
    const reading = {
      deviceId: "sensor-0001",
      sensorType: "temperature",
      value: 79.19,
      timestamp: 1_767_225_540_001,
      metadata: { location: "assembly-line-1", firmware: "2.4.1", plant: "sao-jose" },
    };
    const payload = Buffer.from(JSON.stringify(reading));
    const record = {
      shardId: "shardId-000000000000",
      sequenceNumber: "49590338271490256608559692538361571095921575989136588898",
      partitionKey: reading.deviceId,
      arrivedAt: 1_767_225_600_000,
      data: payload.toString("base64"),
    };
    const checked = checkRecord(record, RULES);
    if (!checked.ok) throw new Error(checked.detail);
    const [{ reading: only, range }] = checked.readings as [CheckedReading];
    expect(itemBytes(only, range, checked.facts) - payload.length).toBe(ITEM_BYTES_BESIDE_PAYLOAD);

    const entries = Array.from({ length: 60 }, (_, at) => ({
      value: reading.value,
      timestamp: reading.timestamp + at * 1000,
    }));
    const { deviceId, sensorType, metadata } = reading;
    for (const perMessage of [2, 20, 60]) {
      const message = Buffer.from(
        JSON.stringify({ deviceId, sensorType, metadata, readings: entries.slice(0, perMessage) }),
      );
      const load = { ...LOAD, payloadBytes: payload.length, perMessage };
      expect(Math.abs(message.length - messageBytes(load))).toBeLessThan(8);
      const accepted = assess(
        { ...record, data: message.toString("base64") },
        { ...RULES, ...NAMES },
        record.arrivedAt,
      );
      if (!accepted.ok) throw new Error(accepted.detail);
      const sizes = accepted.items.map(({ item }) => sizeOf(JSON.parse(item.toString())));
      expect(sizes).toHaveLength(itemsOf(load).items);
      // What the model pays for storing is an upper bound, and at most a quarter too much.
      expect(Math.max(...sizes)).toBeLessThanOrEqual(itemsOf(load).bytes);
      expect(Math.max(...sizes)).toBeGreaterThan(0.75 * itemsOf(load).bytes);
    }

    const line = metricsLine({
      environment: "dev",
      shardId: record.shardId,
      fates: Array.from({ length: 100 }, () => ({
        isFailed: false,
        readings: 1,
        stored: 1,
        anomalies: 0,
        superseded: 0,
        rejection: undefined,
      })),
      checkpoint: 100,
      checkpointSequenceNumber: undefined,
      effort: { retried: 0, errors: new Map() },
      now: record.arrivedAt,
      durationMs: 32,
    });
    expect(Math.abs(line.length - BATCH_LINE_BYTES)).toBeLessThan(BATCH_LINE_BYTES / 10);
  });
});

async function alarmMetrics(config: Readonly<Record<string, unknown>>): Promise<number> {
  const recording = await recordStack("dev", config);
  return recording
    .ofType("aws:cloudwatch/metricAlarm:MetricAlarm")
    .reduce((sum, { inputs }) => sum + metricsOf(inputs.metricQueries), 0);
}

/** CloudWatch asks for each metric that an alarm looks at, not for each expression. */
function metricsOf(queries: unknown): number {
  if (!Array.isArray(queries)) return 1;
  return queries.filter((query: { metric?: unknown }) => query.metric !== undefined).length;
}

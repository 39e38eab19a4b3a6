import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeAws } from "../../helpers/fake-aws";
import { ARRIVED_AT, kinesisRecord, sequenceNumber } from "../../helpers/kinesis-records";
import { readingsIn, sizeOf } from "../../helpers/packed";
import { processorOn, rejectedLines } from "../../helpers/processor";

let fake: FakeAws;
beforeEach(async () => {
  fake = await FakeAws.start();
});
afterEach(() => fake.stop());

const T = ARRIVED_AT - 100_000;
const list = (readings: readonly unknown[], changes: object = {}) => ({
  deviceId: "sensor-001",
  sensorType: "temperature",
  readings,
  ...changes,
});
const secondsOf = (count: number, from = T) =>
  Array.from({ length: count }, (_, at) => ({ value: 20 + at / 10, timestamp: from + at * 1000 }));
const keys = () => [...fake.items.keys()].map((key) => key.replace("sensor-001#", "")).sort();
const stored = () =>
  [...fake.items.values()]
    .flatMap(readingsIn)
    .sort((a, b) => a.timestamp - b.timestamp || a.sensorType.localeCompare(b.sensorType));

describe("a message of many readings", () => {
  it("is one item for each sensor type, with the times as offsets", async () => {
    const readings = [
      { value: 25.5, timestamp: T },
      { value: 125.7, timestamp: T + 1000 },
      { sensorType: "pressure", value: 3.1, timestamp: T, metadata: { probe: "inlet" } },
    ];
    const { line } = await processorOn(fake)([kinesisRecord(0, list(readings))]);
    expect(keys()).toEqual([`${T}#pressure`, `${T}#temperature#${T + 1000}#2`]);
    expect(fake.items.get(`sensor-001#${T}#temperature#${T + 1000}#2`)).toEqual({
      deviceId: { S: "sensor-001" },
      timestampSensorType: { S: `${T}#temperature#${T + 1000}#2` },
      timestamp: { N: String(T) },
      lastTimestamp: { N: String(T + 1000) },
      sensorType: { S: "temperature" },
      sensorTypeShard: { S: expect.stringMatching(/^temperature#0\d$/) },
      offsets: { L: [{ N: "0" }, { N: "1000" }] },
      values: { L: [{ N: "25.5" }, { N: "125.7" }] },
      anomalies: { L: [{ N: "1" }] },
      isAnomaly: { BOOL: true },
      expirationTime: { N: String(ARRIVED_AT / 1000 + 30 * 86_400) },
      arrivedAt: { N: String(ARRIVED_AT) },
      processedAt: { N: expect.any(String) },
    });
    expect(line).toMatchObject({
      ProcessedRecords: 3,
      AnomaliesDetected: 1,
      RejectedRecords: 0,
      records: 1,
      readings: 3,
    });
    expect([...fake.objects.keys()]).toEqual([`anomalies/sensor-001/${T + 1000}-temperature.json`]);
  });

  it("is the very item of one reading where it holds one", async () => {
    const reading = {
      deviceId: "sensor-001",
      sensorType: "temperature",
      value: 25.5,
      timestamp: T,
      metadata: { a: 1 },
    };
    await processorOn(fake)([kinesisRecord(0, reading)]);
    const [alone] = fake.items.values();
    fake.items.clear();
    const { deviceId, ...entry } = reading;
    await processorOn(fake)([kinesisRecord(0, { deviceId, readings: [entry] })]);
    const [listed] = fake.items.values();
    expect({ ...listed, processedAt: 0 }).toEqual({ ...alone, processedAt: 0 });
  });

  it("is the same in SenML", async () => {
    const seconds = T / 1000;
    const pack = [
      { bn: "sensor-001/", bt: seconds, bu: "Cel", bv: 20, n: "temperature", v: 5.5 },
      { n: "temperature", t: 1, v: 5.7 },
      { n: "pressure", bv: 0, u: "bar", v: 3.1, t: 0.25 },
    ];
    await processorOn(fake)([kinesisRecord(0, pack)]);
    expect(stored()).toEqual([
      { sensorType: "temperature", timestamp: T, value: 25.5, isAnomaly: false },
      { sensorType: "pressure", timestamp: T + 250, value: 3.1, isAnomaly: false },
      { sensorType: "temperature", timestamp: T + 1000, value: 25.7, isAnomaly: false },
    ]);
    expect([...fake.items.values()].map(({ metadata }) => metadata?.M)).toEqual([
      { unit: { S: "Cel" } },
      { unit: { S: "bar" } },
    ]);
  });

  it.each([
    ["relative times, below 2**28, count from the arrival", [{ n: "sensor-001/t", t: -5, v: 1 }], ARRIVED_AT - 5000],
    ["so does the highest of them", [{ n: "sensor-001/t", bt: -(2 ** 27), t: 2 ** 27 - 1, v: 1 }], ARRIVED_AT - 1000],
    ["no time is the arrival", [{ n: "sensor-001/t", v: 1 }], ARRIVED_AT],
    ["a name may end with a colon", [{ bn: "sensor-001:", n: "t", bt: T / 1000, v: 1 }], T],
    [
      "a base changes midway",
      [
        { bn: "x/", bt: 1 },
        { bn: "sensor-001/", bt: T / 1000 },
        { n: "t", v: 1 },
      ],
      T,
    ],
  ])("in SenML %s", async (_what, pack, timestamp) => {
    await processorOn(fake)([kinesisRecord(0, pack)]);
    expect(stored()).toEqual([{ sensorType: "t", timestamp, value: 1, isAnomaly: false }]);
  });

  it("keeps the good entries of a message beside bad ones, which are listed with their place", async () => {
    const readings = [
      { value: 1, timestamp: T },
      { value: "x", timestamp: T + 1 },
      { value: 2, timestamp: T },
      7,
      { value: 3, timestamp: 5 },
      { value: 4, timestamp: T + 2 },
    ];
    const record = kinesisRecord(0, list(readings));
    const { line, response } = await processorOn(fake)([record]);
    expect(response.batchItemFailures).toEqual([]);
    expect(stored().map(({ value }) => value)).toEqual([1, 4]);
    const entries = [
      { index: 1, reason: "value_invalid", detail: expect.any(String) },
      { index: 2, reason: "timestamp_repeated", detail: expect.any(String) },
      { index: 3, reason: "entry_invalid", detail: expect.any(String) },
      { index: 4, reason: "timestamp_out_of_range", detail: expect.any(String) },
    ];
    expect(rejectedLines(fake)).toEqual([
      {
        reason: "value_invalid",
        detail: entries[0]?.detail,
        entries,
        shardId: "shardId-000000000002",
        sequenceNumber: sequenceNumber(0),
        partitionKey: "sensor-001",
        arrivedAt: ARRIVED_AT,
        data: record.kinesis.data,
      },
    ]);
    expect(line).toMatchObject({
      ProcessedRecords: 2,
      RejectedRecords: 4,
      ProcessingErrors: 4,
      readings: 6,
      rejectedReasons: { value_invalid: 1, timestamp_repeated: 1, entry_invalid: 1, timestamp_out_of_range: 1 },
    });
  });

  it("lists every entry where all are bad, and none where the message is", async () => {
    await processorOn(fake)([
      kinesisRecord(0, list([{ value: "x" }, { value: "y" }])),
      kinesisRecord(1, list([], { deviceId: "sensor-001" })),
      kinesisRecord(2, list([{ value: 1 }], { deviceId: "sensor-002" })),
    ]);
    expect(rejectedLines(fake).map(({ reason, entries }) => [reason, entries?.map(({ index }) => index)])).toEqual([
      ["value_invalid", [0, 1]],
      ["readings_empty", undefined],
      ["device_id_spoofed", undefined],
    ]);
  });

  it("refuses an integer that a double changes in the entry that holds it, in both forms", async () => {
    const text = `{"deviceId":"sensor-001","sensorType":"t","readings":[{"value":1,"timestamp":${T}},{"value":9007199254740993,"timestamp":${T + 1}}]}`;
    const senml = `[{"bn":"sensor-001/u","bt":${T / 1000},"v":9007199254740993},{"t":1,"v":2}]`;
    await processorOn(fake)([kinesisRecord(0, text), kinesisRecord(1, senml)]);
    expect(rejectedLines(fake).map(({ entries }) => entries?.map(({ index, reason }) => [index, reason]))).toEqual([
      [[1, "value_inexact"]],
      [[0, "value_inexact"]],
    ]);
    expect(stored().map(({ value }) => value)).toEqual([1, 2]);
  });

  it("rejects only the packed item that DynamoDB refuses, with its entries", async () => {
    fake.itemRule = { matches: (item) => item.sensorType?.S === "pressure", action: "refuse" };
    const readings = [...secondsOf(2), ...secondsOf(2).map((entry) => ({ ...entry, sensorType: "pressure" }))];
    const { line } = await processorOn(fake)([kinesisRecord(0, list(readings))]);
    expect(rejectedLines(fake)[0]?.entries?.map(({ index, reason }) => [index, reason])).toEqual([
      [2, "refused_by_store"],
      [3, "refused_by_store"],
    ]);
    expect(line).toMatchObject({ ProcessedRecords: 2, RejectedRecords: 2 });
  });
});

describe("the items that a message is packed into", () => {
  it.each([
    ["up to ten minutes", 600_000, 1],
    ["no longer", 600_001, 2],
  ])("span %s", async (_what, span, items) => {
    const readings = [
      { value: 1, timestamp: T - span },
      { value: 2, timestamp: T - span / 2 - 0.5 * (span % 2) },
      { value: 3, timestamp: T },
    ];
    await processorOn(fake)([kinesisRecord(0, list(readings))]);
    expect(fake.items.size).toBe(items);
    expect(stored().map(({ value }) => value)).toEqual([1, 2, 3]);
  });

  it("hold readings that share their metadata, and no others", async () => {
    const readings = secondsOf(4).map((entry, at) => ({ ...entry, ...(at % 2 ? { metadata: { probe: 2 } } : {}) }));
    await processorOn(fake)([kinesisRecord(0, list(readings, { metadata: { probe: 1 } }))]);
    expect([...fake.items.values()].map((item) => [item.metadata, readingsIn(item).map(({ value }) => value)])).toEqual(
      [
        [{ M: { probe: { N: "1" } } }, [20, 20.2]],
        [{ M: { probe: { N: "2" } } }, [20.1, 20.3]],
      ],
    );
  });

  it("do not multiply large metadata by each reading", async () => {
    const { line } = await processorOn(fake)([
      kinesisRecord(0, list(secondsOf(200), { metadata: { blob: "x".repeat(5000) } })),
    ]);
    expect(line).toMatchObject({ ProcessedRecords: 200 });
    const bytes = [...fake.items.values()].reduce((sum, item) => sum + sizeOf(item), 0);
    expect(fake.items.size).toBe(1);
    expect(bytes).toBeLessThan(2 * 6144);
  });

  it("never share a key where they differ in a time: an overlapping range that is sent again", async () => {
    const uneven = (middle: number) => list([0, middle, 5000].map((at) => ({ value: at, timestamp: T + at })));
    await processorOn(fake)([
      kinesisRecord(0, uneven(1000)),
      kinesisRecord(1, uneven(2000)),
      kinesisRecord(2, uneven(1000)),
    ]);
    expect(new Set(stored().map(({ timestamp }) => timestamp - T))).toEqual(new Set([0, 1000, 2000, 5000]));
    expect(keys()).toEqual(
      [1000, 2000].map(() => expect.stringMatching(new RegExp(`^${T}#temperature#${T + 5000}#3#[0-9a-f]{12}$`))),
    );
  });

  it("of readings without a time of their own are one each, all with the arrival", async () => {
    await processorOn(fake)([kinesisRecord(0, list([{ value: 1 }, { value: 2 }]))]);
    expect(keys()).toEqual([0, 1].map((at) => `${ARRIVED_AT}#temperature#${sequenceNumber(0)}.${at}`));
  });

  it("have at most 1 KB, hold each reading once, and are the same whatever else is in the batch", async () => {
    const reading = fc.record({
      sensorType: fc.constantFrom("temperature", "vibração", "p"),
      at: fc.nat(2_000_000),
      value: fc.oneof(
        fc
          .double({ min: -1e6, max: 1e6, noNaN: true })
          .map((value) => Number(value.toPrecision(12)) || 0)
          .map((value) => (Math.abs(value) < 1e-100 ? 0 : value)),
        fc.integer({ min: -200, max: 200 }),
      ),
    });
    const law = fc.asyncProperty(fc.array(reading, { minLength: 1, maxLength: 120 }), async (entries) => {
      fake.items.clear();
      const times = new Set<string>();
      const readings = entries
        .filter(({ sensorType, at }) => !times.has(`${sensorType}${at}`) && times.add(`${sensorType}${at}`))
        .map(({ sensorType, at, value }) => ({ sensorType, value, timestamp: T - at }));
      const record = kinesisRecord(0, { deviceId: "sensor-001", readings });
      const { line } = await processorOn(fake)([record]);
      const alone = keys();
      expect(line).toMatchObject({ ProcessedRecords: readings.length, RejectedRecords: 0 });
      for (const item of fake.items.values()) expect(sizeOf(item)).toBeLessThanOrEqual(1024);
      const sent = readings.map(({ sensorType, timestamp, value }) => `${sensorType} ${timestamp} ${value + 0}`).sort();
      expect(
        stored()
          .map(({ sensorType, timestamp, value }) => `${sensorType} ${timestamp} ${value + 0}`)
          .sort(),
      ).toEqual(sent);
      await processorOn(fake)([kinesisRecord(1, list([{ value: 1, timestamp: T + 1 }])), record]);
      expect(keys().filter((key) => !key.startsWith(String(T + 1)))).toEqual(alone);
    });
    await fc.assert(law, { numRuns: 40 });
  });
});

describe("a batch of messages of any mixture", () => {
  it("counts received = stored + superseded + rejected + handed back, in readings", async () => {
    const entry = fc.record({
      at: fc.nat(8),
      value: fc.constantFrom<unknown>(1, 150, "bad"),
      sensorType: fc.constantFrom("temperature", "x"),
    });
    const message = fc.oneof(
      fc.array(entry, { minLength: 1, maxLength: 6 }).map((entries) => ({
        received: entries.length,
        payload: list(entries.map(({ at, ...rest }) => ({ ...rest, timestamp: T + at }))) as unknown,
      })),
      entry.map(({ at, ...rest }) => ({
        received: 1,
        payload: { deviceId: "sensor-001", timestamp: T + at, ...rest } as unknown,
      })),
      fc.constant({ received: 1, payload: "not json" as unknown }),
    );
    const law = fc.asyncProperty(
      fc.array(message, { minLength: 1, maxLength: 10 }),
      fc.boolean(),
      fc.boolean(),
      async (messages, s3, dynamodb) => {
        fake.items.clear();
        fake.s3.fault = () => (s3 ? undefined : { kind: "status", status: 403, code: "AccessDenied" });
        fake.itemRule = dynamodb ? undefined : { matches: (item) => item.sensorType?.S === "x", action: "refuse" };
        const { line } = await processorOn(fake)(messages.map(({ payload }, place) => kinesisRecord(place, payload)));
        const { ProcessedRecords, SupersededReadings, RejectedRecords, handedBack, readings } = line;
        const received = messages.reduce((sum, each) => sum + each.received, 0);
        expect(
          [ProcessedRecords, SupersededReadings, RejectedRecords, handedBack].map(Number).reduce((a, b) => a + b),
        ).toBe(received);
        expect(readings).toBe(received);
      },
    );
    await fc.assert(law, { numRuns: 60 });
  });

  it.each([
    [1, 1],
    [20, 20],
    [200, 50],
  ])("writes one unit-sized item for %d readings a second apart, or for %d of them", async (perMessage, atLeast) => {
    const messages = 2000 / perMessage;
    const records = Array.from({ length: messages }, (_, at) =>
      kinesisRecord(at, list(secondsOf(perMessage, T - at * 1_000_000))),
    );
    let lineBytes = 0;
    for (let from = 0; from < records.length; from += 100) {
      const { lines } = await processorOn(fake)(records.slice(from, from + 100));
      lineBytes += lines.join("").length;
    }
    expect(fake.items.size).toBeLessThanOrEqual(2000 / atLeast);
    for (const item of fake.items.values()) expect(sizeOf(item)).toBeLessThanOrEqual(1024);
    expect(fake.batchSizes.length).toBeLessThanOrEqual(Math.ceil(fake.items.size / 25) + Math.ceil(messages / 100));
    expect(lineBytes).toBeLessThan(700 * Math.ceil(messages / 100));
    expect(stored()).toHaveLength(2000);
  });
});

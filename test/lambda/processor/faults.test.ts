import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeAws, type Fault } from "../../helpers/fake-aws";
import { goodPayload, kinesisRecord, payload } from "../../helpers/kinesis-records";
import { type Invocation, processorOn, rejectedLines } from "../../helpers/processor";

let fake: FakeAws;
beforeEach(async () => {
  fake = await FakeAws.start();
});
afterEach(() => fake.stop());

/** Writes end ten seconds before the timeout: one second is left for them. */
const SHORT_MS = 11_000;
/** Six seconds, where some of them must succeed: on a busy machine one is not enough. */
const ENOUGH_MS = 16_000;

/** Each sixth record is poison, each seventh an anomaly. */
const batch = (count: number) =>
  Array.from({ length: count }, (_, place) => {
    if (place % 6 === 5) return kinesisRecord(place, `poison ${place}`);
    return kinesisRecord(place, place % 7 === 3 ? { ...goodPayload(place), value: 999 } : goodPayload(place));
  });

/** A processor that has written before: its first call to the table goes past the SDK's middleware. */
async function warmProcessorOn(aws: FakeAws): Promise<ReturnType<typeof processorOn>> {
  const processor = processorOn(aws);
  const { fault } = aws.dynamodb;
  aws.dynamodb.fault = () => undefined;
  await processor([kinesisRecord(9_999, goodPayload(9_999))]);
  aws.items.clear();
  aws.dynamodb.requests = 0;
  aws.dynamodb.fault = fault;
  return processor;
}

/** What lies before the checkpoint is stored or set aside, once; the rest is handed back, and no more is counted than that. */
function expectNothingLost(records: ReturnType<typeof batch>, { checkpoint, line }: Invocation): void {
  const setAside = rejectedLines(fake).map(({ sequenceNumber }) => sequenceNumber);
  expect(new Set(setAside).size).toBe(setAside.length);
  const done = records.slice(0, checkpoint);
  const poison = done.filter(({ kinesis }) => Buffer.from(kinesis.data, "base64").toString().startsWith("poison"));
  expect(setAside).toEqual(poison.map(({ kinesis }) => kinesis.sequenceNumber));
  const timestamps = new Set([...fake.items.values()].map(({ timestamp }) => timestamp?.N));
  const readings = done.filter((record) => !poison.includes(record));
  for (const { kinesis } of readings) {
    const reading = JSON.parse(Buffer.from(kinesis.data, "base64").toString());
    expect(timestamps.has(String(reading.timestamp))).toBe(true);
    if (reading.value === 999)
      expect(fake.objects.has(`anomalies/sensor-001/${reading.timestamp}-temperature.json`)).toBe(true);
  }
  expect(line).toMatchObject({
    ProcessedRecords: readings.length,
    RejectedRecords: poison.length,
    ProcessingErrors: poison.length + records.length - checkpoint,
    handedBack: records.length - checkpoint,
  });
}

const THROTTLED: Fault = { kind: "status", status: 400, code: "ProvisionedThroughputExceededException" };
const BROKEN: Fault = { kind: "status", status: 500, code: "InternalServerError" };
const SLOW_DOWN: Fault = { kind: "status", status: 503, code: "SlowDown" };

describe.each([
  ["cold", async (aws: FakeAws) => processorOn(aws)],
  ["warm", warmProcessorOn],
])("a fault that passes, %s", (_temperature, processorIn) => {
  it.each<[string, "dynamodb" | "s3", Fault]>([
    ["unprocessed items", "dynamodb", { kind: "unprocessed", share: 0.4 }],
    ["all items unprocessed", "dynamodb", { kind: "unprocessed", share: 1 }],
    ["throttling", "dynamodb", THROTTLED],
    ["500s", "dynamodb", BROKEN],
    ["connection resets", "dynamodb", { kind: "reset" }],
    ["slow down", "s3", SLOW_DOWN],
    ["connection resets", "s3", { kind: "reset" }],
  ])("is caught up inside the invocation: %s of %s", async (_name, store, fault) => {
    fake[store].fault = (request) => (request < 5 ? fault : undefined);
    const records = batch(100);
    const invocation = await (await processorIn(fake))(records);
    expect(invocation.checkpoint).toBe(100);
    expectNothingLost(records, invocation);
  });

  it("catches up with a store that hangs", async () => {
    fake.dynamodb.fault = (request) => (request === 0 ? { kind: "hang" } : undefined);
    const records = batch(50);
    const invocation = await (await processorIn(fake))(records);
    expect(invocation.checkpoint).toBe(50);
    expectNothingLost(records, invocation);
  });
});

describe("a fault that stays", () => {
  it.each<[string, Fault]>([
    ["throttling", THROTTLED],
    ["500s", BROKEN],
    ["connection resets", { kind: "reset" }],
    ["a store that hangs", { kind: "hang" }],
    ["half an answer", { kind: "halfAnswer" }],
    ["access denied", { kind: "status", status: 400, code: "AccessDeniedException" }],
    ["no such table", { kind: "status", status: 400, code: "ResourceNotFoundException" }],
  ])("of DynamoDB hands back from the first reading on: %s", async (_name, fault) => {
    fake.dynamodb.fault = () => fault;
    const records = [kinesisRecord(0, "poison 0"), ...batch(40).slice(1)];
    const invocation = await (await warmProcessorOn(fake))(records, SHORT_MS);
    expect(invocation.checkpoint).toBe(1);
    expect(fake.items.size).toBe(0);
    expectNothingLost(records, invocation);
    expect(invocation.tookMs).toBeLessThan(SHORT_MS - 5_000);
  });

  it.each<[string, Fault]>([
    ["slow down", SLOW_DOWN],
    ["a store that hangs", { kind: "hang" }],
  ])("of S3 hands back from the first anomaly or poison on: %s", async (_name, fault) => {
    fake.s3.fault = () => fault;
    const records = batch(40);
    const invocation = await (await warmProcessorOn(fake))(records, ENOUGH_MS);
    expect(invocation.checkpoint).toBe(3);
    expectNothingLost(records, invocation);
    expect(invocation.tookMs).toBeLessThan(ENOUGH_MS);
  });

  it("of S3 alone hands back from the poison on", async () => {
    fake.s3.fault = () => SLOW_DOWN;
    const records = [0, 1, 2, 3].map((place) => kinesisRecord(place, place === 2 ? "poison 2" : goodPayload(place)));
    const invocation = await (await warmProcessorOn(fake))(records, ENOUGH_MS);
    expect(invocation.checkpoint).toBe(2);
    expectNothingLost(records, invocation);
  });

  it("of one item hands back from that item on", async () => {
    const stubborn = String(goodPayload(20).timestamp);
    fake.itemRule = { matches: ({ timestamp }) => timestamp?.N === stubborn, action: "leave" };
    const records = batch(40);
    const invocation = await (await warmProcessorOn(fake))(records, ENOUGH_MS);
    expect(invocation.checkpoint).toBe(20);
    expectNothingLost(records, invocation);
    expect(fake.items.size).toBe(batch(40).filter((_, place) => place % 6 !== 5).length - 1);
  });
});

describe("an item that DynamoDB refuses", () => {
  it("is set aside with the store's message, and its neighbours are stored", async () => {
    const refused = String(goodPayload(20).timestamp);
    fake.itemRule = { matches: ({ timestamp }) => timestamp?.N === refused, action: "refuse" };
    const records = Array.from({ length: 30 }, (_, place) => kinesisRecord(place, goodPayload(place)));
    const { checkpoint, line } = await (await warmProcessorOn(fake))(records);
    expect(checkpoint).toBe(30);
    expect(fake.items.size).toBe(29);
    expect(rejectedLines(fake)).toEqual([
      expect.objectContaining({
        reason: "refused_by_store",
        detail: "DynamoDB refused this item: One or more parameter values were invalid: for a test",
        sequenceNumber: records[20]?.kinesis.sequenceNumber,
        data: records[20]?.kinesis.data,
      }),
    ]);
    expect(line).toMatchObject({ ProcessedRecords: 29, RejectedRecords: 1 });
  });
});

describe("little time", () => {
  it.each([9_000, 1_000, 0])("hands everything back at once with %i ms left", async (remainingMs) => {
    const records = [kinesisRecord(0, payload()), kinesisRecord(1, "poison 1")];
    const invocation = await processorOn(fake)(records, remainingMs);
    expect(invocation.checkpoint).toBe(0);
    expect(fake.objects.size).toBe(0);
    expectNothingLost(records, invocation);
    expect(invocation.tookMs).toBeLessThan(1_000);
  });
});

describe("whatever the stores do", () => {
  it("stored + set aside + handed back = received", async () => {
    const fault = fc.constantFrom<Fault | undefined>(
      undefined,
      undefined,
      THROTTLED,
      BROKEN,
      { kind: "reset" },
      { kind: "unprocessed", share: 0.5 },
    );
    const storeFault = fc.constantFrom<Fault | undefined>(undefined, undefined, undefined, SLOW_DOWN, {
      kind: "reset",
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.array(fault, { minLength: 1, maxLength: 8 }),
        fc.array(storeFault, { minLength: 1, maxLength: 8 }),
        async (count, tableFaults, objectFaults) => {
          const own = await FakeAws.start();
          const before = fake;
          fake = own;
          try {
            own.dynamodb.fault = (request) => tableFaults[request % tableFaults.length];
            own.s3.fault = (request) => objectFaults[request % objectFaults.length];
            const records = batch(count);
            expectNothingLost(records, await (await warmProcessorOn(own))(records, 10_400));
          } finally {
            await own.stop();
            fake = before;
          }
        },
      ),
      { numRuns: 15, seed: 7 },
    );
  });
});

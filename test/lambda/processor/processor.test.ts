import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeAws } from "../../helpers/fake-aws";
import { ARRIVED_AT, goodPayload, kinesisRecord, payload, sequenceNumber } from "../../helpers/kinesis-records";
import { processorOn, rejectedLines } from "../../helpers/processor";

let fake: FakeAws;
beforeEach(async () => {
  fake = await FakeAws.start();
});
afterEach(() => fake.stop());

const good = (count: number) => Array.from({ length: count }, (_, i) => kinesisRecord(i, goodPayload(i)));

describe("the processor on a good day", () => {
  it("stores a reading as the contract says", async () => {
    const before = Date.now();
    const { response } = await processorOn(fake)([kinesisRecord(0, payload())]);
    expect(response).toEqual({ batchItemFailures: [] });
    const item = fake.items.get(`sensor-001#${ARRIVED_AT - 1000}#temperature`);
    const { processedAt, sensorTypeShard, ...rest } = item ?? {};
    expect(rest).toEqual({
      deviceId: { S: "sensor-001" },
      timestampSensorType: { S: `${ARRIVED_AT - 1000}#temperature` },
      timestamp: { N: `${ARRIVED_AT - 1000}` },
      sensorType: { S: "temperature" },
      value: { N: "25.5" },
      isAnomaly: { BOOL: false },
      arrivedAt: { N: `${ARRIVED_AT}` },
      expirationTime: { N: `${ARRIVED_AT / 1000 + 30 * 86_400}` },
      metadata: { M: { location: { S: "assembly-line-1" } } },
    });
    expect(sensorTypeShard?.S).toMatch(/^temperature#0\d$/);
    expect(Number(processedAt?.N)).toBeGreaterThanOrEqual(before);
    expect(fake.objects.size).toBe(0);
  });

  it("keeps an anomaly's payload as received, and counts it", async () => {
    const text = ' {"deviceId":"sensor-001","sensorType":"vibração" , "value":1e2,"timestamp":1767225600000}';
    const hot = '{ "deviceId":"sensor-001","sensorType":"temperature","value":100.5,"timestamp":1767225600000}';
    const { line } = await processorOn(fake)([kinesisRecord(0, text), kinesisRecord(1, hot)]);
    expect([...fake.objects]).toEqual([["anomalies/sensor-001/1767225600000-temperature.json", Buffer.from(hot)]]);
    expect(line).toMatchObject({ ProcessedRecords: 2, AnomaliesDetected: 1, RejectedRecords: 0, ProcessingErrors: 0 });
  });

  it("keeps two readings without a time of their own apart, as items and as anomalies", async () => {
    const hot = { deviceId: "sensor-001", sensorType: "temperature", value: 999 };
    await processorOn(fake)([kinesisRecord(0, hot), kinesisRecord(1, hot)]);
    expect([...fake.items.keys()]).toEqual(
      [0, 1].map((i) => `sensor-001#${ARRIVED_AT}#temperature#${sequenceNumber(i)}`),
    );
    expect([...fake.objects.keys()].sort()).toEqual(
      [0, 1].map((i) => `anomalies/sensor-001/${ARRIVED_AT}-temperature-${sequenceNumber(i)}.json`),
    );
  });

  it("writes the last of the readings with one key, and counts the others as superseded", async () => {
    const values = [1, 2, 3, 4, 5].map((value, i) => kinesisRecord(i, payload({ value })));
    const { response, line } = await processorOn(fake)([...values, kinesisRecord(5, "not json")]);
    expect(response).toEqual({ batchItemFailures: [] });
    expect([...fake.items.values()].map(({ value }) => value)).toEqual([{ N: "5" }]);
    expect(line).toMatchObject({
      records: 6,
      ProcessedRecords: 1,
      SupersededReadings: 4,
      superseded: 4,
      RejectedRecords: 1,
      ProcessingErrors: 1,
    });
  });

  it("stores a reading that comes again, in the batch, in another and after a retry, once", async () => {
    const process = processorOn(fake);
    await process([0, 1, 2].map((i) => kinesisRecord(i, payload())));
    await process([kinesisRecord(3, payload())]);
    await process([kinesisRecord(3, payload())]);
    const timeless = { deviceId: "sensor-001", sensorType: "pressure", value: 1 };
    await process([kinesisRecord(4, timeless)]);
    await process([kinesisRecord(4, timeless)]);
    expect([...fake.items.keys()]).toEqual([
      `sensor-001#${ARRIVED_AT - 1000}#temperature`,
      `sensor-001#${ARRIVED_AT}#pressure#${sequenceNumber(4)}`,
    ]);
  });

  it("introduces itself the same way in a call past the SDK's middleware, and signs it", async () => {
    const processor = processorOn(fake);
    const seen = [];
    for (const i of [1, 2]) {
      await processor(good(i));
      seen.push(fake.dynamodb.headers);
    }
    const [{ "amz-sdk-invocation-id": id, "amz-sdk-request": attempt, ...first } = {}, second = {}] = seen;
    expect([id, attempt]).toEqual([expect.any(String), expect.stringMatching(/^attempt=1/)]);
    const own = { "content-length": expect.any(String), "x-amz-date": expect.any(String) };
    const signature = expect.stringMatching(
      /^AWS4-HMAC-SHA256 Credential=test\/\d{8}\/sa-east-1\/dynamodb\/aws4_request, SignedHeaders=[\w;-]*host;[\w;-]*x-amz-target[\w;-]*, Signature=[\da-f]{64}$/,
    );
    expect(second).toEqual({
      ...first,
      ...own,
      "x-amz-content-sha256": expect.stringMatching(/^[\da-f]{64}$/),
      authorization: signature,
    });
    expect(second["content-length"]).not.toBe(first["content-length"]);
    expect(fake.items.size).toBe(2);
  });

  it("takes one round trip for a good batch of 100, whose calls go out together", async () => {
    fake.dynamodb.latencyMs = 100;
    await processorOn(fake)(good(100));
    expect(fake.batchSizes).toEqual([25, 25, 25, 25]);
    expect(fake.dynamodb.maxInFlight).toBe(4);
  });

  it("takes three round trips with unprocessed items and poison", async () => {
    fake.dynamodb.fault = (request) => (request < 4 ? { kind: "unprocessed", share: 0.1 } : undefined);
    const records = good(100);
    records[50] = kinesisRecord(50, "not json");
    const { response } = await processorOn(fake)(records);
    expect(response).toEqual({ batchItemFailures: [] });
    expect(fake.dynamodb.requests).toBe(5);
    expect(fake.s3.requests).toBe(1);
    expect(fake.items.size).toBe(99);
  });

  it("sets poison of several hours aside under the hour in which each arrived", async () => {
    const hour = 3_600_000;
    const records = [0, 3, 3, 5].map((hours, place) =>
      kinesisRecord(place, "not json", { arrivedAt: ARRIVED_AT + hours * hour }),
    );
    expect((await processorOn(fake)(records)).response).toEqual({ batchItemFailures: [] });
    expect([...fake.objects.keys()].sort()).toEqual(
      [
        ["00", 0, 0],
        ["03", 1, 2],
        ["05", 3, 3],
      ].map(
        ([arrived, first, last]) =>
          `rejected/2026/01/01/${arrived}/shardId-000000000002-${sequenceNumber(Number(first))}-${sequenceNumber(Number(last))}.jsonl`,
      ),
    );
    expect(
      rejectedLines(fake)
        .map((line) => line.sequenceNumber)
        .sort(),
    ).toEqual([0, 1, 2, 3].map(sequenceNumber));
  });

  it("sets poison aside with its bytes, in one object by the hour and the sequence numbers", async () => {
    const records = [
      kinesisRecord(0, "not json"),
      kinesisRecord(1, goodPayload(1)),
      kinesisRecord(2, "[]", { arrivedAt: ARRIVED_AT + 7 }),
    ];
    const { line } = await processorOn(fake)(records);
    expect([...fake.objects.keys()]).toEqual([
      `rejected/2026/01/01/00/shardId-000000000002-${sequenceNumber(0)}-${sequenceNumber(2)}.jsonl`,
    ]);
    const common = { shardId: "shardId-000000000002", partitionKey: "sensor-001" };
    expect(rejectedLines(fake)).toEqual([
      {
        ...common,
        reason: "not_json",
        detail: 'The payload is not JSON: byte 0x6E at offset 0 of 8, "not json".',
        sequenceNumber: sequenceNumber(0),
        arrivedAt: ARRIVED_AT,
        data: Buffer.from("not json").toString("base64"),
      },
      {
        ...common,
        reason: "readings_empty",
        detail: "The message must have at least one reading, was an empty list.",
        sequenceNumber: sequenceNumber(2),
        arrivedAt: ARRIVED_AT + 7,
        data: Buffer.from("[]").toString("base64"),
      },
    ]);
    expect(line).toMatchObject({
      ProcessedRecords: 1,
      RejectedRecords: 2,
      ProcessingErrors: 2,
      rejectedReasons: { not_json: 1, readings_empty: 1 },
    });
  });

  it("writes one line a batch, with the metrics at its root and no payload", async () => {
    const secret = payload({ deviceId: "evil\n{}", metadata: { note: "do-not-log" } });
    const { lines, line } = await processorOn(fake)([
      kinesisRecord(0, payload()),
      kinesisRecord(1, secret, { partitionKey: "evil\n{}" }),
    ]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(/do-not-log|evil|sensor-001/);
    expect(lines[0]?.indexOf("\n")).toBe((lines[0]?.length ?? 0) - 1);
    expect(line._aws).toEqual({
      Timestamp: expect.any(Number),
      CloudWatchMetrics: [
        {
          Namespace: "IoT/Manufacturing",
          Dimensions: [["Environment"]],
          Metrics: [
            "ProcessedRecords",
            "AnomaliesDetected",
            "RejectedRecords",
            "ProcessingErrors",
            "SupersededReadings",
          ].map((Name) => ({ Name, Unit: "Count" })),
        },
      ],
    });
    expect(line).toMatchObject({ Environment: "dev", shardId: "shardId-000000000002", records: 2, handedBack: 0 });
  });
});

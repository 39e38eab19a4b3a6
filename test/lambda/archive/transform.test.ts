import type { FirehoseTransformationEventRecord } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { transform } from "../../../lambda/archive/transform";
import { MAX_ROWS_BYTES } from "../../../lambda/reading/row-size";
import { readRules } from "../../../lambda/reading/settings";
import { documentsIn } from "../../../local/aws/firehose/json-documents";
import { ARRIVED_AT, goodPayload, sequenceNumber } from "../../helpers/kinesis-records";

const RULES = readRules({});

function record(place: number, payload: unknown, metadata: object = {}): FirehoseTransformationEventRecord {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  return {
    recordId: `record-${place}`,
    approximateArrivalTimestamp: ARRIVED_AT + 5_000,
    data: Buffer.from(text).toString("base64"),
    kinesisRecordMetadata: {
      shardId: "shardId-000000000003",
      partitionKey: "sensor-001",
      approximateArrivalTimestamp: ARRIVED_AT,
      sequenceNumber: sequenceNumber(place),
      subsequenceNumber: "0",
      ...metadata,
    },
  };
}

const run = (...records: FirehoseTransformationEventRecord[]) => transform({ records }, RULES);
const rowOf = ({ records }: ReturnType<typeof run>, at = 0) =>
  JSON.parse(Buffer.from(records[at]?.data ?? "", "base64").toString());

describe("transform", () => {
  it("makes a row of a reading, with who published it, its verdict, its key and its place in the stream", () => {
    const reading = { ...goodPayload(0), value: 100.5, metadata: { line: "ç", nested: { a: [1] } } };
    expect(rowOf(run(record(0, reading)))).toEqual({
      device_id: "sensor-001",
      sensor_type: "temperature",
      value: 100.5,
      event_time: new Date(Number(goodPayload(0).timestamp)).toISOString(),
      arrived_at: new Date(ARRIVED_AT).toISOString(),
      is_anomaly: true,
      reading_key: `${goodPayload(0).timestamp}#temperature`,
      shard_id: "shardId-000000000003",
      sequence_number: sequenceNumber(0),
      metadata: '{"line":"ç","nested":{"a":[1]}}',
    });
  });

  it("gives a reading without a time of its own the stream's arrival time, and the key that it has in the hot tier", () => {
    const { timestamp: _, ...reading } = goodPayload(0);
    expect(rowOf(run(record(0, reading)))).toMatchObject({
      event_time: new Date(ARRIVED_AT).toISOString(),
      reading_key: `${ARRIVED_AT}#temperature#${sequenceNumber(0)}`,
      is_anomaly: false,
    });
  });

  it.each([
    ["milliseconds", ARRIVED_AT],
    ["digits", String(ARRIVED_AT)],
    ["seconds", ARRIVED_AT / 1000],
    ["seconds as digits, with a fraction", `${ARRIVED_AT / 1000}.000`],
    ["ISO text", new Date(ARRIVED_AT).toISOString()],
    ["ISO text without milliseconds, with an offset", "2025-12-31T21:00:00-03:00"],
  ])("takes an arrival as %s", (_form, approximateArrivalTimestamp) => {
    expect(rowOf(run(record(0, goodPayload(0), { approximateArrivalTimestamp })))).toMatchObject({
      arrived_at: "2026-01-01T00:00:00.000Z",
    });
  });

  it.each([undefined, null, "", "yesterday", "2026-01-01T00:00:00", 1.5, true, 0, -1, 5000, "7", 9e15, 1e300])(
    "fails a record whose arrival is %p, and keeps it for firehose-errors/",
    (approximateArrivalTimestamp) => {
      const failed = run(record(0, goodPayload(0), { approximateArrivalTimestamp }));
      expect(failed).toMatchObject({ unidentified: 1, records: [{ result: "ProcessingFailed" }] });
    },
  );

  it("keeps the milliseconds of an arrival in seconds", () => {
    const arrival = { approximateArrivalTimestamp: (ARRIVED_AT + 123) / 1000 };
    expect(rowOf(run(record(0, goodPayload(0), arrival))).arrived_at).toBe("2026-01-01T00:00:00.123Z");
  });

  it("keeps fields that nobody knows out of the row", () => {
    expect(Object.keys(rowOf(run(record(0, { ...goodPayload(0), device_id: "sensor-002", extra: 1 }))))).toHaveLength(
      10,
    );
    expect(rowOf(run(record(0, { ...goodPayload(0), device_id: "sensor-002" }))).device_id).toBe("sensor-001");
  });

  it.each<[string, unknown]>([
    ["no JSON", "not json"],
    ["an array", []],
    ["another device's name", { ...goodPayload(0), deviceId: "sensor-002" }],
    ["a missing field", { deviceId: "sensor-001", sensorType: "temperature" }],
    ["a wrong type", { ...goodPayload(0), value: "25" }],
    ["a number out of range", '{"deviceId":"sensor-001","sensorType":"temperature","value":1e200}'],
    ["seconds for milliseconds", { ...goodPayload(0), timestamp: 1_767_225_600 }],
  ])("drops what the processor sets aside: %s", (_what, payload) => {
    const { records, ...counts } = run(record(0, payload), record(1, goodPayload(1)));
    expect(records.map(({ recordId, result }) => [recordId, result])).toEqual([
      ["record-0", "Dropped"],
      ["record-1", "Ok"],
    ]);
    expect(counts).toEqual({ archived: 1, rejected: 1, unpacked: 0, unidentified: 0, oversized: 0 });
  });

  it("drops what came in an aggregate, whose inner keys anybody can write", () => {
    const inner = (place: number, subsequenceNumber: string) =>
      record(place, goodPayload(place), { sequenceNumber: sequenceNumber(0), subsequenceNumber });
    const { records, ...counts } = run(inner(0, "0"), inner(1, "1"), record(2, goodPayload(2)));
    expect(records.map(({ result }) => result)).toEqual(["Dropped", "Dropped", "Ok"]);
    expect(counts).toMatchObject({ archived: 1, unpacked: 2 });
    expect(run(inner(5, "7")).unpacked).toBe(1);
  });

  it("hands a record back, for the error prefix, where nothing tells who published it", () => {
    const { kinesisRecordMetadata: _, ...bare } = record(0, goodPayload(0));
    const broken = record(1, goodPayload(1), { approximateArrivalTimestamp: "soon" });
    const { records, unidentified } = run(bare, broken);
    expect(records).toEqual([
      { recordId: "record-0", result: "ProcessingFailed", data: bare.data },
      { recordId: "record-1", result: "ProcessingFailed", data: broken.data },
    ]);
    expect(unidentified).toBe(2);
  });
});

describe("transform of messages with many readings", () => {
  const list = (count: number, metadata: object | undefined, place = 0) =>
    record(place, {
      deviceId: "sensor-001",
      sensorType: "temperature",
      metadata,
      readings: Array.from({ length: count }, (_, at) => ({ value: at, timestamp: ARRIVED_AT - 1000 * at })),
    });
  const text = ({ records }: ReturnType<typeof run>, at = 0) =>
    Buffer.from(records[at]?.data ?? "", "base64").toString();
  /** Metadata with which 1,000 readings take just this many bytes, as they are counted. */
  const metadataFor = (bytes: number) => ({ note: "x".repeat(bytes / 1000 - rowsBytesOf({ note: "" }) / 1000) });
  const rowsBytesOf = (metadata: object) =>
    1000 * (380 + "sensor-001".length + 4 * "temperature".length) +
    1000 * JSON.stringify(JSON.stringify(metadata)).length;

  it("writes a row for each, one document after the other, with the key that it has alone", () => {
    const transformed = run(list(3, { probe: "a" }));
    const rows = documentsIn(text(transformed)).map((row) => JSON.parse(row));
    expect(rows.map(({ reading_key, value, metadata }) => [reading_key, value, metadata])).toEqual(
      [0, 1, 2].map((at) => [`${ARRIVED_AT - 1000 * at}#temperature`, at, '{"probe":"a"}']),
    );
    expect(transformed).toMatchObject({ archived: 3, rejected: 0 });
  });

  it("keeps a message's rows below the bound, whatever its metadata holds", () => {
    const fits = metadataFor(MAX_ROWS_BYTES);
    const transformed = run(list(1000, fits));
    expect(transformed).toMatchObject({ archived: 1000, rejected: 0 });
    expect(text(transformed).length).toBeLessThanOrEqual(MAX_ROWS_BYTES);
    const { records, ...counts } = run(list(1000, { note: `${fits.note}x` }));
    expect(records).toMatchObject([{ result: "Dropped" }]);
    expect(counts).toMatchObject({ archived: 0, rejected: 1 });
  });

  it("answers in less than Lambda's 6 MB, and gives up what does not fit", () => {
    const large = metadataFor(MAX_ROWS_BYTES);
    const transformed = run(...[0, 1, 2, 3, 4].map((place) => list(1000, large, place)));
    const answer = JSON.stringify({ records: transformed.records });
    expect(answer.length).toBeLessThan(6 * 1024 * 1024);
    expect(transformed.records.map(({ result }) => result)).toEqual([
      "Ok",
      "Ok",
      "Ok",
      "ProcessingFailed",
      "ProcessingFailed",
    ]);
    expect(transformed).toMatchObject({ archived: 3000, oversized: 2 });
  });
});

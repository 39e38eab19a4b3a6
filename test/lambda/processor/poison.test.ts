import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { KinesisStreamRecord } from "aws-lambda";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { REJECT_REASONS, type RejectReason } from "../../../contract/rejected";
import { anomalyKey } from "../../../lambda/processor/object-keys";
import { FakeAws } from "../../helpers/fake-aws";
import { ARRIVED_AT, goodPayload, kinesisRecord, payload, type RecordOptions } from "../../helpers/kinesis-records";
import { processorOn, rejectedLines } from "../../helpers/processor";

let fake: FakeAws;
beforeEach(async () => {
  fake = await FakeAws.start();
});
afterEach(() => fake.stop());

/** A record that a plant will send one day, and what becomes of it. */
interface BadDay {
  readonly name: string;
  readonly payload: unknown;
  readonly options?: RecordOptions;
  /** Why it is set aside, or "stored". */
  readonly becomes: RejectReason | "stored";
}

const nested = (levels: number): unknown => (levels === 0 ? "end" : { deeper: nested(levels - 1) });
const text = (changes: string) => `{"deviceId":"sensor-001","sensorType":"temperature","value":1,${changes}}`;
const text2 = (value: string) => `{"deviceId":"sensor-001","sensorType":"exact","value":${value}}`;
const list = (readings: unknown) => payload({ value: undefined, timestamp: undefined, readings });
const spaced = (count: number) => Array.from({ length: count }, (_, at) => ({ value: at, timestamp: ARRIVED_AT - at }));
const asDevice = (deviceId: unknown, partitionKey = String(deviceId)): Pick<BadDay, "payload" | "options"> => ({
  payload: payload({ deviceId }),
  options: { partitionKey },
});

const BAD_DAYS: readonly BadDay[] = [
  { name: "text that is not JSON", payload: "not json", becomes: "not_json" },
  { name: "half an object", payload: '{"deviceId":"sensor-001"', becomes: "not_json" },
  { name: "binary", payload: Buffer.from([0, 159, 146, 150]), becomes: "not_utf8" },
  { name: "gzip", payload: gzipSync(JSON.stringify(payload())), becomes: "gzip_payload" },
  { name: "a byte order mark", payload: `\uFEFF${JSON.stringify(payload())}`, becomes: "byte_order_mark" },
  { name: "a KPL aggregate", payload: Buffer.from([0xf3, 0x89, 0x9a, 0xc2, 1, 2]), becomes: "aggregated_payload" },
  { name: "an empty payload", payload: "", becomes: "empty_payload" },
  { name: "null", payload: "null", becomes: "not_an_object" },
  { name: "an array that is not SenML", payload: "[1]", becomes: "entry_invalid" },
  { name: "an empty array", payload: "[]", becomes: "readings_empty" },
  { name: "readings and a value", payload: payload({ readings: [{ value: 1 }] }), becomes: "value_beside_readings" },
  { name: "readings that are an object", payload: list({ value: 1 }), becomes: "readings_invalid" },
  { name: "no readings in the list", payload: list([]), becomes: "readings_empty" },
  { name: "1,001 readings", payload: list(spaced(1001)), becomes: "readings_too_many" },
  {
    name: "a list of more than 128 KB",
    payload: list([{ value: 1, pad: "x".repeat(131_072) }]),
    becomes: "message_too_large",
  },
  {
    name: "metadata of 4 KB for each of 1,000 readings",
    payload: { ...list(spaced(1000)), metadata: { blob: "x".repeat(4096) } },
    becomes: "rows_too_large",
  },
  { name: "a list of text", payload: list(["x"]), becomes: "entry_invalid" },
  {
    name: "a list with another device's entry",
    payload: list([{ value: 1, deviceId: "sensor-002" }]),
    becomes: "device_id_spoofed",
  },
  { name: "SenML with a numeric base name", payload: [{ bn: 1, n: "t", v: 1 }], becomes: "senml_base_invalid" },
  {
    name: "SenML of version 11",
    payload: [{ bver: 11, n: "sensor-001/t", v: 1 }],
    becomes: "senml_version_unsupported",
  },
  { name: "SenML without a sensor type", payload: [{ n: "sensor-001", v: 1 }], becomes: "senml_name_invalid" },
  { name: "SenML of another device", payload: [{ n: "sensor-002/t", v: 1 }], becomes: "device_id_spoofed" },
  { name: "SenML with text", payload: [{ n: "sensor-001/t", vs: "on" }], becomes: "senml_value_unsupported" },
  { name: "SenML with a truth value", payload: [{ n: "sensor-001/t", vb: true }], becomes: "senml_value_unsupported" },
  { name: "SenML with data", payload: [{ n: "sensor-001/t", vd: "AQ" }], becomes: "senml_value_unsupported" },
  { name: "SenML with a sum", payload: [{ n: "sensor-001/t", v: 1, s: 1 }], becomes: "senml_sum_unsupported" },
  {
    name: "SenML with a demanding field",
    payload: [{ n: "sensor-001/t", v: 1, x_: 1 }],
    becomes: "senml_extension_unsupported",
  },
  { name: "SenML without a value", payload: [{ n: "sensor-001/t" }], becomes: "value_missing" },
  { name: "a string", payload: '"reading"', becomes: "not_an_object" },
  { name: "a number", payload: "42", becomes: "not_an_object" },
  { name: "no deviceId", payload: payload({ deviceId: undefined }), becomes: "device_id_missing" },
  { name: "an empty deviceId", ...asDevice(""), becomes: "device_id_invalid" },
  { name: "a deviceId of 128 characters", ...asDevice("d".repeat(128)), becomes: "stored" },
  { name: "a deviceId of 129 characters", ...asDevice("d".repeat(129)), becomes: "device_id_invalid" },
  { name: "a numeric deviceId", ...asDevice(7), becomes: "device_id_invalid" },
  { name: "a deviceId like a path", ...asDevice("../../etc/passwd"), becomes: "device_id_invalid" },
  { name: "a deviceId that is not ASCII", ...asDevice("caldeira-é"), becomes: "device_id_invalid" },
  { name: "another device's name", ...asDevice("sensor-002", "sensor-001"), becomes: "device_id_spoofed" },
  { name: "no sensorType", payload: payload({ sensorType: undefined }), becomes: "sensor_type_missing" },
  { name: "an empty sensorType", payload: payload({ sensorType: "" }), becomes: "sensor_type_invalid" },
  { name: "a sensorType of 64 characters", payload: payload({ sensorType: "é".repeat(64) }), becomes: "stored" },
  { name: "a sensorType of 65", payload: payload({ sensorType: "s".repeat(65) }), becomes: "sensor_type_invalid" },
  { name: "a numeric sensorType", payload: payload({ sensorType: 1 }), becomes: "sensor_type_invalid" },
  { name: "a sensorType with #", payload: payload({ sensorType: "a#b" }), becomes: "sensor_type_invalid" },
  { name: "a sensorType with a line feed", payload: payload({ sensorType: "a\nb" }), becomes: "sensor_type_invalid" },
  { name: "a sensorType in other letters", payload: payload({ sensorType: "Temperature" }), becomes: "stored" },
  ...[
    "temperature ",
    " temperature",
    " ",
    "temp\u200Berature",
    "\uFEFFtemperature",
    "temp\u00ADerature",
    "\u3164",
    "\u2800",
    "a\u2028b",
    "a\u00A0b",
    "a\u3000b",
    "a\u202Eb",
    "a\uFE0Fb",
    "a\tb",
  ].map((sensorType) => ({
    name: `a sensorType that nobody sees as it is, ${JSON.stringify(sensorType)}`,
    payload: payload({ sensorType }),
    becomes: "sensor_type_invalid" as const,
  })),
  {
    name: "a sensorType with a space within",
    payload: payload({ sensorType: "inlet temperature" }),
    becomes: "stored",
  },
  {
    name: "a decomposed sensorType",
    payload: payload({ sensorType: "vibrac\u0327a\u0303o" }),
    becomes: "sensor_type_invalid",
  },
  { name: "a sensorType like a path", payload: payload({ sensorType: "../x", value: 1 }), becomes: "stored" },
  { name: "vibração", payload: payload({ sensorType: "vibração" }), becomes: "stored" },
  { name: "no value", payload: payload({ value: undefined }), becomes: "value_missing" },
  { name: "a value as text", payload: payload({ value: "25.5" }), becomes: "value_invalid" },
  { name: "a null value", payload: payload({ value: null }), becomes: "value_missing" },
  { name: "a null deviceId", payload: payload({ deviceId: null }), becomes: "device_id_missing" },
  { name: "a null sensorType", payload: payload({ sensorType: null }), becomes: "sensor_type_missing" },
  { name: "2^53", payload: text2("9007199254740992"), becomes: "stored" },
  { name: "2^53 + 1", payload: text2("9007199254740993"), becomes: "value_inexact" },
  { name: "-2^53 - 1", payload: text2("-9007199254740993"), becomes: "value_inexact" },
  { name: "2^53 + 2", payload: text2("9007199254740994"), becomes: "stored" },
  { name: "2^53 + 1 as a decimal", payload: text2("9007199254740993.0"), becomes: "value_inexact" },
  { name: "2^60, which a double holds", payload: text2("1152921504606846976"), becomes: "stored" },
  { name: "1e-400, which is not zero", payload: text2("1e-400"), becomes: "value_inexact" },
  { name: "twenty digits", payload: text2("12345678901234567890"), becomes: "value_inexact" },
  {
    name: "2^53 + 1 in metadata, whose numbers are doubles",
    payload: text('"timestamp":1767225500004,"metadata":{"value":9007199254740993}'),
    becomes: "stored",
  },
  { name: "a boolean value", payload: payload({ value: true }), becomes: "value_invalid" },
  { name: "NaN", payload: '{"deviceId":"sensor-001","sensorType":"t","value":NaN}', becomes: "not_json" },
  { name: "Infinity", payload: '{"deviceId":"sensor-001","sensorType":"t","value":Infinity}', becomes: "not_json" },
  { name: "1e999", payload: '{"deviceId":"sensor-001","sensorType":"t","value":1e999}', becomes: "value_out_of_range" },
  { name: "1e126", payload: payload({ value: 1e126 }), becomes: "value_out_of_range" },
  { name: "9.9e125", payload: payload({ value: 9.9e125 }), becomes: "stored" },
  { name: "1e-130", payload: payload({ value: 1e-130 }), becomes: "stored" },
  { name: "1e-131", payload: payload({ value: 1e-131 }), becomes: "value_out_of_range" },
  { name: "-0", payload: '{"deviceId":"sensor-001","sensorType":"zero","value":-0}', becomes: "stored" },
  {
    name: "more than 38 digits",
    payload: '{"deviceId":"sensor-001","sensorType":"digits","value":1.2345678901234567890123456789012345678901234}',
    becomes: "stored",
  },
  { name: "a timestamp as text", payload: payload({ timestamp: "2026-01-01" }), becomes: "timestamp_invalid" },
  { name: "a timestamp as an object", payload: payload({ timestamp: {} }), becomes: "timestamp_invalid" },
  { name: "a null timestamp", payload: payload({ timestamp: null }), becomes: "stored" },
  { name: "a fractional timestamp", payload: payload({ timestamp: ARRIVED_AT - 0.5 }), becomes: "timestamp_invalid" },
  { name: "seconds", payload: payload({ timestamp: 1_767_225_600 }), becomes: "timestamp_out_of_range" },
  { name: "a negative timestamp", payload: payload({ timestamp: -1 }), becomes: "timestamp_out_of_range" },
  {
    name: "just before 2001-09-09",
    payload: payload({ timestamp: 999_999_999_999 }),
    becomes: "timestamp_out_of_range",
  },
  { name: "2001-09-09", payload: payload({ timestamp: 1_000_000_000_000 }), becomes: "stored" },
  { name: "a day ahead", payload: payload({ timestamp: ARRIVED_AT + 86_400_000 }), becomes: "stored" },
  {
    name: "more than a day ahead",
    payload: payload({ timestamp: ARRIVED_AT + 86_400_001 }),
    becomes: "timestamp_out_of_range",
  },
  { name: "years ahead", payload: payload({ timestamp: 9_999_999_999_999 }), becomes: "timestamp_out_of_range" },
  { name: "metadata as text", payload: payload({ metadata: "line 1" }), becomes: "metadata_invalid" },
  { name: "metadata as an array", payload: payload({ metadata: [] }), becomes: "metadata_invalid" },
  { name: "null metadata", payload: payload({ sensorType: "null", metadata: null }), becomes: "stored" },
  { name: "empty metadata", payload: payload({ sensorType: "empty", metadata: {} }), becomes: "stored" },
  { name: "metadata of 31 levels", payload: payload({ sensorType: "deep", metadata: nested(31) }), becomes: "stored" },
  { name: "metadata of 32 levels", payload: payload({ metadata: nested(32) }), becomes: "metadata_too_deep" },
  {
    name: "metadata too large",
    payload: payload({ metadata: { blob: "x".repeat(410 * 1024) } }),
    becomes: "item_too_large",
  },
  { name: "metadata with 1e300", payload: payload({ metadata: { serial: 1e300 } }), becomes: "metadata_invalid" },
  { name: "metadata with an empty key", payload: payload({ metadata: { "": 1 } }), becomes: "metadata_invalid" },
  {
    name: "metadata with __proto__",
    payload: text('"timestamp":1767225500001,"metadata":{"__proto__":{"x":1}}'),
    becomes: "stored",
  },
  {
    name: "metadata with constructor",
    payload: text('"timestamp":1767225500002,"metadata":{"constructor":1}'),
    becomes: "stored",
  },
  {
    name: "__proto__ beside the fields",
    payload: text('"timestamp":1767225500003,"__proto__":{"value":"x"}'),
    becomes: "stored",
  },
];

const record = ({ payload: given, options }: BadDay, place: number): KinesisStreamRecord =>
  kinesisRecord(place, given, options);

describe("a record that is not what it should be", () => {
  it.each(BAD_DAYS)("$name: $becomes", async (badDay) => {
    const good = (place: number) => kinesisRecord(place, payload({ sensorType: `good-${place}` }));
    const { response, line } = await processorOn(fake)([good(0), record(badDay, 1), good(2)]);

    expect(response).toEqual({ batchItemFailures: [] });
    const goodOnes = [...fake.items.values()].filter(({ sensorType }) => String(sensorType?.S).startsWith("good-"));
    expect(goodOnes).toHaveLength(2);
    const lines = rejectedLines(fake);
    if (badDay.becomes === "stored") {
      expect(lines).toEqual([]);
      expect(fake.items.size).toBe(3);
    } else {
      const original = record(badDay, 1);
      expect(lines.map(({ reason, data, sequenceNumber }) => ({ reason, data, sequenceNumber }))).toEqual([
        { reason: badDay.becomes, data: original.kinesis.data, sequenceNumber: original.kinesis.sequenceNumber },
      ]);
      expect(lines[0]?.detail.length).toBeGreaterThan(10);
      expect(lines[0]?.detail.length).toBeLessThan(400);
      expect(fake.items.size).toBe(2);
    }
    const rejected = badDay.becomes === "stored" ? 0 : 1;
    expect(line).toMatchObject({
      ProcessedRecords: 3 - rejected,
      RejectedRecords: rejected,
      ProcessingErrors: rejected,
    });
  });

  it("touches no good record, however many kinds come in one batch", async () => {
    const bad = BAD_DAYS.filter(({ becomes }) => becomes !== "stored");
    const records = bad.flatMap((badDay, i) => [
      record(badDay, 2 * i),
      kinesisRecord(2 * i + 1, goodPayload(2 * i + 1)),
    ]);
    const { response, line } = await processorOn(fake)(records);
    expect(response).toEqual({ batchItemFailures: [] });
    expect(fake.items.size).toBe(bad.length);
    expect(rejectedLines(fake).map(({ reason }) => reason)).toEqual(bad.map(({ becomes }) => becomes));
    expect(line).toMatchObject({ ProcessedRecords: bad.length, RejectedRecords: bad.length });
  });

  it("has a row for every reason in the table of docs/messages.md, in the same words, and no other", () => {
    const page = readFileSync("docs/messages.md", "utf8");
    const table = page.slice(page.indexOf("| reason | what is wrong |"));
    const rows = [...table.slice(0, table.indexOf("\n\n")).matchAll(/^\| `(\w+)` \| (.*) \|$/gm)];
    expect(Object.fromEntries(rows.map(([, reason, meaning]) => [reason, meaning]))).toEqual(REJECT_REASONS);
  });

  it("has a record here for every reason that rejects a whole message, but the store's own", () => {
    const covered = new Set(BAD_DAYS.map(({ becomes }) => becomes));
    const missing = Object.keys(REJECT_REASONS).filter((reason) => !covered.has(reason as RejectReason));
    // The first is of an entry whose like is stored: test/lambda/processor/packed.test.ts.
    expect(missing).toEqual(["timestamp_repeated", "refused_by_store"]);
  });

  it("keeps several readings that have no time of their own and arrive in one millisecond", async () => {
    const timeless = payload({ timestamp: undefined });
    await processorOn(fake)([0, 1, 2].map((place) => kinesisRecord(place, timeless)));
    expect(fake.items.size).toBe(3);
  });

  it("keeps a hostile sensor type out of the object's path", () => {
    const reading = {
      ok: true,
      deviceId: "d",
      sensorType: "../ x'%é",
      value: 1,
      timestamp: ARRIVED_AT,
      hasOwnTimestamp: true,
      metadata: undefined,
    } as const;
    expect(anomalyKey(reading, "1")).toBe(`anomalies/d/${ARRIVED_AT}-..%2F%20x%27%25%C3%A9.json`);
  });

  it("stores metadata with __proto__ as the device sent it", async () => {
    await processorOn(fake)([
      kinesisRecord(0, text('"timestamp":1767225500001,"metadata":{"__proto__":{"x":[1,null,true,""]}}')),
    ]);
    expect(JSON.stringify([...fake.items.values()][0]?.metadata)).toBe(
      '{"M":{"__proto__":{"M":{"x":{"L":[{"N":"1"},{"NULL":true},{"BOOL":true},{"S":""}]}}}}}',
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { streamRecord } from "../../../contract/stream-record";
import { checkRecord } from "../../../lambda/reading/check-record";
import { jsonFault } from "../../../lambda/reading/json-fault";
import { parsePayload } from "../../../lambda/reading/payload";
import { readRules } from "../../../lambda/reading/settings";
import { ARRIVED_AT, kinesisRecord, payload } from "../../helpers/kinesis-records";

const JSON_TEXT = JSON.stringify(payload());
const detailOf = (bytes: Buffer) => {
  const parsed = parsePayload(bytes);
  return parsed.ok ? "" : parsed.detail;
};
const readingOf = (given: unknown, asArrived = false) =>
  checkRecord(streamRecord(kinesisRecord(7, given)), readRules({}), asArrived);
const timeDetail = (timestamp: unknown) => {
  const checked = readingOf(payload({ timestamp }));
  return checked.ok ? "" : checked.detail;
};

describe("the detail of a payload that cannot be read", () => {
  it.each([
    ["cut at 64 bytes", JSON_TEXT.slice(0, 64), "at offset 64", "the client's buffer holds 64"],
    ["cut at 63 bytes", JSON_TEXT.slice(0, 63), "at offset 63", "the client's buffer holds 64"],
    ["cut elsewhere", JSON_TEXT.slice(0, 50), "at offset 50", "Is it cut at the client's buffer?"],
    ["a trailing NUL", `${JSON_TEXT}\0`, `byte 0x00 at offset ${JSON_TEXT.length}`, "trailing NUL"],
    [
      "two messages in one",
      `${JSON_TEXT}${JSON_TEXT}`,
      `byte 0x7B at offset ${JSON_TEXT.length}`,
      "send one a message",
    ],
    ["a single quote", "{'deviceId':1}", "byte 0x27 at offset 1", "after"],
    ["a comma too much", '{"a":1,}', "byte 0x7D at offset 7", "after"],
    ["NaN", '{"a":NaN}', "byte 0x4E at offset 5", "after"],
    ["a fault after a letter of two bytes", '{"é":x}', "byte 0x78 at offset 6", "after"],
    ["UTF-16 without a mark", Buffer.from(JSON_TEXT, "utf16le"), "byte 0x00 at offset 1", "It is UTF-16"],
  ])("names the place and the byte, and what it may be: %s", (_what, given, place, hint) => {
    const detail = detailOf(Buffer.from(given));
    expect(detail).toContain(place);
    expect(detail).toContain(hint);
    expect(detail.length).toBeLessThan(400);
  });

  it("names the byte that is not UTF-8, and Latin-1 where it is that", () => {
    const bytes = Buffer.from('{"sensorType":"vibração"}', "latin1");
    expect(detailOf(bytes)).toContain("byte 0xE7 at offset 20 of 25");
    expect(detailOf(bytes)).toContain("Latin-1");
  });

  it("knows UTF-16 by its mark, and a character that is cut", () => {
    expect(detailOf(Buffer.from([0xff, 0xfe, 0x7b, 0]))).toContain("It is UTF-16");
    expect(detailOf(Buffer.from('{"sensorType":"vibração').subarray(0, 21))).toContain("in the middle of a character");
  });
});

describe("the detail of a wrong timestamp", () => {
  it.each([
    [0, "a clock that was never set"],
    [-1, "a time before 1970"],
    [5000, "a count since the device was started"],
    [1_767_225_600, "these look like seconds"],
    [1_767_225_600_000_000, "these look like microseconds"],
    [1_767_225_600_000_000_000, "these look like nanoseconds"],
    [1_767_225_600.5, "these look like seconds"],
    [ARRIVED_AT + 48 * 3_600_000, "a clock that is 48 hours ahead"],
  ])("says what %d looks like", (timestamp, look) => {
    expect(timeDetail(timestamp)).toContain(look);
  });
});

describe("a reading with a wrong clock that is replayed as arrived", () => {
  it.each([0, 5000, -1, 1_767_225_600, "2026-01-01", ARRIVED_AT + 86_400_001])(
    "is stored at its arrival: %p",
    (timestamp) => {
      const checked = readingOf(payload({ timestamp }), true);
      expect(checked).toMatchObject({
        ok: true,
        readings: [{ reading: { timestamp: ARRIVED_AT, hasOwnTimestamp: false } }],
      });
      expect(checked.ok && checked.readings[0]?.range).toMatch(new RegExp(`^${ARRIVED_AT}#temperature#\\d+$`));
    },
  );

  it("keeps a right time, and refuses what else is wrong", () => {
    expect(readingOf(payload(), true)).toMatchObject({
      readings: [{ reading: { timestamp: ARRIVED_AT - 1000, hasOwnTimestamp: true } }],
    });
    expect(readingOf(payload({ timestamp: 0, value: "x" }), true)).toMatchObject({ reason: "value_invalid" });
  });
});

describe("a sensor type that differs by its case from one with bounds", () => {
  it.each(["Temperature", "TEMPERATURE", "temperature"])("is stored as it is, and judged: %s", (sensorType) => {
    expect(readingOf(payload({ sensorType, value: 101 }))).toMatchObject({
      readings: [{ reading: { sensorType }, isAnomaly: true }],
    });
  });

  it("is judged by its own bounds where it has some", () => {
    const rules = readRules({ ANOMALY_LIMITS: '{"temperature":{"max":1},"Temperature":{"max":200}}' });
    const record = streamRecord(kinesisRecord(0, payload({ sensorType: "Temperature", value: 100 })));
    expect(checkRecord(record, rules)).toMatchObject({ readings: [{ isAnomaly: false }] });
  });

  it("is judged by bounds that are configured in capitals", () => {
    const rules = readRules({ ANOMALY_LIMITS: '{"Humidity":{"max":1}}' });
    const record = streamRecord(kinesisRecord(0, payload({ sensorType: "humidity", value: 2 })));
    expect(checkRecord(record, rules)).toMatchObject({ readings: [{ isAnomaly: true }] });
  });
});

describe("jsonFault", () => {
  it("finds none in what is JSON, and one in every text that JSON.parse refuses", () => {
    const texts = fc.oneof(
      fc.json(),
      fc.string(),
      fc.tuple(fc.json(), fc.nat(40)).map(([text, cut]) => text.slice(0, cut)),
      fc
        .tuple(fc.json(), fc.nat(40), fc.string({ maxLength: 2 }))
        .map(([text, at, more]) => text.slice(0, at) + more + text.slice(at)),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const fault = jsonFault(text);
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        // What is whole is read to its end, where nothing is wrong.
        if (isJson) expect(fault).toBe(text.length);
        else {
          expect(fault).toBeLessThanOrEqual(text.length);
          if (fault < text.length) expect(() => JSON.parse(text.slice(0, fault + 1))).toThrow();
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("survives the deepest nesting that a message can have", () => {
    expect(jsonFault("[".repeat(131_072))).toBe(131_072);
  });
});

describe("parsePayload, whatever the bytes", () => {
  it("never throws, and says of each refusal why within bounds", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const parsed = parsePayload(Buffer.from(bytes));
        if (!parsed.ok) expect(parsed.detail.length).toBeLessThan(400);
      }),
      { numRuns: 2000 },
    );
  });
});

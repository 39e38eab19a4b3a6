import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { streamRecord } from "../../../contract/stream-record";
import { checkRecord } from "../../../lambda/reading/check-record";
import { MAX_ENTRIES, MAX_MESSAGE_BYTES } from "../../../lambda/reading/message";
import { readRules } from "../../../lambda/reading/settings";
import { ARRIVED_AT, kinesisRecord } from "../../helpers/kinesis-records";

const RULES = readRules({});
const check = (payload: unknown, asArrived = false) =>
  checkRecord(streamRecord(kinesisRecord(0, payload, { partitionKey: "d" })), RULES, asArrived);
/** How many readings are accepted, and the reasons of what is not. */
const verdict = (payload: unknown, asArrived = false) => {
  const checked = check(payload, asArrived);
  if (!checked.ok) return [0, ...(checked.entries?.map(({ reason }) => reason) ?? [checked.reason])];
  return [checked.readings.length, ...checked.rejected.map(({ reason }) => reason)];
};
const list = (readings: unknown, more: object = {}) => ({ deviceId: "d", sensorType: "t", readings, ...more });
const spaced = (count: number) => Array.from({ length: count }, (_, at) => ({ value: at, timestamp: ARRIVED_AT - at }));
/** A list of this many bytes. */
const sized = (bytes: number) => {
  const empty = JSON.stringify(list([{ value: 1, pad: "" }])).length;
  return list([{ value: 1, pad: "x".repeat(bytes - empty) }]);
};
const nested = (levels: number): unknown => (levels === 0 ? 1 : { deeper: nested(levels - 1) });
const senml = (...records: readonly object[]) => [{ bn: "d/", bt: ARRIVED_AT / 1000 }, ...records];

describe("the limits of a message of many readings", () => {
  it.each([
    ["no entry", list([]), [0, "readings_empty"]],
    ["one entry", list(spaced(1)), [1]],
    ["the most entries", list(spaced(MAX_ENTRIES)), [MAX_ENTRIES]],
    ["one more", list(spaced(MAX_ENTRIES + 1)), [0, "readings_too_many"]],
    ["the most bytes", sized(MAX_MESSAGE_BYTES), [1]],
    ["one more", sized(MAX_MESSAGE_BYTES + 1), [0, "message_too_large"]],
    ["metadata of the most levels", list(spaced(2), { metadata: nested(31) }), [2]],
    ["one more", list(spaced(2), { metadata: nested(32) }), [0, "metadata_too_deep", "metadata_too_deep"]],
    ["two entries of one time", list([...spaced(1), ...spaced(1)]), [1, "timestamp_repeated"]],
    ["a millisecond apart", list(spaced(2)), [2]],
    ["one time for two types", list([{ value: 1 }, { value: 2, sensorType: "u" }], { timestamp: ARRIVED_AT }), [2]],
    [
      "one time beside the list for two of a type",
      list([{ value: 1 }, { value: 2 }], { timestamp: ARRIVED_AT }),
      [1, "timestamp_repeated"],
    ],
    ["a value beside the list", list(spaced(1), { value: 1 }), [0, "value_beside_readings"]],
    ["a null beside the list", list(spaced(1), { value: null }), [1]],
    ["null for the list", { ...list(null), value: 1 }, [1]],
    ["a list that is text", list("x"), [0, "readings_invalid"]],
    ["an entry that is null", list([null, ...spaced(1)]), [1, "entry_invalid"]],
    ["an entry that is a list", list([[], ...spaced(1)]), [1, "entry_invalid"]],
    ["an entry of another device", list([{ ...spaced(1)[0], deviceId: "e" }, ...spaced(1)]), [1, "device_id_spoofed"]],
    ["another device", { ...list(spaced(2)), deviceId: "e" }, [0, "device_id_spoofed"]],
    [
      "an entry's own type over the common one",
      list([{ value: 1, sensorType: "#" }, ...spaced(1)]),
      [1, "sensor_type_invalid"],
    ],
  ])("%s", (_what, payload, expected) => {
    expect(verdict(payload)).toEqual(expected);
  });

  it("takes entries with wrong clocks at their arrival where that is asked, each on its own", () => {
    const wrong = list([1, 2, 3].map((value) => ({ value, timestamp: value })));
    expect(verdict(wrong)).toEqual([0, ...Array(3).fill("timestamp_out_of_range")]);
    expect(verdict(wrong, true)).toEqual([3]);
  });
});

describe("the limits of SenML", () => {
  const timesOf = (...records: readonly object[]) => {
    const checked = check([{ bn: "d/" }, ...records]);
    return checked.ok ? checked.readings.map(({ reading }) => reading.timestamp - ARRIVED_AT) : checked.reason;
  };

  it.each([
    ["version 10", [{ bver: 10, n: "d/t", v: 1 }], [1]],
    ["version 11", [{ bver: 11, n: "d/t", v: 1 }], [0, "senml_version_unsupported"]],
    [
      "version 11 in a later record",
      senml({ n: "t", v: 1 }, { bver: 11, n: "t", t: 1, v: 1 }),
      [0, "senml_version_unsupported"],
    ],
    ["an unknown field", senml({ n: "t", v: 1, x: 1 }), [1]],
    [
      "one that demands to be understood",
      senml({ n: "t", v: 1, x_: 1 }, { n: "t", t: 1, v: 1 }),
      [1, "senml_extension_unsupported"],
    ],
    ["a sum", senml({ n: "t", v: 1, s: 2 }, { n: "t", t: 1, v: 1 }), [1, "senml_sum_unsupported"]],
    [
      "a base sum",
      senml({ bs: 1, n: "t", v: 1 }, { n: "t", t: 1, v: 1 }),
      [0, "senml_sum_unsupported", "senml_sum_unsupported"],
    ],
    ["text beside a number", senml({ n: "t", v: 1 }, { n: "t", t: 1, vs: "on" }), [1, "senml_value_unsupported"]],
    ["no value", senml({ n: "t" }, { n: "t", t: 1, v: 1 }), [1, "value_missing"]],
    ["a value that is text", senml({ n: "t", v: "1" }), [0, "value_invalid"]],
    ["a base value alone", senml({ bv: 5, n: "t" }), [1]],
    ["base fields alone", [{ bn: "d/" }], [0, "readings_empty"]],
    ["a name that is a number", senml({ n: 1, v: 1 }), [0, "senml_name_invalid"]],
    ["a name of the device alone", [{ n: "d", v: 1 }], [0, "senml_name_invalid"]],
    ["an empty sensor type", [{ n: "d/", v: 1 }], [0, "sensor_type_invalid"]],
    ["another device midway", senml({ n: "t", v: 1 }, { bn: "e/", n: "t", t: 1, v: 1 }), [1, "device_id_spoofed"]],
    ["a device whose name begins with ours", [{ n: "dd/t", v: 1 }], [0, "device_id_spoofed"]],
    ["a time that is text", senml({ n: "t", t: "1", v: 1 }), [0, "timestamp_invalid"]],
    ["a base time that is text", [{ bn: "d/", bt: "1", n: "t", v: 1 }], [0, "senml_base_invalid"]],
  ])("%s", (_what, payload, expected) => {
    expect(verdict(payload)).toEqual(expected);
  });

  it("counts times below 2**28 from the arrival, and others from 1970, to the millisecond", () => {
    expect(timesOf({ n: "t", t: -1.234, v: 1 }, { n: "t", t: 0, v: 1 }, { n: "t", t: 86_400, v: 1 })).toEqual([
      -1234, 0, 86_400_000,
    ]);
    expect(timesOf({ n: "t", t: 2 ** 28 - 1, v: 1 })).toBe("timestamp_out_of_range");
    // 1978, which no clock of ours shows: absolute from here on.
    expect(timesOf({ n: "t", t: 2 ** 28, v: 1 })).toBe("timestamp_out_of_range");
    expect(timesOf({ bt: ARRIVED_AT / 1000 - 0.001, n: "t", t: -0.002, v: 1 })).toEqual([-3]);
  });

  it.each([
    ["a base value that a double does not hold", '"bv":9007199254740993,"v":0', "value_inexact"],
    ["one that is too small for it", '"bv":1e-400,"v":0', "value_inexact"],
    ["a sum that it does not hold", '"bv":9007199254740992,"v":1', "value_inexact"],
    ["a sum that it holds, beyond 2**53", '"bv":9007199254740992,"v":2', 9007199254740994],
  ])("adds no number to %s", (_what, values, expected) => {
    const checked = check(`[{"bn":"d/"},{"n":"t",${values}}]`);
    expect(checked.ok ? checked.readings[0]?.reading.value : checked.reason).toBe(expected);
  });

  it("adds base value and value, and gives the unit as metadata", () => {
    const checked = check([{ bn: "d/", bv: 20, bu: "Cel", n: "t", v: 1.5 }]);
    expect(checked).toMatchObject({
      ok: true,
      readings: [{ reading: { value: 21.5, metadata: { source: { unit: "Cel" } } } }],
    });
  });
});

describe("a message of whatever JSON", () => {
  it("never throws, and counts each entry once", () => {
    const entry = fc.oneof(fc.jsonValue(), fc.record({ value: fc.jsonValue(), n: fc.jsonValue(), v: fc.jsonValue() }));
    const message = fc.oneof(
      fc.array(entry, { maxLength: 8 }),
      fc.record({
        deviceId: fc.constantFrom("d", 1, null),
        readings: fc.oneof(fc.array(entry, { maxLength: 8 }), fc.jsonValue()),
      }),
    );
    fc.assert(
      fc.property(message, (payload) => {
        const checked = check(payload);
        const indices = checked.ok
          ? [...checked.readings, ...checked.rejected].map(({ index }) => index)
          : (checked.entries ?? []).map(({ index }) => index);
        expect(new Set(indices).size).toBe(indices.length);
      }),
      { numRuns: 500 },
    );
  });
});

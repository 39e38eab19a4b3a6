import { describe, expect, it } from "vitest";
import { ConversionError, rowsOf } from "../../../../local/aws/firehose/row";

describe("rowsOf", () => {
  it("follows the table's columns: what has no column is passed over, what is not there is null", () => {
    const columns = [
      { name: "device_id", type: "string" },
      { name: "value", type: "double" },
      { name: "is_anomaly", type: "boolean" },
      { name: "metadata", type: "string" },
    ] as const;
    const json = '{"value":1.5,"device_id":"d1","other":7,"is_anomaly":false}';
    expect(rowsOf(json, columns)).toEqual([["d1", 1.5, false, null]]);
    expect(rowsOf(`${json} {"value":2}`, columns)).toEqual([
      ["d1", 1.5, false, null],
      [null, 2, null, null],
    ]);
  });

  it.each([
    [1_767_323_045_678, "2026-01-02T03:04:05.678Z"],
    [1_767_323_045.678, "2026-01-02T03:04:05.678Z"],
    ["2026-01-02 03:04:05.678", "2026-01-02T03:04:05.678Z"],
    ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z"],
  ])("reads the time %j", (value, time) => {
    expect(rowsOf(JSON.stringify({ at: value }), [{ name: "at", type: "timestamp" }])).toEqual([[new Date(time)]]);
  });

  it("keeps an object in a text column as JSON", () => {
    expect(rowsOf('{"m":{"a":1}}', [{ name: "m", type: "string" }])).toEqual([['{"a":1}']]);
  });

  it.each([
    ["double", '"1"', '"x" must be double, got string'],
    ["bigint", "1.5", '"x" must be bigint, got number'],
    ["int", "2147483648", '"x" must be int, got number'],
    ["boolean", "1", '"x" must be boolean, got number'],
    ["timestamp", '"yesterday"', '"x" must be timestamp, got string'],
  ] as const)("refuses what is no %s", (type, value, message) => {
    expect(() => rowsOf(`{"x":${value}}`, [{ name: "x", type }])).toThrow(new ConversionError(message));
  });

  it.each(["nothing", "", "[]", "null", "7", "{}{", '{}{"x"', "{},{}"])(
    "refuses a record that is no object: %s",
    (json) => {
      expect(() => rowsOf(json, [])).toThrow(ConversionError);
    },
  );
});

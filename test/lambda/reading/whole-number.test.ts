import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { numberText } from "../../../contract/number-text";
import { streamRecord } from "../../../contract/stream-record";
import { checkRecord } from "../../../lambda/reading/check-record";
import { numberToken } from "../../../lambda/reading/number-token";
import { readRules } from "../../../lambda/reading/settings";
import { isChanged } from "../../../lambda/reading/whole-number";
import { anyText } from "../../helpers/any-text";
import { kinesisRecord } from "../../helpers/kinesis-records";

describe("isChanged", () => {
  it.each([
    ["9007199254740991", false],
    ["9007199254740992", false],
    ["9007199254740993", true],
    ["9007199254740994", false],
    ["-9007199254740993", true],
    ["9007199254740993.0", true],
    ["9007199254740992.0", false],
    ["25.0", false],
    ["9.007199254740993e15", false],
    ["90071992547409930e-1", true],
    ["1152921504606846976", false],
    ["1152921504606847000", true],
    ["12345678901234567890", true],
    ["100000000000000000000", false],
    ["1e22", false],
    ["1e23", false],
    ["9.9e125", false],
    ["123456789012345678e3", true],
    ["9007199254740993.5", false],
    ["0.1", false],
    ["-0", false],
    ["0.000", false],
    ["0e400", false],
    ["1e-400", true],
    [`0.${"0".repeat(400)}1`, true],
  ])("of %s is %s", (token, expected) => {
    expect(isChanged(token, Number(token))).toBe(expected);
  });

  it("is false of every integer whose digits are stored as they were sent", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 21n) + 1n, max: 10n ** 21n - 1n }), (sent) => {
        expect(isChanged(String(sent), Number(sent))).toBe(numberText(Number(sent)) !== String(sent));
      }),
    );
  });
});

describe("numberToken", () => {
  it.each([
    ['{"value":12345678901234567890}', "12345678901234567890"],
    ['{ "other" : {"value":1}, "value" : -1.50e+7 , "list":[{"value":2}]}', "-1.50e+7"],
    ['{"value":1,"val\\u0075e":2}', "2"],
    ['{"text":"\\"value\\":3","value":4}', "4"],
    ['{"value":5,"value":"6"}', undefined],
    ['{"value":"5"}', undefined],
    ["{}", undefined],
  ])("of value in %s is %s", (text, token) => {
    expect(numberToken(text, "value")).toBe(token);
  });

  it("reads every number of an object as JSON.parse does", () => {
    const objects = fc.dictionary(anyText(), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(objects, fc.constantFrom(0, 2), (object, indent) => {
        const text = JSON.stringify(object, null, indent);
        for (const [name, value] of Object.entries(JSON.parse(text)))
          expect(Number(numberToken(text, name))).toBe(typeof value === "number" ? value : Number.NaN);
      }),
    );
  });
});

describe("a message that is as deep as MQTT takes", () => {
  it.each([
    ["a number of many digits", "9007199254740993", "value_inexact"],
    ["any other number", "1", undefined],
  ])("never ends the processor, with %s", (_what, value, reason) => {
    const deep = `${"[".repeat(60_000)}${"]".repeat(60_000)}`;
    const text = `{"deviceId":"d","sensorType":"t","note":"1234567890123456","x":${deep},"value":${value}}`;
    const record = streamRecord(kinesisRecord(0, text, { partitionKey: "d" }));
    const checked = checkRecord(record, readRules({}));
    expect(checked.ok ? undefined : checked.reason).toBe(reason);
  });
});

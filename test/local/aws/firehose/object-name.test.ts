import { describe, expect, it } from "vitest";
import { checkExpression, evaluatePrefix, objectName } from "../../../../local/aws/firehose/object-name";

const AT = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

describe("evaluatePrefix", () => {
  it("puts the time of the oldest record in, in UTC", () => {
    const prefix = "readings/!{timestamp:yyyy}/!{timestamp:MM}/!{timestamp:dd}/!{timestamp:HH}/";
    expect(evaluatePrefix(prefix, AT, "random")).toBe("readings/2026/01/02/03/");
    expect(evaluatePrefix("a/!{timestamp:yyyy/MM/dd/HH}/", AT, "random")).toBe("a/2026/01/02/03/");
  });

  it.each(["processing-failed", "format-conversion-failed"] as const)("puts the kind of error in: %s", (output) => {
    const prefix = "firehose-errors/!{firehose:error-output-type}/!{timestamp:yyyy}/";
    expect(evaluatePrefix(prefix, AT, "random", output)).toBe(`firehose-errors/${output}/2026/`);
  });

  it("puts eleven random characters in", () => {
    expect(evaluatePrefix("!{firehose:random-string}/", AT, "0123456789abcdef")).toBe("0123456789a/");
  });
});

describe("checkExpression", () => {
  it.each([
    ["readings/", undefined],
    ["a/!{timestamp:yyyy/MM}/", undefined],
    ["a/!{firehose:error-output-type}/!{firehose:random-string}/", undefined],
    ["a/!{timestamp:EEE}/", "!{timestamp:EEE}"],
    ["a/!{partitionKeyFromQuery:device}/", "!{partitionKeyFromQuery:device}"],
    ["a/!{firehose:something}/", "!{firehose:something}"],
  ])("finds what is not understood in %s", (prefix, wrong) => {
    expect(checkExpression(prefix)).toBe(wrong);
  });
});

describe("objectName", () => {
  it("is the delivery stream, its version, the time and something random", () => {
    expect(objectName("archive", AT, "1b2c", ".parquet")).toBe("archive-1-2026-01-02-03-04-05-1b2c.parquet");
  });
});

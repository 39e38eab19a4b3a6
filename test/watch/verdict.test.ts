import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAnomaly } from "../../lambda/reading/anomaly";
import { qualityOf } from "../../watch/machine/quality";
import { judge, worse } from "../../watch/machine/verdict";
import { rule } from "./plants";

const of = (value: number, more: object = {}) => ({ value, isAnomaly: false, bounds: {}, ...more });

describe("a verdict", () => {
  it.each([
    ["above", 89.999, "between"],
    ["above", 90, "between"],
    ["above", 90.001, "bad"],
    ["above", 85.001, "between"],
    ["above", 85, "good"],
    ["above", 84.999, "good"],
    ["below", 10.001, "between"],
    ["below", 10, "between"],
    ["below", 9.999, "bad"],
    ["below", 14.999, "between"],
    ["below", 15, "good"],
    ["below", 15.001, "good"],
    ["outside", 9.999, "bad"],
    ["outside", 10, "between"],
    ["outside", 15, "good"],
    ["outside", 85, "good"],
    ["outside", 90, "between"],
    ["outside", 90.001, "bad"],
  ] as const)("by %s of %d is %s", (kind, value, level) => {
    const conditions = {
      above: { kind: "above", limit: 90 },
      below: { kind: "below", limit: 10 },
      outside: { kind: "outside", low: 10, high: 90 },
    } as const;
    expect(judge(rule({ condition: conditions[kind] }), of(value))?.level).toBe(level);
  });

  it.each([
    [10.001, "bad"],
    [10, "between"],
    [6.001, "between"],
    [6, "good"],
    [undefined, undefined],
  ])("of %s changes per minute is %s", (perMinute, level) => {
    const fast = rule({ condition: { kind: "change", perMinute: 10 }, deadband: 4 });
    expect(judge(fast, of(1, { perMinute }))?.level).toBe(level);
  });

  it.each([
    [119_999, "good"],
    [120_000, "bad"],
    [undefined, undefined],
  ])("of a value that has kept to itself for %s ms is %s", (flatMs, level) => {
    const stuck = rule({ condition: { kind: "flat", forMs: 120_000, tolerance: 0 } });
    expect(judge(stuck, of(1, { flatMs }))?.level).toBe(level);
  });

  it("L15: on an anomaly equals the processor's, for any bounds and any deadband", () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -200, max: 200 });
    const bounds = fc.record({ min: number, max: number }, { requiredKeys: [] });
    fc.assert(
      fc.property(number, bounds, fc.double({ min: 0, max: 50, noNaN: true }), (value, limit, deadband) => {
        const anomalous = isAnomaly("temperature", value, new Map([["temperature", limit]]));
        const verdict = judge(
          rule({ condition: { kind: "anomaly" }, deadband }),
          of(value, { isAnomaly: anomalous, bounds: limit }),
        );
        expect(verdict?.level === "bad").toBe(anomalous);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    [{ kind: "above", limit: 90 }, 95, 97, 97],
    [{ kind: "below", limit: 10 }, 5, 3, 3],
    [{ kind: "outside", low: 10, high: 90 }, 95, 1, 1],
    [{ kind: "outside", low: 10, high: 90 }, 105, 1, 105],
  ] as const)("by %j: of %d and %d the worse is %d", (condition, one, other, worst) => {
    expect(worse(condition, {}, one, other)).toBe(worst);
    expect(worse(condition, {}, other, one)).toBe(worst);
  });
});

describe("a reading's quality", () => {
  it.each([
    [0, "good"],
    [0x3fffffff, "good"],
    [0x40000000, "uncertain"],
    [0x80000000, "bad"],
    [0x80310000, "bad"],
    [0xffffffff, "bad"],
    [0x100000000, "good"],
    [-1, "good"],
    ["Good", "good"],
    ["BAD", "bad"],
    ["BadSensorFailure", "bad"],
    ["uncertain", "uncertain"],
    ["??", "good"],
    [undefined, "good"],
    [null, "good"],
    [{}, "good"],
  ])("of %j is %s", (given, quality) => {
    expect(qualityOf(given)).toBe(quality);
  });
});

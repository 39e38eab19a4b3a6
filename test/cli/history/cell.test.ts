import { describe, expect, it } from "vitest";
import { cell } from "../../../cli/history/cell";

describe("cell", () => {
  it.each([
    ["bigint", "12", 12],
    ["BIGINT", "9007199254740993", "9007199254740993"],
    ["double", "1.5", 1.5],
    ["double", "NaN", "NaN"],
    ["boolean", "true", true],
    ["BOOLEAN", false, false],
    ["varchar", "12", "12"],
    ["bigint", null, null],
    ["TIMESTAMP", "2026-01-01 08:00:00", "2026-01-01 08:00:00.000"],
    ["TIMESTAMP", "2026-01-01 08:00:00.25", "2026-01-01 08:00:00.250"],
    ["TIMESTAMP WITH TIME ZONE", "2026-01-01 08:00:00+00", "2026-01-01 08:00:00.000 UTC"],
    [
      "timestamp with time zone",
      "2026-01-01 08:00:00.000 America/Sao_Paulo",
      "2026-01-01 08:00:00.000 America/Sao_Paulo",
    ],
    ["timestamp", "2026-01-01 08:00:00.000", "2026-01-01 08:00:00.000"],
  ])("of %s %j is %j", (type, value, expected) => {
    expect(cell(type, value)).toBe(expected);
  });
});

import { describe, expect, it } from "@jest/globals";
import { cell } from "../../cli/history/cell";

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
  ])("of %s %j is %j", (type, value, expected) => {
    expect(cell(type, value)).toBe(expected);
  });
});

import { describe, expect, it } from "@jest/globals";
import { moment, parsed, TEXT, wholeNumber } from "../../cli/arguments";
import { UsageError } from "../../cli/command";

const NOW = Date.parse("2026-02-01T12:00:00Z");

describe("moment", () => {
  it.each([
    ["90s", "2026-02-01T11:58:30.000Z"],
    ["1.5h", "2026-02-01T10:30:00.000Z"],
    ["7d", "2026-01-25T12:00:00.000Z"],
    ["2026-01-31", "2026-01-31T00:00:00.000Z"],
    ["2026-01-31T08:00", "2026-01-31T08:00:00.000Z"],
    ["2026-01-31T08:00:01.5Z", "2026-01-31T08:00:01.500Z"],
    ["2026-01-31T08:00-03:00", "2026-01-31T11:00:00.000Z"],
  ])("reads %s", (text, iso) => {
    expect(new Date(moment("--since", text, NOW)).toISOString()).toBe(iso);
  });

  it.each(["", "soon", "1w", "2026-13-01", "-1h", "2026-01-31T25:00"])("refuses %j", (text) => {
    expect(() => moment("--since", text, NOW)).toThrow(UsageError);
    expect(() => moment("--since", text, NOW)).toThrow(`"--since" must be so long ago`);
  });
});

describe("parsed", () => {
  it("says in one sentence what it does not know", () => {
    const wrong = () => parsed({ args: ["--colour"], options: { since: TEXT } });
    expect(wrong).toThrow(UsageError);
    expect(wrong).toThrow("Unknown option '--colour'");
  });
});

describe("wholeNumber", () => {
  it("keeps its bounds", () => {
    expect(wholeNumber("--days", "30", 1, 90)).toBe(30);
    for (const text of ["0", "91", "1.5", "x", ""])
      expect(() => wholeNumber("--days", text, 1, 90)).toThrow(
        `"--days" must be a whole number from 1 to 90, got "${text}"`,
      );
  });
});

import { describe, expect, it } from "@jest/globals";
import { duration, hour, moment, orderedPeriod, parsed, share, TEXT, wholeNumber } from "../../../cli/kit/arguments";
import { UsageError } from "../../../cli/kit/command";

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
    ["2024-02-29", "2024-02-29T00:00:00.000Z"],
    ["99999999d", "1970-01-01T00:00:00.000Z"],
    [`${"9".repeat(400)}d`, "1970-01-01T00:00:00.000Z"],
    ["1900-01-01", "1970-01-01T00:00:00.000Z"],
  ])("reads %s", (text, iso) => {
    expect(new Date(moment("--since", text, NOW)).toISOString()).toBe(iso);
  });

  it.each(["", "soon", "1w", "2026-13-01", "2026-02-30", "2025-02-29T08:00Z", "-1h", "2026-01-31T25:00"])(
    "refuses %j",
    (text) => {
      expect(() => moment("--since", text, NOW)).toThrow(UsageError);
      expect(() => moment("--since", text, NOW)).toThrow(`"--since" must be so long ago`);
    },
  );
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

describe("duration", () => {
  it.each([
    ["500ms", 500],
    ["1.5s", 1500],
    ["5m", 300_000],
  ])("reads %s", (text, ms) => {
    expect(duration("--every", text)).toBe(ms);
  });

  it.each(["", "1", "0s", "-1s", "5 m"])("refuses %j", (text) => {
    expect(() => duration("--every", text)).toThrow(UsageError);
  });
});

describe("share", () => {
  it("keeps from 0 to 1", () => {
    expect([share("--anomalies", "0"), share("--anomalies", ".25"), share("--anomalies", "1")]).toEqual([0, 0.25, 1]);
    for (const text of ["1.1", "-0.1", "", "x"]) expect(() => share("--anomalies", text)).toThrow(UsageError);
  });
});

describe("hour", () => {
  it.each([
    ["2026-01-31T08", "2026/01/31/08"],
    ["2026-01-31T08:00Z", "2026/01/31/08"],
    ["2026/01/31/08", "2026/01/31/08"],
    ["2026-01-31", "2026/01/31/23"],
  ])("reads %s", (text, expected) => {
    expect(hour("--to", text, "23")).toBe(expected);
  });

  it.each(["", "2026-01-31T24", "2026-13-01", "31.1.2026"])("refuses %j", (text) => {
    expect(() => hour("--to", text, "23")).toThrow(UsageError);
  });
});

describe("orderedPeriod", () => {
  const period = (from: number, until: number) => ({
    options: ["--since", "--until"] as const,
    texts: ["1h", "2h"] as const,
    from,
    until,
  });
  it("takes a beginning before an end", () => {
    expect(orderedPeriod(period(1, 2))).toEqual({ from: 1, until: 2 });
  });
  it.each([
    [2, 2],
    [3, 2],
  ])("refuses %d to %d, before anything is asked", (from, until) => {
    expect(() => orderedPeriod(period(from, until))).toThrow('"--since" must be before "--until", got "1h" and "2h"');
  });
});

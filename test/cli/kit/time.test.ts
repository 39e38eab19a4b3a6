import { describe, expect, it } from "vitest";
import { arrivalHours, type GivenTime, periodOf, timeOf } from "../../../cli/kit/time";
import { UsageError } from "../../../cli/kit/usage-error";

const NOW = Date.parse("2026-02-01T12:00:00Z");
const at = (text: string) => timeOf(text, NOW) as GivenTime;
const iso = (ms: number) => new Date(ms).toISOString();

describe("timeOf", () => {
  it.each([
    ["90s", "2026-02-01T11:58:30.000Z"],
    ["1.5h", "2026-02-01T10:30:00.000Z"],
    ["7d", "2026-01-25T12:00:00.000Z"],
    ["2026-01-31T08:00", "2026-01-31T08:00:00.000Z"],
    ["2026-01-31T08:00:01.5Z", "2026-01-31T08:00:01.500Z"],
    ["2026-01-31T08:00-03:00", "2026-01-31T11:00:00.000Z"],
    ["2026/01/31/08:00", "2026-01-31T08:00:00.000Z"],
    ["99999999d", "1970-01-01T00:00:00.000Z"],
    [`${"9".repeat(400)}d`, "1970-01-01T00:00:00.000Z"],
    ["1900-01-01T00:00Z", "1970-01-01T00:00:00.000Z"],
  ])("reads the moment %s", (text, expected) => {
    expect(iso(at(text).start)).toBe(expected);
    expect(at(text)).toEqual({ text, start: at(text).start, end: at(text).start + 1 });
  });

  it.each([
    ["2026/01/31/08", "2026-01-31T08:00:00.000Z", "2026-01-31T09:00:00.000Z"],
    ["2026-01-31T08", "2026-01-31T08:00:00.000Z", "2026-01-31T09:00:00.000Z"],
    ["2026-01-31T23Z", "2026-01-31T23:00:00.000Z", "2026-02-01T00:00:00.000Z"],
    ["2026-01-31T08-03:00", "2026-01-31T11:00:00.000Z", "2026-01-31T12:00:00.000Z"],
    ["2026-01-31", "2026-01-31T00:00:00.000Z", "2026-02-01T00:00:00.000Z"],
    ["2026/01/31", "2026-01-31T00:00:00.000Z", "2026-02-01T00:00:00.000Z"],
    ["2024-02-29", "2024-02-29T00:00:00.000Z", "2024-03-01T00:00:00.000Z"],
  ])("reads the hour or the day %s", (text, start, end) => {
    expect([iso(at(text).start), iso(at(text).end)]).toEqual([start, end]);
  });

  it.each([
    "",
    "soon",
    "yesterday",
    "1w",
    "-1h",
    "2026-13-01",
    "2026-02-30",
    "2026/02/30/08",
    "2025-02-29T08:00Z",
    "2026-01-31T24",
    "2026-01-31T24:00",
    "2026-01-31T25:00",
    "2026-01-31T08:60",
    "31.1.2026",
  ])("refuses %j", (text) => {
    expect(timeOf(text, NOW)).toBeUndefined();
  });
});

describe("periodOf", () => {
  it("is open at an end that was left out", () => {
    expect(periodOf({})).toEqual({ from: 0, until: Number.POSITIVE_INFINITY });
    expect(periodOf({ since: at("1h") }, { open: NOW })).toEqual({ from: NOW - 3_600_000, until: NOW });
  });

  it("ends before its last moment, whatever the form", () => {
    const until = Date.parse("2026-01-31T08:00Z");
    for (const text of ["2026-01-31T08:00Z", "2026/01/31/08", "2026-01-31T08"])
      expect(periodOf({ until: at(text) })).toEqual({ from: 0, until });
  });

  it.each([
    ["1h", "2h", '"--since" must be before "--until", got "1h" and "2h"'],
    ["1h", "1h", '"--since" must be before "--until", got "1h" and "1h"'],
    ["2027-01-01", undefined, '"--since" must be before "--until", got "2027-01-01" and now'],
  ])("refuses %s to %s", (since, until, message) => {
    const period = () =>
      periodOf({ since: at(since), until: until === undefined ? undefined : at(until) }, { open: NOW });
    expect(period).toThrow(UsageError);
    expect(period).toThrow(message);
  });
});

describe("arrivalHours", () => {
  const absent = { from: NOW - 3_600_000, until: NOW };
  const hours = (given: { since?: string; until?: string; from?: string; to?: string }) => {
    const of = (text: string | undefined) => (text === undefined ? undefined : at(text));
    const { since, until, from, to } = given;
    return arrivalHours({ since: of(since), until: of(until), from: of(from), to: of(to) }, absent);
  };

  it.each([
    [{}, "2026/02/01/11", "2026/02/01/12"],
    [{ since: "2026-01-31T08:59Z", until: "2026-01-31T10:00Z" }, "2026/01/31/08", "2026/01/31/09"],
    [{ since: "2026-01-31", until: "2026-02-01" }, "2026/01/31/00", "2026/01/31/23"],
    [{ since: "3h", until: "1h" }, "2026/02/01/09", "2026/02/01/10"],
    [{ from: "2026/01/31/08", to: "2026/01/31/08" }, "2026/01/31/08", "2026/01/31/08"],
    [{ from: "2026-01-31", to: "2026-01-31" }, "2026/01/31/00", "2026/01/31/23"],
    [{ from: "2026-01-31T08:00Z", to: "2026-01-31T09:00Z" }, "2026/01/31/08", "2026/01/31/09"],
    [{ from: "7d" }, "2026/01/25/12", "2026/02/01/12"],
  ])("of %j are %s to %s", (given, first, last) => {
    expect(hours(given)).toEqual({ first, last });
  });

  it.each([
    [{ since: "2026-01-31T08", until: "2026-01-31T08" }, '"--since" must be before "--until"'],
    [{ from: "2026/01/31/09", to: "2026/01/31/08" }, '"--from" must be at or before "--to"'],
    [{ since: "2026/01/31/09", to: "2026/01/31/08" }, '"--since" must be at or before "--to"'],
    [{ from: "2027-01-01" }, '"--from" must be before "--until", got "2027-01-01" and now'],
  ])("refuses %j", (given, message) => {
    expect(() => hours(given)).toThrow(message);
  });
});

import { describe, expect, it } from "vitest";
import { type ParameterValues, questionOf } from "../../../cli/history/question";
import { timeOf } from "../../../cli/kit/time";
import { NAMED_QUERIES } from "../../../lib/named-queries";

const NOW = Date.UTC(2026, 10, 24, 3, 59, 59);
const at = (text: string) => timeOf(text, NOW);
const sqlOf = (name: string) => NAMED_QUERIES.find((query) => query.name === name)?.sql;

describe("questionOf", () => {
  it("takes SQL as it is", () => {
    expect(questionOf("SELECT 1", undefined, {}, NOW)).toEqual({
      sql: "SELECT 1",
      parameters: [],
    });
  });

  it.each([
    ["SELECT 1;", "SELECT 1"],
    ["SELECT ';' AS a;  -- the end", "SELECT ';' AS a"],
    ['SELECT 1 AS "a;b"', 'SELECT 1 AS "a;b"'],
    ["(SELECT 1)", "(SELECT 1)"],
    ["-- why\nWITH a AS (SELECT 1) SELECT * FROM a", "-- why\nWITH a AS (SELECT 1) SELECT * FROM a"],
  ])("takes one SELECT, semicolons in texts and at its end included: %s", (given, sql) => {
    expect(questionOf(given, undefined, {}, NOW).sql).toBe(sql);
  });

  it("fills a named query's parameters in their order, with the last 24 hours and the query's own defaults", () => {
    expect(questionOf(undefined, "gaps", {}, NOW)).toEqual({
      sql: sqlOf("gaps"),
      parameters: ["2026/11/23/03", "2026/11/24/03", "2026/11/23/03", "15"],
    });
    const values = { from: at("2026/11/01/00"), to: at("2026/11/02/23"), device: "sensor-001" };
    expect(questionOf(undefined, "device-day", values, NOW).parameters).toEqual([
      "2026/11/01/00",
      "2026/11/02/23",
      "2026/11/01/00",
      "sensor-001",
    ]);
    expect(questionOf(undefined, "gaps", { minutes: 5 }, NOW).parameters[3]).toBe("5");
  });

  it.each<[string, ParameterValues]>([
    ["since and until", { since: at("2026-11-01T08:30Z"), until: at("2026-11-01T10:00Z") }],
    ["the older names, whose last hour is included", { from: at("2026/11/01/08"), to: at("2026/11/01/09") }],
  ])("takes the hours of arrival from %s", (_what, values) => {
    expect(questionOf(undefined, "rejections", values, NOW).parameters).toEqual(["2026/11/01/08", "2026/11/01/09"]);
  });

  it.each<[string, string | undefined, string | undefined, ParameterValues, string]>([
    ["nothing", undefined, undefined, {}, '"--query NAME"'],
    ["both", "SELECT 1", "gaps", {}, '"--query NAME"'],
    ["an unknown query", undefined, "gap", {}, "device-day, hourly-values, anomalies-by-device, gaps, late-arrivals"],
    [
      "a parameter that is missing",
      undefined,
      "device-day",
      {},
      '"--device" is required by "device-day": the thing\'s name',
    ],
    [
      "a parameter that it has not",
      undefined,
      "hourly-values",
      { device: "a" },
      '"hourly-values" has no parameter "--device"',
    ],
    [
      "hours that would be ignored",
      "SELECT 1",
      undefined,
      { from: at("2026/11/24/00") },
      '"--from" must be given with "--query NAME"',
    ],
    ["minutes that would be ignored", "SELECT 1", undefined, { minutes: 10 }, '"--minutes" must be given with'],
    ["a device that would be ignored", "SELECT 1", undefined, { device: "a" }, '"--device" must be given with'],
    [
      "hours in the wrong order",
      undefined,
      "gaps",
      { from: at("2026/11/24/05"), to: at("2026/11/24/04") },
      '"--from" must be at or before "--to", got "2026/11/24/05" and "2026/11/24/04"',
    ],
    [
      "a first hour after now",
      undefined,
      "gaps",
      { from: at("2027/01/01/00") },
      '"--from" must be before "--until", got "2027/01/01/00" and now',
    ],
    ["a second statement", "SELECT 1; SELECT 2", undefined, {}, 'got a second one at "SELECT"'],
    [
      "a second statement after a comment",
      "SELECT 1 /* ; */; -- end\nDROP TABLE x",
      undefined,
      {},
      'got a second one at "DROP"',
    ],
    ["what is no SELECT", "SHOW TABLES", undefined, {}, 'must begin with SELECT or WITH, got "SHOW"'],
    ["what writes", "COPY (SELECT 1) TO 'x'", undefined, {}, 'got "COPY"'],
    ["what changes behind a WITH", "WITH a AS (SELECT 1) DELETE FROM readings", undefined, {}, 'got "DELETE"'],
    ["nothing at all", " -- only a comment", undefined, {}, "got nothing"],
    ["a value that is left open", "SELECT * FROM readings WHERE device_id = ?", undefined, {}, 'got "?"'],
  ])("refuses %s", (_what, sql, name, values, message) => {
    expect(() => questionOf(sql, name, values, NOW)).toThrow(message);
  });
});

import { describe, expect, it } from "@jest/globals";
import { questionOf } from "../../cli/history/question";
import { NAMED_QUERIES } from "../../lib/named-queries";

const NOW = Date.UTC(2026, 10, 24, 3, 59, 59);
const sqlOf = (name: string) => NAMED_QUERIES.find((query) => query.name === name)?.sql;

describe("questionOf", () => {
  it("takes SQL as it is", () => {
    expect(questionOf("SELECT 1", undefined, {}, NOW)).toEqual({ sql: "SELECT 1", parameters: [] });
  });

  it("fills a named query's parameters in their order, with the last 24 hours and the query's own defaults", () => {
    expect(questionOf(undefined, "gaps", {}, NOW)).toEqual({
      sql: sqlOf("gaps"),
      parameters: ["2026/11/23/03", "2026/11/24/03", "2026/11/23/03", "15"],
    });
    const values = { from: "2026/11/01/00", to: "2026/11/02/23", device: "sensor-001" };
    expect(questionOf(undefined, "device-day", values, NOW).parameters).toEqual([
      "2026/11/01/00",
      "2026/11/02/23",
      "2026/11/01/00",
      "sensor-001",
    ]);
  });

  it.each<[string, string | undefined, string | undefined, Record<string, string>, string]>([
    ["nothing", undefined, undefined, {}, '"--query NAME"'],
    ["both", "SELECT 1", "gaps", {}, '"--query NAME"'],
    ["an unknown query", undefined, "gap", {}, "device-day, hourly-values, anomalies-by-device, gaps, late-arrivals"],
    ["a parameter that is missing", undefined, "device-day", {}, '"device-day" needs "--device": the thing\'s name'],
    ["a parameter that it has not", undefined, "hourly-values", { device: "a" }, '"hourly-values" has no "--device"'],
    ["an hour that is none", undefined, "gaps", { from: "2026-11-24" }, 'yyyy/MM/dd/HH, got "2026-11-24"'],
    ["minutes that are none", undefined, "gaps", { minutes: "ten" }, '"--minutes" must be a whole number, got "ten"'],
  ])("refuses %s", (_what, sql, name, values, message) => {
    expect(() => questionOf(sql, name, values, NOW)).toThrow(message);
  });
});

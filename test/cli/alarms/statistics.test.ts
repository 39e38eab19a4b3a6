import { describe, expect, it } from "vitest";
import { mostFrequent, statistics } from "../../../cli/alarms/statistics";
import type { ListedAlarm } from "../../../watch/machine/list-alarms";
import type { HistoryLine } from "../../../watch/store/history-item";
import { M, T0 } from "../../watch/plants";

const HOUR = 60 * M;
const NOW = T0 + 10 * HOUR;
const raise = (at: number, change: Partial<HistoryLine> = {}): HistoryLine => ({
  alarm: `boiler-7/hot/temperature#${at}`,
  event: "raise",
  at: T0 + at,
  told: true,
  ...change,
});
const active = (raisedAt: number): ListedAlarm => ({
  alarm: "boiler-7/hot/temperature#1",
  device: "boiler-7",
  rule: "hot",
  occurrence: 1,
  state: "active",
  since: raisedAt,
  raisedAt,
  priority: "high",
});

function measured(lines: readonly HistoryLine[], alarms: readonly ListedAlarm[] = []) {
  const { rows } = statistics({ lines, from: T0, until: NOW, alarms, shelves: 2, now: NOW });
  return Object.fromEntries(
    rows.map(([measure, value, , verdict]) => [String(measure).split(":")[0], [value, verdict]]),
  );
}

describe("the statistics of alarms", () => {
  it.each([
    [60, 6, "acceptable"],
    [61, 6.1, "manageable"],
    [120, 12, "manageable"],
    [121, 12.1, "too many"],
  ])("of %i raises in ten hours are %f an hour, %s", (count, rate, verdict) => {
    const lines = Array.from({ length: count }, (_, i) => raise(i * 4 * M));
    expect(measured(lines)).toMatchObject({ "raises told": [count, ""], "raises told per hour": [rate, verdict] });
  });

  it("see a flood in more than ten raises in ten minutes, and one flood in a long one", () => {
    const every = (count: number, ms: number) => Array.from({ length: count }, (_, i) => raise(i * ms));
    expect(measured(every(10, M))).toMatchObject({
      "raises told in the busiest 10 minutes": [10, "acceptable"],
      floods: [0, "acceptable"],
    });
    expect(measured(every(11, M))).toMatchObject({ floods: [0, "acceptable"] });
    expect(measured(every(40, M / 2))).toMatchObject({
      "raises told in the busiest 10 minutes": [20, "too many"],
      "raises told in the busiest hour": [40, "too many"],
      floods: [1, "too many"],
    });
  });

  it("count what is not told, chatters, is stale, and how long an acknowledgement takes", () => {
    const lines = [
      raise(0, { alarm: "a#1" }),
      raise(M, { told: false, reason: "suppressed by hot" }),
      raise(2 * M, { alarm: "a#1", event: "ack", told: false }),
      raise(3 * M, { alarm: "a#2", event: "chattering" }),
      raise(4 * M, { alarm: "a#3", event: "chattering" }),
    ];
    const stale = Array.from({ length: 5 }, () => active(NOW - 24 * HOUR));
    expect(measured(lines, [...stale, active(NOW - 24 * HOUR + 1)])).toMatchObject({
      "raises told": [3, ""],
      "raises not told": [1, ""],
      "alarms that chattered": [1, "too many"],
      "median time to acknowledge": ["2 min", ""],
      "stale now": [5, "too many"],
      "active now": [6, ""],
      "shelves now": [2, ""],
    });
    expect(measured([], stale.slice(1))).toMatchObject({ "stale now": [4, "acceptable"] });
  });

  it("name the most frequent alarms with their share", () => {
    const lines = [raise(0, { alarm: "a#1" }), raise(1, { alarm: "b#1" }), raise(2, { alarm: "a#2" })];
    expect(mostFrequent([...lines, raise(3, { alarm: "c#1", told: false })]).rows).toEqual([
      ["a", 2, "67 %"],
      ["b", 1, "33 %"],
    ]);
  });
});

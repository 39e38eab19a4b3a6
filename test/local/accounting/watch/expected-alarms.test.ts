import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectedAlarms } from "../../../../local/accounting/watch/expected-alarms";
import type { LiveReading } from "../../../../local/accounting/watch/sent-by-device";
import type { SweepLook } from "../../../../local/accounting/watch/watch-ledger";
import type { AlarmEvent } from "../../../../watch/machine/alarm-event";
import { tryRules } from "../../../../watch/machine/try-rules";
import { checkWatchRules } from "../../../../watch/rules/check-rules";
import { RuleSet } from "../../../../watch/rules/rule-set";

const START = 1_767_225_600_000;
const SECOND = 1000;
const LIMITS = new Map([["temperature", { min: 0, max: 100 }]]);

function rulesOf(given: object): RuleSet {
  const checked = checkWatchRules(given);
  if (!checked.ok) throw new Error(checked.problems.join("\n"));
  return new RuleSet(checked.rules, [], LIMITS);
}

/** Readings of one sensor, each so many seconds after the start, that arrive half a second later. */
const readings = (...of: readonly (readonly [second: number, value: number])[]): LiveReading[] =>
  of.map(([second, value]) => ({
    sensorType: "temperature",
    value,
    time: START + second * SECOND,
    arrivedAt: START + second * SECOND + 500,
  }));

const at = (second: number) => START + second * SECOND;

describe("expectedAlarms", () => {
  const hot = (more: object = {}) => rulesOf({ hot: { sensorType: "temperature", above: 90, deadband: 5, ...more } });
  const ofHot = (rules: RuleSet, sent: LiveReading[], looks: readonly SweepLook[] = []) =>
    expectedAlarms("a", sent, rules, looks).get("hot/temperature");

  it("raises strictly past the limit, ends inside the deadband, and goes on in between", () => {
    expect(ofHot(hot(), readings([0, 90], [1, 91], [2, 86], [3, 85], [4, 95]))).toEqual([
      { from: at(1), to: at(1), arrivedAt: at(1) + 500, endedAt: at(3), mustBe: true },
      { from: at(4), to: at(4), arrivedAt: at(4) + 500, mustBe: true },
    ]);
  });

  it("waits for the delays, and forgets a raise that came back", () => {
    const rules = hot({ for: "10s", clearFor: "20s" });
    expect(
      ofHot(rules, readings([0, 95], [5, 80], [10, 95], [25, 95], [30, 80], [40, 95], [45, 80], [70, 80])),
    ).toEqual([{ from: at(20), to: at(20), endedAt: at(65), mustBe: true }]);
  });

  it("passes over duplicates, and tells nothing where a reading overtook another", () => {
    const [first, second] = readings([1, 95], [2, 80]) as [LiveReading, LiveReading];
    expect(ofHot(hot(), [first, second, first])).toMatchObject([{ from: at(1), endedAt: at(2) }]);
    expect(ofHot(hot(), [second, first])).toBeUndefined();
  });

  it("does not follow what it does not know", () => {
    expect(expectedAlarms("a", readings([0, 1]), rulesOf({ stuck: { flatFor: "1m" } }), [])).toEqual(
      new Map([["stuck/temperature", undefined]]),
    );
    expect(ofHot(hot({ latch: true }), readings([0, 95]))).toBeUndefined();
  });

  it("demands a silence that a sweep has seen, allows one that none has, and forbids a short one", () => {
    const rules = rulesOf({ quiet: { silentFor: "1m" } });
    const silences = (gap: number, looks: readonly SweepLook[]) =>
      expectedAlarms("a", readings([0, 1], [gap, 1]), rules, looks)
        .get("quiet")
        ?.slice(1, 2);
    const silence = { from: at(60) + 500, to: at(72) + 500, endedAt: at(90) + 500 };
    expect(silences(90, [{ clock: at(80), endedAt: at(85) }])).toEqual([{ ...silence, mustBe: true }]);
    expect(silences(90, [{ clock: at(80), endedAt: at(91) }])).toEqual([{ ...silence, mustBe: false }]);
    expect(silences(90, [{ clock: at(70), endedAt: at(75) }])).toEqual([{ ...silence, mustBe: false }]);
    expect(silences(60, [])).toEqual([expect.objectContaining({ from: at(120) + 500 })]);
  });

  it("allows a silence before the first reading, of a device that was added", () => {
    const [before] =
      expectedAlarms("a", readings([0, 1]), rulesOf({ quiet: { silentFor: "1m" } }), []).get("quiet") ?? [];
    expect(before).toEqual({ from: 0, to: at(0) + 500, endedAt: at(0) + 500, mustBe: false });
  });

  it("agrees with the watch's own machine, whatever the readings", () => {
    const sent = fc.array(fc.tuple(fc.integer({ min: 1, max: 100 }), fc.constantFrom(70, 86, 89, 91, 110, -5)), {
      minLength: 1,
      maxLength: 40,
    });
    const delay = fc.constantFrom("0", "10s", "1m");
    const rule = fc.record({ for: delay, clearFor: delay, deadband: fc.constantFrom(0, 5) });
    const condition = fc.constantFrom({ above: 90 }, { below: 80 }, { outside: [75, 100] }, { anomaly: true });
    fc.assert(
      fc.property(sent, rule, condition, fc.boolean(), (steps, given, kind, isWatched) => {
        const quiet = isWatched ? { quiet: { silentFor: "1m" } } : {};
        const rules = rulesOf({ hot: { sensorType: "temperature", ...given, ...kind }, ...quiet });
        const seconds = steps.map((_, i) => steps.slice(0, i + 1).reduce((sum, [gap]) => sum + gap, 0));
        const own = readings(...steps.map(([, value], i) => [seconds[i] ?? 0, value] as const));
        const until = at((seconds.at(-1) ?? 0) + 200);
        const events = tryRules(
          "a",
          own.map((reading) => ({
            ...reading,
            type: "reading",
            quality: "good",
            isAnomaly: reading.value < 0 || reading.value > 100,
          })),
          rules,
          until,
        );
        const expected = ofHot(rules, own, [{ clock: until, endedAt: until }]);
        // A sweep within a long gap may have decided first.
        if (expected === undefined) return;
        expect(expected.map(({ from, endedAt }) => [from, endedAt])).toEqual(occurrences(events, "hot/temperature"));
      }),
    );
  });
});

/** The occurrences of an alarm in the machine's events. */
function occurrences(events: readonly AlarmEvent[], key: string): readonly (readonly [number, number | undefined])[] {
  const own = events.filter((event) => event.key === key && event.raises === undefined);
  const raised = events.filter(({ kind, key: of }) => of === key && (kind === "raise" || kind === "chattering"));
  return raised.map(({ n, at: raisedAt }) => [raisedAt, own.find((each) => each.kind === "end" && each.n === n)?.at]);
}

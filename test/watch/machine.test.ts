import { describe, expect, it, vi } from "vitest";
import { keyOf, keyText, parseAlarmName } from "../../watch/machine/alarm-name";
import { step } from "../../watch/machine/step";
import { visit } from "../../watch/machine/visit";
import type { WatchEvent } from "../../watch/machine/watch-event";
import { anyRule, clock, DEVICE, type Life, live, M, reading, rule, ruleSet, S, T0 } from "./plants";

const ack = (n: number, at: number, key = "hot/temperature"): WatchEvent => ({
  type: "ack",
  key,
  n,
  by: "ana",
  at: T0 + at,
});
const phases = ({ transitions }: Life) => transitions.map(({ to }) => to);
/** What happened, and whether it was told. */
const story = ({ events }: Life) =>
  events.map(({ kind, n, told, at }) => `${kind}#${n}${told ? "" : " untold"} +${(at - T0) / S}`);

describe("the table of states", () => {
  const delayed = ruleSet([rule({ forMs: 2 * M, clearForMs: 5 * M })]);
  const every = (from: number, to: number, value: number) => {
    const events: WatchEvent[] = [];
    for (let at = from; at < to; at += 20 * S) events.push(reading(at, value));
    return events;
  };

  it("raises once the condition has held for its delay, dated when it had", () => {
    const life = live([...every(0, 130 * S, 97)], delayed);
    expect(story(life)).toEqual(["raise#1 +120"]);
    expect(life.events[0]).toMatchObject({ value: 97, peak: 97, limit: 90, raisedAt: T0 + 2 * M });
  });

  it("counts a raise that was gone before its delay, and tells nothing", () => {
    const life = live([reading(0, 97), reading(20 * S, 88)], delayed);
    expect(phases(life)).toEqual(["raising", "normal"]);
    expect(life.state.alarms.get("hot/temperature")?.fleeting).toBe(1);
    expect(life.events).toEqual([]);
  });

  it("is over once the value is good for as long, and keeps its peak", () => {
    const life = live([...every(0, 4 * M, 97), reading(4 * M, 99), ...every(5 * M, 11 * M, 80)], delayed);
    expect(story(life)).toEqual(["raise#1 +120", "end#1 +600"]);
    expect(life.events[1]).toMatchObject({ peak: 99, raisedAt: T0 + 2 * M });
  });

  it("goes back without a notice where the value leaves the good while it clears", () => {
    const life = live([...every(0, 4 * M, 97), reading(4 * M, 80), reading(5 * M, 88), reading(6 * M, 97)], delayed);
    expect(phases(life)).toEqual(["raising", "active", "clearing", "active"]);
    expect(story(life)).toEqual(["raise#1 +120"]);
  });

  it("neither raises nor clears by a value that has held for too long", () => {
    const quiet = ruleSet([
      rule({ forMs: 30 * M, clearForMs: 30 * M }),
      anyRule({ name: "quiet", condition: { kind: "silent", forMs: 15 * M } }),
    ]);
    expect(phases(live([reading(0, 97), reading(16 * M, 70)], quiet))).toEqual(["raising", "normal"]);
    const raised = live(every(0, 31 * M, 97), quiet);
    expect(phases(live([reading(31 * M, 70), clock(60 * M)], quiet, raised.state))).toEqual([
      "clearing",
      "active",
      "active",
    ]);
  });

  it("waits for a person where it is told to, and closes what nobody acknowledged with the next raise", () => {
    const set = ruleSet([rule({ acknowledge: true })]);
    const life = live([reading(0, 97), reading(M, 70), reading(2 * M, 97), ack(2, 3 * M), reading(4 * M, 70)], set);
    expect(phases(life)).toEqual(["active", "returned", "normal", "active", "normal"]);
    expect(story(life)).toEqual([
      "raise#1 +0",
      "end#1 +60",
      "closed#1 untold +120",
      "raise#2 +120",
      "ack#2 untold +180",
      "end#2 +240",
    ]);
    expect(life.events.at(-1)).toMatchObject({ by: "ana" });
  });

  it("is held until it is reset, and comes back under the same number without a notice", () => {
    const set = ruleSet([rule({ latch: true })]);
    const life = live([reading(0, 97), reading(M, 70), reading(2 * M, 97), reading(3 * M, 70), ack(1, 4 * M)], set);
    expect(phases(life)).toEqual(["active", "latched", "active", "latched", "normal"]);
    expect(story(life)).toEqual(["raise#1 +0", "end#1 +60", "reset#1 +240"]);
  });

  it.each([
    ["none", [], "there is no such alarm"],
    ["over", [reading(0, 97), reading(M, 70)], "it is not active"],
    ["another occurrence", [reading(0, 97), reading(M, 70), reading(2 * M, 97)], "the current occurrence is #2"],
  ])("refuses to acknowledge what is %s", (_what, events, reason) => {
    const { state } = live(events, ruleSet([rule()]));
    const { refusal, ...done } = step(DEVICE, state, ack(1, 3 * M), ruleSet([rule()]));
    expect(refusal?.reason).toBe(reason);
    expect(done).toEqual({ state, events: [], transitions: [] });
  });

  it("reminds of what nobody acknowledged, once for all that was missed", () => {
    const set = ruleSet([rule({ remindEveryMs: 10 * M })]);
    expect(story(live([reading(0, 97), clock(11 * M), clock(45 * M), ack(1, 46 * M), clock(90 * M)], set))).toEqual([
      "raise#1 +0",
      "reminder#1 +600",
      "reminder#1 +2400",
      "ack#1 untold +2760",
    ]);
  });
});

describe("chattering", () => {
  const flap = (count: number, every: number) =>
    Array.from({ length: count }, (_, i) => [reading(i * every, 97), reading(i * every + S, 70)]).flat();

  it("tells the third raise in fifteen minutes as such, counts the later ones, and ends after fifteen minutes of quiet", () => {
    const life = live([...flap(5, M), clock(30 * M)], ruleSet([rule()]));
    expect(story(life).filter((line) => !line.includes("untold"))).toEqual([
      "raise#1 +0",
      "end#1 +1",
      "raise#2 +60",
      "end#2 +61",
      "chattering#3 +120",
      "end#3 +1141",
    ]);
    expect(life.events.at(-1)).toMatchObject({ raises: 5, raisedAt: T0 + 2 * M });
  });

  it.each([
    [7 * M + 29 * S, true],
    [7 * M + 30 * S, false],
  ])("of raises %d ms apart is %s", (every, is) => {
    const { events } = live(flap(3, every), ruleSet([rule()]));
    expect(events.some(({ kind }) => kind === "chattering")).toBe(is);
  });
});

describe("an overlay", () => {
  const shelve = (at: number, until: number | undefined, key = "hot"): WatchEvent => ({
    type: "shelve",
    key,
    by: "ana",
    at: T0 + at,
    ...(until !== undefined && { until: T0 + until }),
  });

  it("that ends while the alarm is active has it told then, once", () => {
    const life = live(
      [shelve(0, 10 * M), reading(M, 97), clock(9 * M), reading(12 * M, 97), reading(13 * M, 70)],
      ruleSet([rule()]),
    );
    expect(story(life)).toEqual(["shelve#0 untold +0", "raise#1 untold +60", "raise#1 +600", "end#1 +780"]);
  });

  it("that outlasts the alarm leaves neither raise nor end", () => {
    const life = live([shelve(0, 10 * M), reading(M, 97), reading(2 * M, 70), clock(12 * M)], ruleSet([rule()]));
    expect(life.events.filter(({ told }) => told)).toEqual([]);
    expect(life.events.at(-1)).toMatchObject({ kind: "unshelve", reason: "expired" });
  });

  it("for once ends with the alarm", () => {
    const life = live(
      [shelve(0, undefined), reading(M, 97), reading(2 * M, 70), reading(3 * M, 97)],
      ruleSet([rule()]),
    );
    expect(story(life).filter((line) => !line.includes("untold"))).toEqual(["raise#2 +180"]);
  });

  it("for once ends with an alarm that a changed rule ends, too", () => {
    const before = live([reading(0, 97), shelve(S, undefined)], ruleSet([rule()]));
    const changed = ruleSet([rule({ condition: { kind: "above", limit: 95 } })]);
    const after = live([reading(M, 70), reading(2 * M, 97)], changed, before.state);
    expect(story(after)).toEqual(["end#1 +60", "unshelve#1 untold +60", "raise#2 +120"]);
  });

  it("is the rule that speaks for another, until it is over", () => {
    const warm = rule({ name: "warm", condition: { kind: "above", limit: 80 }, under: "hot" });
    const life = live([reading(0, 97), reading(M, 84)], ruleSet([rule(), warm]));
    expect(life.events.map(({ kind, key, told, reason }) => [kind, key, told, reason])).toEqual([
      ["raise", "hot/temperature", true, undefined],
      ["raise", "warm/temperature", false, "suppressed by hot"],
      ["end", "hot/temperature", true, undefined],
      ["raise", "warm/temperature", true, undefined],
    ]);
  });

  it.each([
    ["raised by one reading", {}, 1],
    ["raised by one timer", { forMs: 2 * M }, 7],
  ])("is the rule that speaks for another, wherever it is written: %s", (_what, delay, readings) => {
    const alert = rule({ name: "alert", condition: { kind: "above", limit: 80 }, under: "critical", ...delay });
    const between = rule({ name: "between", condition: { kind: "above", limit: 85 }, under: "alert", ...delay });
    const critical = rule({ name: "critical", ...delay });
    const set = ruleSet([between, alert, critical]);
    const list = Array.from({ length: readings }, (_, i) => reading(i * 20 * S, 97));
    const told = ({ events }: Life) => events.filter((event) => event.told).map(({ key }) => key);
    expect(told(live(list, set))).toEqual(["critical/temperature"]);
    const { state } = live(list.slice(0, -1), set);
    const inOtherOrder = { ...state, alarms: new Map([...state.alarms].reverse()) };
    expect(told(live(list.slice(-1), set, inOtherOrder))).toEqual(["critical/temperature"]);
  });

  it("is the silence of the plant, as long as a sweep says so", () => {
    const set = ruleSet([anyRule({ name: "quiet", condition: { kind: "silent", forMs: 5 * M } })]);
    const silent = live([reading(0, 20), clock(6 * M, true), clock(7 * M, true)], set);
    expect(silent.events).toMatchObject([{ kind: "raise", told: false, reason: "suppressed by plant silent" }]);
    expect(live([clock(8 * M, false)], set, silent.state).events).toMatchObject([{ kind: "raise", told: true }]);
    expect(live([reading(8 * M, 20)], set, silent.state).events).toMatchObject([{ kind: "end", told: false }]);
  });

  it.each([
    [7 * 24 * 60 * M, 1],
    [7 * 24 * 60 * M + 1, 0],
    [0, 0],
  ])("of %d ms is put up: %d", (ms, shelves) => {
    expect(live([shelve(0, ms)], ruleSet([rule()])).state.shelves.size).toBe(shelves);
  });

  describe("that is a quiet time", () => {
    const H = 60 * M;
    const night = [{ device: "*", fromMinute: 22 * 60, toMinute: 23 * 60, timezone: "UTC", reason: "cleaning" }];
    const silence = anyRule({ name: "quiet", condition: { kind: "silent", forMs: 15 * M } });

    it.each([
      ["another sensor's reading", [reading(22 * H + M, 97), reading(22 * H - M, 20, { sensorType: "pressure" })]],
      ["a sweep, which stays behind", [reading(22 * H - 18 * M + 20 * S, 20), clock(22 * H + 40 * S)]],
    ])("holds a raise back from what is dated before it: %s", (_what, happened) => {
      const set = ruleSet([rule(), rule({ name: "other", sensorType: "pressure" }), silence], night);
      const held = live(happened, set);
      expect(held.events).toMatchObject([{ kind: "raise", told: false }]);
      expect(live([clock(23 * H + M)], set, held.state).events[0]).toMatchObject({ told: true, at: T0 + 23 * H });
    });
  });

  it("of a whole device must have an end", () => {
    expect(live([shelve(0, undefined, "*")], ruleSet([rule()])).state.shelves.size).toBe(0);
  });
});

describe("a reading of bad quality", () => {
  const bad = (at: number) => reading(at, 97, { quality: "bad" });
  const set = ruleSet([
    rule({ forMs: 2 * M }),
    anyRule({ name: "quiet", condition: { kind: "silent", forMs: 15 * M } }),
  ]);

  it("is not judged, is a sign of life, and is an alarm of its own that a good one ends", () => {
    const life = live([reading(0, 20), bad(10 * M), clock(20 * M), reading(21 * M, 20)], set);
    expect(life.events.map(({ kind, key }) => `${kind} ${key}`)).toEqual([
      "raise quality/temperature",
      "end quality/temperature",
    ]);
  });

  it("does not make the value before it hold for longer", () => {
    const life = live(
      [reading(0, 97), ...[1, 2, 3].map((i) => bad(i * S)), clock(30 * M)],
      ruleSet([rule({ forMs: 20 * M }), anyRule({ name: "quiet", condition: { kind: "silent", forMs: 15 * M } })]),
    );
    expect(life.transitions.filter(({ key }) => key === "hot/temperature").map(({ to }) => to)).toEqual([
      "raising",
      "normal",
    ]);
  });
});

describe("a rule that compares a reading with those before it", () => {
  it("finds a value that keeps to itself, and is over once it moves", () => {
    const stuck = ruleSet([
      rule({ name: "stuck", condition: { kind: "flat", forMs: 2 * M, tolerance: 0.1 }, deadband: 0 }),
    ]);
    const flat = [0, 30, 60, 90, 119].map((at) => reading(at * S, 50 + at / 10_000));
    expect(live(flat, stuck).events).toEqual([]);
    expect(story(live([...flat, reading(120 * S, 50), reading(150 * S, 50.2)], stuck))).toEqual([
      "raise#1 +120",
      "end#1 +150",
    ]);
  });

  it.each([
    ["removed for a while", [rule()], 1],
    ["changed", [rule(), rule({ name: "stuck", condition: { kind: "flat", forMs: 2 * M, tolerance: 5 } })], 0.1],
  ])("forgets to what value a sensor kept where it was %s", (_what, between, tolerance) => {
    const stuck = ruleSet([rule({ name: "stuck", condition: { kind: "flat", forMs: 2 * M, tolerance } })]);
    const start = between.length === 1 ? stuck : ruleSet(between);
    const first = visit(DEVICE, undefined, [reading(0, 50), reading(S, 50)], start);
    const then = visit(DEVICE, first.state, [reading(M, 52)], ruleSet(between));
    expect(then.mustWrite).toBe(true);
    const back = live([reading(3 * M, 50), reading(5 * M - 1, 50), reading(5 * M, 50)], stuck, then.state);
    expect(story(back)).toEqual(["raise#1 +300"]);
  });

  it("does not take a gap for a value that keeps to itself", () => {
    const stuck = ruleSet([
      rule({ name: "stuck", condition: { kind: "flat", forMs: 20 * M, tolerance: 0 }, deadband: 0 }),
    ]);
    expect(live([reading(0, 50), reading(20 * M, 50)], stuck).events).toEqual([]);
  });

  it.each([
    [20 * S, 3.4, 1],
    [20 * S, 3.3, 0],
    [10, 0.1, 0],
    [10, 0.2, 1],
  ])("over %d ms finds a change of %d: %d", (ms, change, raised) => {
    const fast = ruleSet([rule({ name: "fast", condition: { kind: "change", perMinute: 10 }, deadband: 0 })]);
    expect(live([reading(0, 50), reading(ms, 50 + change)], fast).events).toHaveLength(raised);
  });
});

describe("time", () => {
  it("in the future counts as the arrival, and hides no reading after it", () => {
    const ahead = reading(60 * M, 97, { arrivedAt: T0 });
    expect(story(live([ahead, reading(M, 70)], ruleSet([rule()])))).toEqual(["raise#1 +0", "end#1 +60"]);
  });

  it.each([
    [5 * M, 1],
    [5 * M + 1, 0],
  ])("%d ms before the arrival is judged: %d", (age, raised) => {
    expect(live([reading(0, 97, { arrivedAt: T0 + age })], ruleSet([rule()])).events).toHaveLength(raised);
  });
});

describe("a visit", () => {
  it("does not go through all alarms of a device for each of its readings", () => {
    const set = ruleSet([
      anyRule(),
      anyRule({ name: "odd", device: "boiler-*", condition: { kind: "outside", low: 0, high: 90 } }),
      anyRule({ name: "quiet", condition: { kind: "silent", forMs: 15 * M } }),
    ]);
    const message = (from: number) =>
      Array.from({ length: 1000 }, (_, i) => reading(from + Math.floor(i / 200), 97, { sensorType: `t${i % 200}` }));
    const { state } = visit(DEVICE, undefined, message(0), set);
    const find = vi.spyOn(set, "find");
    const { fates } = visit(DEVICE, state, message(S), set);
    expect(fates).toEqual(Array.from({ length: 1000 }, () => "judged"));
    expect(find.mock.calls.length).toBeLessThanOrEqual(2 * state.alarms.size);
  });
});

describe("an alarm's name", () => {
  it.each([
    ["boiler-7", { deviceId: "boiler-7", key: "", n: undefined }],
    ["boiler-7/quiet#3", { deviceId: "boiler-7", key: "quiet", n: 3 }],
    ["boiler-7/hot/temp/in let#12", { deviceId: "boiler-7", key: "hot/temp/in let", n: 12 }],
    ["boiler-7#3", undefined],
    ["boiler 7/hot", undefined],
    ["boiler-7/hot#x", undefined],
  ])("%s is %j", (name, parsed) => {
    expect(parseAlarmName(name)).toEqual(parsed);
  });

  it("keeps a slash in a sensor type", () => {
    expect(keyOf(keyText({ rule: "hot", sensorType: "a/b" }))).toEqual({ rule: "hot", sensorType: "a/b" });
  });
});

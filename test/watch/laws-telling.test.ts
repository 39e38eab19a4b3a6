import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AlarmEvent } from "../../watch/machine/alarm-event";
import { keyText } from "../../watch/machine/alarm-name";
import { step } from "../../watch/machine/step";
import type { WatchEvent } from "../../watch/machine/watch-event";
import type { QuietWindow, WatchRule } from "../../watch/rules/rule";
import { RuleSet } from "../../watch/rules/rule-set";
import { anyRule, BOUNDS, clock, DEVICE, live, M, reading, rule, ruleSet, rules, streams, T0 } from "./plants";

const RUNS = { numRuns: 1000 };
const quietAlways: QuietWindow = { device: "*", fromMinute: 5, toMinute: 25, timezone: "UTC", reason: "cleaning" };
const silence = anyRule({ name: "quiet", condition: { kind: "silent", forMs: 15 * M }, acknowledge: true });

/** What people and sweeps do, at any time. */
const deeds: fc.Arbitrary<WatchEvent> = fc.oneof(
  fc.record({ at: fc.nat(90 * M), plantSilent: fc.boolean() }).map(({ at, plantSilent }) => clock(at, plantSilent)),
  fc
    .record({
      key: fc.constantFrom("hot", "hot/temperature", "warm/temperature", "*"),
      at: fc.nat(90 * M),
      for: fc.integer({ min: 1, max: 30 * M }),
      once: fc.boolean(),
    })
    .map(({ key, at, for: ms, once }) => ({
      type: "shelve" as const,
      key,
      by: "ana",
      at: T0 + at,
      ...(!once && { until: T0 + at + ms }),
    })),
  fc
    .record({ key: fc.constantFrom("hot", "hot/temperature", "*"), at: fc.nat(90 * M) })
    .map(({ key, at }) => ({ type: "unshelve" as const, key, by: "ana", at: T0 + at })),
);
const acks: fc.Arbitrary<WatchEvent> = fc
  .record({
    key: fc.constantFrom("hot/temperature", "warm/temperature", "quiet"),
    n: fc.integer({ min: 1, max: 4 }),
    at: fc.nat(90 * M),
  })
  .map(({ key, n, at }) => ({ type: "ack" as const, key, n, by: "ana", at: T0 + at }));

/** Told raises and told ends of each alarm, in their order. */
function tellings(events: readonly AlarmEvent[]): Record<string, string[]> {
  const told: Record<string, string[]> = {};
  for (const { kind, key, n, told: isTold } of events) {
    if (!isTold || !["raise", "chattering", "end"].includes(kind)) continue;
    const own = told[key] ?? [];
    own.push(`${kind === "end" ? "end" : "raise"} ${n}`);
    told[key] = own;
  }
  return told;
}

function paired(told: readonly string[]): boolean {
  return told.every((one, i) => (i % 2 === 0 ? one.startsWith("raise") : one === told[i - 1]?.replace("raise", "end")));
}

describe("the laws of telling", () => {
  it("L4: a told raise has exactly one told end, whatever happens and in whatever order", () => {
    const stream = streams({ maxLength: 20, maxDelay: M });
    const happened = fc
      .tuple(stream, stream, fc.array(fc.oneof(deeds, acks), { maxLength: 10 }))
      .chain(([a, b, c]) =>
        fc.shuffledSubarray<WatchEvent>([...a, ...b, ...c], { minLength: a.length + b.length + c.length }),
      );
    const sets = fc.record({ hot: rules(), warm: rules(), isQuiet: fc.boolean(), changedAt: fc.nat(40) });
    fc.assert(
      fc.property(sets, happened, ({ hot, warm, isQuiet, changedAt }, events) => {
        const all: readonly WatchRule[] = [hot, { ...warm, name: "warm", under: "hot" }, silence];
        const first = ruleSet(all, isQuiet ? [quietAlways] : []);
        const later = ruleSet([{ ...hot, forMs: hot.forMs + M }, silence]);
        const start = live(events.slice(0, changedAt), first);
        const end = live(events.slice(changedAt), later, start.state);
        const gone = live([{ type: "forget", at: T0 + 1000 * M, reason: "removed" }], later, end.state);
        for (const told of Object.values(tellings([...start.events, ...end.events]))) expect(paired(told)).toBe(true);
        for (const told of Object.values(tellings([...start.events, ...end.events, ...gone.events])))
          expect(told.length % 2).toBe(0);
      }),
      RUNS,
    );
  });

  it("L4: in order too, where flapping is chattering", () => {
    const flapping = fc.array(
      fc.record({ gap: fc.constantFrom(20_000, 4 * M, 16 * M), value: fc.constantFrom(70, 97) }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(rules(fc.constant({})), flapping, fc.array(deeds, { maxLength: 6 }), (one, list, extra) => {
        let at = 0;
        const events: WatchEvent[] = list.map(({ gap, value }) => {
          at += gap;
          return reading(at, value);
        });
        for (const deed of extra) events.splice(events.length % 7, 0, deed);
        const all = live([...events, clock(at + 60 * M)], ruleSet([one]));
        for (const told of Object.values(tellings(all.events))) expect(paired(told)).toBe(true);
      }),
      RUNS,
    );
  });

  it("L10: the same rules deployed again are no event, with other words too", () => {
    fc.assert(
      fc.property(rules(), streams(), fc.nat(25), (one, events, place) => {
        const again = ruleSet([{ ...one, text: "Too hot", runbook: "https://wiki.example.com", priority: "low" }]);
        const before = live(events.slice(0, place), ruleSet([one]));
        const after = live(events.slice(place), again, before.state);
        const whole = live(events, ruleSet([one]));
        expect([...before.transitions, ...after.transitions]).toEqual(whole.transitions);
        const at = T0 + (place > 0 ? (events[place - 1]?.time ?? T0) - T0 : 0);
        expect(
          step(DEVICE, before.state, { type: "rejected", arrivedAt: at, reason: "not_json" }, again).events,
        ).toEqual([]);
      }),
      RUNS,
    );
  });

  it.each([
    ["changed", [rule({ condition: { kind: "above", limit: 95 } })], "rule changed"],
    ["removed", [], "rule removed"],
    ["given to other devices", [rule({ device: "pump-*" })], "rule removed"],
  ])("L10: a rule that is %s gives an active alarm one end, with its reason", (_what, next, reason) => {
    const before = live([reading(0, 97)], ruleSet([rule()]));
    const after = live([clock(M), clock(2 * M)], ruleSet(next), before.state);
    expect(after.events).toHaveLength(1);
    expect(after.events[0]).toMatchObject({ kind: "end", key: "hot/temperature", n: 1, told: true, reason });
  });

  it("L11: overlays anywhere leave the machine's states as they are", () => {
    const plant = fc.tuple(
      rules(),
      rules(),
      streams({ maxLength: 30 }),
      fc.array(fc.tuple(fc.nat(40), deeds), { maxLength: 10 }),
    );
    fc.assert(
      fc.property(plant, ([hot, warm, events, extra]) => {
        const covered: WatchEvent[] = [...events];
        const bare: WatchEvent[] = [...events];
        for (const [place, deed] of extra) {
          const at = Math.min(place, covered.length);
          covered.splice(at, 0, deed);
          // A sweep moves the machine with or without overlays: it is at the same place in both.
          bare.splice(
            at,
            0,
            deed.type === "clock" ? { ...deed, plantSilent: false } : { type: "rejected", arrivedAt: T0, reason: "x" },
          );
        }
        const withOverlays = ruleSet([hot, { ...warm, name: "warm", under: "hot" }, silence], [quietAlways]);
        const without = ruleSet([hot, { ...warm, name: "warm" }, silence]);
        expect(live(covered, withOverlays).transitions).toEqual(live(bare, without).transitions);
      }),
      RUNS,
    );
  });

  it("L12: an acknowledgement of n never acknowledges another", () => {
    const happened = fc.tuple(streams(), fc.array(fc.tuple(fc.nat(30), acks), { maxLength: 12 }));
    fc.assert(
      fc.property(rules(), happened, (one, [events, commands]) => {
        const set = ruleSet([{ ...one, acknowledge: true }]);
        const mixed: WatchEvent[] = [...events];
        for (const [place, ack] of commands) mixed.splice(place, 0, ack);
        let { state } = live([], set);
        for (const event of mixed) {
          const before = event.type === "ack" ? state.alarms.get(event.key) : undefined;
          const done = step(DEVICE, state, event, set);
          if (event.type === "ack") {
            const refused = before?.n !== event.n || before.phase === "normal" || before.phase === "raising";
            expect(done.refusal !== undefined).toBe(refused);
            if (refused) expect(done.state.alarms).toEqual(state.alarms);
            if (refused && before !== undefined && before.n > 0) expect(done.refusal?.current).toBe(before.n);
          }
          for (const { kind, n, key } of done.events) if (kind === "ack") expect(n).toBe(done.state.alarms.get(key)?.n);
          state = done.state;
        }
      }),
      RUNS,
    );
  });

  it("keeps the promise of an overlay that ends: what is active then is told, once", () => {
    const deed = fc.oneof(deeds, deeds, acks);
    fc.assert(
      fc.property(rules(), streams(), fc.array(fc.tuple(fc.nat(30), deed), { maxLength: 10 }), (one, events, extra) => {
        const mixed: WatchEvent[] = [...events];
        for (const [place, event] of extra) mixed.splice(place, 0, event);
        const set = new RuleSet([one], [], BOUNDS);
        const end = live([...mixed, { type: "unshelve", key: "*", by: "x", at: T0 }], set).state;
        for (const [key, { phase, telling, acked }] of end.alarms) {
          if ((phase !== "active" && phase !== "clearing") || acked) continue;
          const names = ["hot", keyText({ rule: "hot", sensorType: "temperature" })];
          const isShelved = names.some((name) => end.shelves.has(name));
          if (!isShelved && key === "hot/temperature" && telling?.raises === undefined)
            expect(telling?.told ?? true).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

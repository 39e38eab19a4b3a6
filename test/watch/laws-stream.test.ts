import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WatchEvent } from "../../watch/machine/watch-event";
import {
  anyRule,
  type Batch,
  byAlarm,
  clock,
  inBatches,
  type Life,
  live,
  liveInBatches,
  M,
  memoryConditions,
  reading,
  rule,
  ruleSet,
  rules,
  S,
  streams,
  T0,
  values,
} from "./plants";

const RUNS = { numRuns: 1000 };

describe("the stream's laws", () => {
  it("L1: any split into batches, retry or crash gives the same transitions", () => {
    const plant = fc
      .tuple(rules(), streams())
      .chain(([one, events]) => fc.tuple(fc.constant(one), fc.constant(events), inBatches(events)));
    fc.assert(
      fc.property(plant, ([one, events, batches]) => {
        const set = ruleSet([one]);
        expect(liveInBatches(batches, set).transitions).toEqual(live(events, set).transitions);
      }),
      RUNS,
    );
  });

  it("L1: and of rules that compare a reading with those before it", () => {
    const plant = fc
      .tuple(rules(memoryConditions), streams())
      .chain(([one, events]) => fc.tuple(fc.constant(one), fc.constant(events), inBatches(events)));
    fc.assert(
      fc.property(plant, ([one, events, batches]) => {
        const set = ruleSet([one]);
        expect(liveInBatches(batches, set).transitions).toEqual(live(events, set).transitions);
      }),
      RUNS,
    );
  });

  it("L1: and of several sensors under each other, with sweeps between the batches", () => {
    const other = streams({ sensorType: "pressure" });
    const plant = fc
      .tuple(rules(), rules(), streams(), other, fc.array(fc.nat(120 * M), { maxLength: 6 }))
      .chain(([one, two, temperatures, pressures, sweeps]) => {
        const events = [...temperatures, ...pressures, ...sweeps.map((at) => clock(at))].sort(inArrival);
        return fc.tuple(fc.constant([one, two] as const), fc.constant(events), inBatches(events));
      });
    fc.assert(
      fc.property(plant, ([[one, two], events, batches]) => {
        const set = ruleSet([one, { ...two, name: "second", sensorType: "pressure", under: "hot" }]);
        const alone = batches.flatMap(({ events: run, fails }): Batch[] =>
          run.some(({ type }) => type === "clock")
            ? run.map((event) => ({ events: [event] }))
            : [{ events: run, fails }],
        );
        const whole = live(events, set);
        const split = liveInBatches(alone, set);
        expect(split.transitions).toEqual(whole.transitions);
        // When a quiet device was seen is stored now and then.
        const said = ({ events: happened }: Life) => happened.map(({ seenAt: _, ...rest }) => rest);
        expect(said(split)).toEqual(said(whole));
      }),
      RUNS,
    );
  });

  it("L2: duplicates change nothing", () => {
    const copies = fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 10 });
    const plant = fc.tuple(rules(), streams(), copies).chain(([one, events, again]) => {
      const doubled: WatchEvent[] = [...events];
      // A copy of the record at a place, anywhere after it.
      for (const [from, later] of again) {
        const event = events[from];
        if (event) doubled.splice(doubled.indexOf(event) + 1 + (later % (doubled.length - from)), 0, event);
      }
      return fc.tuple(fc.constant(one), fc.constant(events), fc.constant(doubled), inBatches(doubled));
    });
    fc.assert(
      fc.property(plant, ([one, events, doubled, batches]) => {
        const set = ruleSet([one]);
        const once = live(events, set);
        const twice = live(doubled, set);
        expect(twice).toEqual(once);
        expect(liveInBatches(batches, set).transitions).toEqual(once.transitions);
      }),
      RUNS,
    );
  });

  it("L3: sweeps anywhere give the same transitions, for delays up to the settle time, silent or not", () => {
    // At any time, and just before a reading is judged that was on its way: there a sweep could overtake it.
    const sweeps = fc.array(fc.oneof(fc.nat(120 * M), fc.record({ before: fc.nat(24) })), { maxLength: 12 });
    const silence = fc.option(fc.constantFrom(M, 2 * M, 15 * M), { nil: undefined });
    fc.assert(
      fc.property(rules(), silence, streams({ maxDelay: M }), sweeps, (one, forMs, events, at) => {
        const set = ruleSet(forMs ? [one, anyRule({ name: "quiet", condition: { kind: "silent", forMs } })] : [one]);
        const end = clock((events.at(-1)?.arrivedAt ?? T0) - T0 + 200 * M);
        const clocks = at.map((when) =>
          clock(typeof when === "number" ? when : (events[when.before]?.arrivedAt ?? T0) - T0),
        );
        const swept: WatchEvent[] = [...events, ...clocks].sort(inArrival);
        // Silence is what a sweep finds, and nothing else does: the rest must not depend on it.
        const { quiet: _without, ...without } = byAlarm(live([...events, end], set).transitions);
        const { quiet: _swept, ...withSweeps } = byAlarm(live([...swept, end], set).transitions);
        expect(withSweeps).toEqual(without);
      }),
      RUNS,
    );
  });

  it("L3: a delay that was over before the device fell silent raises, wherever a sweep falls", () => {
    const silent = anyRule({ name: "quiet", condition: { kind: "silent", forMs: M } });
    const set = ruleSet([rule({ forMs: 30 * S }), silent]);
    const events = [reading(S, 97), clock(80 * S), reading(90 * S, 70)];
    const hot = live(events, set).transitions.filter(({ key }) => key !== "quiet");
    expect(hot.map(({ to, at }) => [to, at - T0])).toEqual([
      ["raising", S],
      ["active", 31 * S],
      ["normal", 90 * S],
    ]);
  });

  it("L5: within the band no raise follows an end", () => {
    const plant = fc.tuple(
      rules(fc.constant({})),
      streams(),
      fc.array(fc.constantFrom(85, 85.1, 88, 90), { maxLength: 15 }),
    );
    fc.assert(
      fc.property(plant, ([one, events, inBand]) => {
        const set = ruleSet([one]);
        const first = live(events, set);
        const last = (events.at(-1)?.time ?? T0) - T0;
        const after = live(
          inBand.map((value, i) => reading(last + (i + 1) * 20 * S, value)),
          set,
          first.state,
        ).transitions;
        const ended = after.findIndex(({ to }) => ["normal", "returned", "latched"].includes(to));
        const isRaised = after
          .slice(ended < 0 ? after.length : ended)
          .some(({ to }) => to === "raising" || to === "active");
        expect(isRaised).toBe(false);
        expect(after.some(({ to }) => to === "raising")).toBe(false);
      }),
      RUNS,
    );
  });

  it("L6: nothing is raised before its delay, and nothing is over before its own", () => {
    fc.assert(
      fc.property(
        rules(fc.constant({})),
        streams(),
        fc.array(fc.nat(120 * M), { maxLength: 8 }),
        (one, events, sweeps) => {
          const swept: WatchEvent[] = [...events, ...sweeps.map((at) => clock(at))].sort(inArrival);
          for (const { from, to, at } of live(swept, ruleSet([one])).transitions) {
            const during = (ms: number) =>
              events.filter(({ time }) => time >= at - ms && time < at).map(({ value }) => value);
            if (to === "active" && from === "raising") {
              expect(events.some(({ time, value }) => time === at - one.forMs && value > 90)).toBe(true);
              expect(during(one.forMs).every((value) => value > 90)).toBe(true);
            }
            if (to === "active" && from === "normal") expect(one.forMs).toBe(0);
            if (from === "clearing" && to !== "active") {
              expect(events.some(({ time, value }) => time === at - one.clearForMs && value <= 85)).toBe(true);
              expect(during(one.clearForMs).every((value) => value <= 85)).toBe(true);
            }
            if (from === "active" && to !== "clearing") expect(one.clearForMs).toBe(0);
          }
        },
      ),
      RUNS,
    );
  });

  it("L9: backfill changes no alarm", () => {
    const old = fc.array(
      fc.record({ place: fc.nat(30), value: values, age: fc.integer({ min: 5 * M + 1, max: 600 * M }) }),
      { maxLength: 10 },
    );
    const sweeps = fc.array(fc.nat(120 * M), { maxLength: 8 });
    fc.assert(
      fc.property(rules(), streams(), old, sweeps, (one, events, backfill, swept) => {
        const set = ruleSet([one, anyRule({ name: "quiet", condition: { kind: "silent", forMs: 15 * M } })]);
        const clean: WatchEvent[] = [...events, ...swept.map((at) => clock(at))].sort(inArrival);
        const last = clean.reduce((latest, event) => Math.max(latest, arrival(event)), T0) - T0;
        clean.push(clock(last + 20 * M));
        const mixed: WatchEvent[] = [...clean];
        for (const { place, value, age } of backfill) {
          const next = clean[Math.min(place, clean.length - 1)];
          const at = next === undefined || next === clean.at(-1) ? T0 + last + 10 * M : arrival(next);
          mixed.splice(Math.min(place, clean.length - 1), 0, reading(at - T0 - age, value, { arrivedAt: at }));
        }
        expect(live(mixed, set).transitions).toEqual(live(clean, set).transitions);
      }),
      RUNS,
    );
  });

  it("L17: fewer rules never add raises of the others", () => {
    const many = fc.tuple(rules(), rules(), rules(memoryConditions), fc.integer({ min: 0, max: 6 }), streams());
    fc.assert(
      fc.property(many, ([a, b, c, kept, events]) => {
        const all = [
          { ...a, name: "a", under: "b" },
          { ...b, name: "b" },
          { ...c, name: "c" },
        ];
        const some = all.filter((_, i) => kept & (1 << i));
        const full = byAlarm(live(events, ruleSet(all)).transitions);
        for (const [key, transitions] of Object.entries(byAlarm(live(events, ruleSet(some)).transitions)))
          expect(transitions).toEqual(full[key]);
      }),
      RUNS,
    );
  });
});

function inArrival(a: WatchEvent, b: WatchEvent): number {
  // A sweep has read all that arrived before it.
  return arrival(a) - arrival(b) || Number(b.type === "clock") - Number(a.type === "clock");
}

function arrival(event: WatchEvent): number {
  return "arrivedAt" in event ? event.arrivedAt : event.at;
}

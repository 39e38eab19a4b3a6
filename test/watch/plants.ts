import fc from "fast-check";
import type { AlarmEvent, Transition } from "../../watch/machine/alarm-event";
import { type DeviceState, newDevice } from "../../watch/machine/device-state";
import { step } from "../../watch/machine/step";
import { visit } from "../../watch/machine/visit";
import type { ReadingEvent, WatchEvent } from "../../watch/machine/watch-event";
import type { QuietWindow, WatchRule } from "../../watch/rules/rule";
import { RuleSet } from "../../watch/rules/rule-set";

export const T0 = 1_767_225_600_000;
export const S = 1000;
export const M = 60_000;
export const DEVICE = "boiler-7";
export const BOUNDS = new Map([["temperature", { min: 0, max: 90 }]]);

/** A rule of the tests: above 90, good at 85 or below, with what a test wants otherwise. */
export function rule(changes: Partial<WatchRule> = {}): WatchRule {
  return {
    name: "hot",
    device: "*",
    sensorType: "temperature",
    condition: { kind: "above", limit: 90 },
    deadband: 5,
    forMs: 0,
    clearForMs: 0,
    priority: "medium",
    acknowledge: false,
    latch: false,
    ...changes,
  };
}

/** A rule whose sensor type is none in particular. */
export function anyRule(changes: Partial<WatchRule> = {}): WatchRule {
  const { sensorType: _, ...rest } = rule(changes);
  return rest;
}

export function ruleSet(rules: readonly WatchRule[], quiet: readonly QuietWindow[] = []): RuleSet {
  return new RuleSet(rules, quiet, BOUNDS);
}

/** A reading, as late as a test wants. */
export function reading(at: number, value: number, changes: Partial<ReadingEvent> = {}): ReadingEvent {
  const time = T0 + at;
  const isAnomaly = value > 90 || value < 0;
  return {
    type: "reading",
    sensorType: "temperature",
    value,
    time,
    arrivedAt: time,
    isAnomaly,
    quality: "good",
    ...changes,
  };
}

export function clock(at: number, plantSilent = false): WatchEvent {
  return { type: "clock", at: T0 + at, plantSilent };
}

/** What a device has been through. */
export interface Life {
  readonly state: DeviceState;
  readonly events: readonly AlarmEvent[];
  readonly transitions: readonly Transition[];
}

/** Takes a device through events one by one, each on what is left of the one before. */
export function live(happened: readonly WatchEvent[], rules: RuleSet, start: DeviceState = newDevice()): Life {
  let state = start;
  const events: AlarmEvent[] = [];
  const transitions: Transition[] = [];
  for (const event of happened) {
    const done = step(DEVICE, state, event, rules);
    state = done.state;
    events.push(...done.events);
    transitions.push(...done.transitions);
  }
  return { state, events, transitions };
}

/** How an invocation goes: its events, and what becomes of it. */
export interface Batch {
  readonly events: readonly WatchEvent[];
  /** It is handed over again after it was stored, or it fails before. */
  readonly fails?: "before" | "after" | undefined;
}

/** The same in batches, as the function does it: stored where it must be, and judged again where it failed. */
export function liveInBatches(batches: readonly Batch[], rules: RuleSet): Life {
  let stored: DeviceState | undefined;
  const events: AlarmEvent[] = [];
  const transitions: Transition[] = [];
  const judge = (happened: readonly WatchEvent[]) => {
    const done = visit(DEVICE, stored, happened, rules);
    if (!done.mustWrite) return;
    stored = done.state;
    events.push(...done.events);
    transitions.push(...done.transitions);
  };
  for (const { events: happened, fails } of batches) {
    if (fails === "before") visit(DEVICE, stored, happened, rules);
    judge(happened);
    if (fails === "after") judge(happened);
  }
  return { state: stored ?? newDevice(), events, transitions };
}

const delays = fc.constantFrom(0, 0, 20 * S, M, 2 * M, 20 * M);
export const conditions: fc.Arbitrary<Partial<WatchRule>> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ condition: { kind: "above", limit: 90 }, deadband: 5 } as const) },
  fc.constant({ condition: { kind: "below", limit: 85 }, deadband: 4 } as const),
  fc.constant({ condition: { kind: "outside", low: 82, high: 91 }, deadband: 3 } as const),
  fc.constant({ condition: { kind: "anomaly" }, deadband: 0 } as const),
);
/** Conditions whose verdict needs more than one reading. */
export const memoryConditions: fc.Arbitrary<Partial<WatchRule>> = fc.constantFrom(
  { condition: { kind: "flat", forMs: 2 * M, tolerance: 1 }, deadband: 0, forMs: 0 } as const,
  { condition: { kind: "change", perMinute: 10 }, deadband: 4 } as const,
);

/** Any rule over the temperature. */
export function rules(from: fc.Arbitrary<Partial<WatchRule>> = conditions): fc.Arbitrary<WatchRule> {
  return fc
    .record({
      condition: from,
      forMs: delays,
      clearForMs: delays,
      acknowledge: fc.boolean(),
      latch: fc.boolean(),
      remind: fc.boolean(),
    })
    .map(({ condition, remind, ...rest }) => rule({ ...rest, ...condition, ...(remind && { remindEveryMs: 5 * M }) }));
}

/** At, above and below each limit and the edge of its band, and far from both. */
export const values = fc.constantFrom(70, 81.9, 82, 84.9, 85, 85.1, 88, 89, 89.1, 90, 90.1, 91, 91.1, 97);
export const gaps = fc.constantFrom(1, S, 5 * S, 20 * S, 20 * S, M, 2 * M, 5 * M, 16 * M);

/** Readings of one sensor, in order, each at most `maxDelay` on its way. */
export function streams({
  maxLength = 25,
  maxDelay = 0,
  sensorType = "temperature",
} = {}): fc.Arbitrary<readonly ReadingEvent[]> {
  const one = fc.record({ gap: gaps, value: values, delay: fc.nat(maxDelay) });
  return fc
    .array(one, { maxLength })
    .map((list) => {
      let at = 0;
      let arrived = 0;
      return list.map(({ gap, value, delay }) => {
        at += gap;
        // The stream's arrivals are in order.
        arrived = Math.max(arrived, T0 + at + delay);
        return reading(at, value, { sensorType, arrivedAt: Math.min(arrived, T0 + at + maxDelay) });
      });
    })
    .map(inArrivalOrder);
}

function inArrivalOrder(list: readonly ReadingEvent[]): readonly ReadingEvent[] {
  let arrived = 0;
  return list.map((event) => {
    arrived = Math.max(arrived, event.arrivedAt);
    return { ...event, arrivedAt: arrived };
  });
}

/** A list in random runs, each with its fate. */
export function inBatches(events: readonly WatchEvent[]): fc.Arbitrary<readonly Batch[]> {
  const cut = fc.record({
    size: fc.integer({ min: 1, max: 6 }),
    fails: fc.constantFrom(undefined, undefined, "before" as const, "after" as const),
  });
  return fc.array(cut, { minLength: events.length, maxLength: events.length }).map((cuts) => {
    const batches: Batch[] = [];
    let from = 0;
    for (const { size, fails } of cuts) {
      if (from < events.length) batches.push({ events: events.slice(from, from + size), fails });
      from += size;
    }
    return batches;
  });
}

/** The transitions of each alarm by itself: two alarms have no order among them. */
export function byAlarm(transitions: readonly Transition[]): Record<string, Transition[]> {
  const sorted: Record<string, Transition[]> = {};
  for (const transition of transitions) {
    const own = sorted[transition.key] ?? [];
    own.push(transition);
    sorted[transition.key] = own;
  }
  return sorted;
}

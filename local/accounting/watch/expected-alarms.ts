import type { AnomalyLimit } from "../../../contract/variables";
import type { WatchRule } from "../../../watch/rules/rule";
import { isSameType, type RuleSet } from "../../../watch/rules/rule-set";
import type { LiveReading } from "./sent-by-device";
import type { SweepLook } from "./watch-ledger";

/** An occurrence that the watch has to have raised, or may have. Times are milliseconds since the epoch. */
export interface Expected {
  /** When it was raised, at the earliest and at the latest. */
  readonly from: number;
  readonly to: number;
  /** When it was over; absent while it lasts. */
  readonly endedAt?: number;
  /** Whether it has to be there: what only a sweep finds is there where one has looked in time. */
  readonly mustBe: boolean;
  /** Arrival of the reading that raised it, where nothing delays it. */
  readonly arrivedAt?: number;
}

/** What is expected of one alarm of a device; undefined where it cannot be told. */
export type ExpectedAlarm = readonly Expected[] | undefined;

/** The sweep fires timers that are this old by the stream's clock. */
const SETTLE_MS = 60_000;
/** The watch notes a sign of life only where the last one that it noted is this share of `silentFor` old. */
const HEARTBEAT_SHARE = 1 / 5;

/**
 * What a device's readings have to raise, by alarm (`rule/sensor`, or `rule`). It is worked out apart from the watch's own machine, so that
 * a fault there does not hide itself.
 */
export function expectedAlarms(
  deviceId: string,
  readings: readonly LiveReading[],
  rules: RuleSet,
  looks: readonly SweepLook[],
): ReadonlyMap<string, ExpectedAlarm> {
  const expected = new Map<string, ExpectedAlarm>();
  const types = new Set(readings.map(({ sensorType }) => sensorType));
  for (const sensorType of types) {
    const own = readings.filter((reading) => reading.sensorType === sensorType);
    const inOrder = newestOnly(own);
    for (const rule of rules.ofReadings(deviceId, sensorType))
      expected.set(
        `${rule.name}/${sensorType}`,
        inOrder && ofValues(rule, inOrder, rules.boundsOf(sensorType), rules.holdMs(deviceId, sensorType, rule), looks),
      );
  }
  for (const rule of rules.ofSilence(deviceId))
    if (rule.sensorType === undefined) expected.set(rule.name, ofSilence(rule, readings, looks));
    else
      for (const type of types)
        if (isSameType(type, rule.sensorType))
          expected.set(
            `${rule.name}/${type}`,
            ofSilence(
              rule,
              readings.filter(({ sensorType }) => sensorType === type),
              looks,
            ),
          );
  return expected;
}

/** Without duplicates; undefined where one overtook another: what is judged then depends on the batches. */
function newestOnly(readings: readonly LiveReading[]): readonly LiveReading[] | undefined {
  const seen = new Set<number>();
  let newest = 0;
  const kept: LiveReading[] = [];
  for (const reading of readings) {
    if (seen.has(reading.time)) continue;
    if (reading.time < newest) return undefined;
    seen.add(reading.time);
    newest = reading.time;
    kept.push(reading);
  }
  return kept;
}

/** Where a value is; undefined for a condition that this account does not follow. */
function levelOf({ condition, deadband }: WatchRule, value: number, { min, max }: AnomalyLimit) {
  switch (condition.kind) {
    case "above":
      return level(value, undefined, condition.limit, deadband);
    case "below":
      return level(value, condition.limit, undefined, deadband);
    case "outside":
      return level(value, condition.low, condition.high, deadband);
    case "anomaly":
      return level(value, min, max, deadband);
    default:
      return undefined;
  }
}

function level(value: number, low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY, deadband: number) {
  if (value > high || value < low) return "bad";
  return value > high - deadband || value < low + deadband ? "between" : "good";
}

interface Open {
  readonly from: number;
  readonly arrivedAt?: number;
}

function ofValues(
  rule: WatchRule,
  readings: readonly LiveReading[],
  bounds: AnomalyLimit,
  holdMs: number,
  looks: readonly SweepLook[],
): ExpectedAlarm {
  const { forMs, clearForMs } = rule;
  // What is latched is no new occurrence when it comes again, and who resets it when is not known here.
  if (rule.latch || levelOf(rule, 0, bounds) === undefined) return undefined;
  const found: Expected[] = [];
  let [raisingSince, clearingSince]: [number | undefined, number | undefined] = [undefined, undefined];
  let open: Open | undefined;
  const raise = (from: number, arrivedAt?: number) => {
    open = { from, ...(arrivedAt !== undefined && { arrivedAt }) };
    raisingSince = undefined;
  };
  const end = (endedAt: number | undefined, mustBe = true) => {
    if (open) found.push({ ...open, to: open.from, mustBe, ...(endedAt !== undefined && { endedAt }) });
    [open, clearingSince] = [undefined, undefined];
  };
  let lastTime = 0;
  /** Fires what waits for a delay. False where no value came for so long that a sweep, too, may have decided. */
  const pass = (until: number): boolean => {
    const isWaiting = raisingSince !== undefined || clearingSince !== undefined;
    if (isWaiting && lastTime + holdMs <= until) return false;
    if (raisingSince !== undefined && raisingSince + forMs <= until) raise(raisingSince + forMs);
    if (clearingSince !== undefined && clearingSince + clearForMs <= until) end(clearingSince + clearForMs);
    return true;
  };
  for (const { value, time, arrivedAt } of readings) {
    if (!pass(time)) return undefined;
    lastTime = time;
    const at = levelOf(rule, value, bounds);
    if (at === "bad") {
      clearingSince = undefined;
      if (open === undefined && forMs === 0) raise(time, arrivedAt);
      else if (open === undefined) raisingSince ??= time;
      continue;
    }
    raisingSince = undefined;
    if (at === "between") clearingSince = undefined;
    else if (open !== undefined && clearForMs === 0) end(time);
    else if (open !== undefined) clearingSince ??= time;
  }
  const wasOpen = open !== undefined;
  if (!pass(Math.max(0, ...looks.map(({ clock }) => clock)) - SETTLE_MS)) return undefined;
  end(undefined, wasOpen);
  return found;
}

function ofSilence(
  rule: WatchRule,
  readings: readonly LiveReading[],
  looks: readonly SweepLook[],
): readonly Expected[] {
  const silentForMs = rule.condition.kind === "silent" ? rule.condition.forMs : Number.POSITIVE_INFINITY;
  const found: Expected[] = [];
  let seenAt: number | undefined;
  const gap = (from: number, until: number | undefined) => {
    const back = until ?? Number.POSITIVE_INFINITY;
    const latest = from + silentForMs * (1 + HEARTBEAT_SHARE);
    if (back <= from + silentForMs) return;
    const mustBe = looks.some(({ clock, endedAt }) => clock >= latest && endedAt < back);
    found.push({ from: from + silentForMs, to: latest, mustBe, ...(until !== undefined && { endedAt: until }) });
  };
  const first = readings[0]?.arrivedAt;
  // A device that was added is missed before it speaks: since when, only who added it knows.
  if (first !== undefined) found.push({ from: 0, to: first, endedAt: first, mustBe: false });
  for (const { arrivedAt } of readings) {
    if (seenAt !== undefined && arrivedAt > seenAt) gap(seenAt, arrivedAt);
    seenAt = Math.max(seenAt ?? 0, arrivedAt);
  }
  if (seenAt !== undefined) gap(seenAt, undefined);
  return found;
}

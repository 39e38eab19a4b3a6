import type { AnomalyLimit } from "../../contract/variables";
import type { Condition, WatchRule } from "../rules/rule";

/** What a rule says of a reading: past the limit, inside limit − deadband, or neither. */
export interface Verdict {
  readonly level: "bad" | "between" | "good";
  /** What was compared: the value, or how fast it changes. */
  readonly measured: number;
  /** The limit that it broke. */
  readonly limit?: number;
}

/** A reading, and what it is compared with beside its limits. */
export interface Measured {
  readonly value: number;
  /** The processor's verdict. */
  readonly isAnomaly: boolean;
  readonly bounds: AnomalyLimit;
  /** How fast the value changes; undefined where there is nothing to compare it with. */
  readonly perMinute?: number | undefined;
  /** How long the value has kept to itself. */
  readonly flatMs?: number | undefined;
  readonly isBadQuality?: boolean;
}

/** Judges a reading by a rule; undefined where it says nothing about it. */
export function judge({ condition, deadband }: WatchRule, measured: Measured): Verdict | undefined {
  const { value, perMinute, flatMs } = measured;
  switch (condition.kind) {
    case "above":
      return within(value, undefined, condition.limit, deadband);
    case "below":
      return within(value, condition.limit, undefined, deadband);
    case "outside":
      return within(value, condition.low, condition.high, deadband);
    case "change":
      return perMinute === undefined ? undefined : within(perMinute, undefined, condition.perMinute, deadband);
    case "anomaly":
      return anomaly(measured, deadband);
    case "flat":
      if (flatMs === undefined) return undefined;
      return flatMs >= condition.forMs ? { level: "bad", measured: value } : { level: "good", measured: value };
    case "quality":
      return { level: measured.isBadQuality ? "bad" : "good", measured: value };
    case "silent":
      return undefined;
  }
}

/** Broken strictly past a limit; good again at or inside limit − deadband. */
function within(measured: number, low: number | undefined, high: number | undefined, deadband: number): Verdict {
  if (high !== undefined && measured > high) return { level: "bad", measured, limit: high };
  if (low !== undefined && measured < low) return { level: "bad", measured, limit: low };
  const isGood =
    (high === undefined || measured <= high - deadband) && (low === undefined || measured >= low + deadband);
  return { level: isGood ? "good" : "between", measured };
}

/** The processor says what is out of bounds; the deadband is this function's own. */
function anomaly({ value, isAnomaly, bounds: { min, max } }: Measured, deadband: number): Verdict {
  const verdict = within(value, min, max, deadband);
  if (isAnomaly) return { ...verdict, level: "bad" };
  return verdict.level === "bad" ? { level: "good", measured: value } : verdict;
}

/** The worse of two measurements that both broke the limit: what is farther past it. */
export function worse(condition: Condition, bounds: AnomalyLimit, one: number, other: number): number {
  return excess(condition, bounds, other) > excess(condition, bounds, one) ? other : one;
}

function excess(condition: Condition, { min, max }: AnomalyLimit, measured: number): number {
  switch (condition.kind) {
    case "above":
    case "change":
      return measured;
    case "below":
      return -measured;
    case "outside":
      return Math.max(measured - condition.high, condition.low - measured);
    case "anomaly":
      return Math.max(measured - (max ?? Number.POSITIVE_INFINITY), (min ?? Number.NEGATIVE_INFINITY) - measured);
    default:
      return 0;
  }
}

import { fromJson, isObject } from "../contract/json";
import { isSensorType } from "../contract/sensor-type";
import { type AnomalyLimit, type AnomalyLimits, areInOrder } from "../contract/variables";
import type { Rule } from "./config-rules";

/** Removes a bound, or a sensor type's bounds. */
const NONE = "none";
const BOUNDS = ["min", "max"] as const;
/** Room for the bounds in the function's environment: Lambda accepts 4 KB for all variables together, and measures them as JSON. */
const MAX_BYTES = 3500;

/**
 * Bounds by sensor type. A given bound overrides its default and no other one: `--path anomalyLimits.temperature.max 90` changes only
 * that bound. "none" removes a bound, or a type's bounds.
 */
export function anomalyLimitsOver(defaults: AnomalyLimits): Rule<AnomalyLimits> {
  return (given) => {
    const value = fromJson(given);
    const twin = isObject(value) ? twinOf(Object.keys(value), Object.keys(defaults)) : undefined;
    if (twin !== undefined)
      return {
        ok: false,
        rule: `an object with "${twin[1]}" instead of "${twin[0]}", because sensor types are compared without case`,
      };
    const merged = isObject(value) ? merge(defaults, value) : undefined;
    if (merged === undefined)
      return {
        ok: false,
        rule: `an object that gives a sensor type "min", "max" or both, min below max, each a number or "${NONE}": {"temperature":{"min":0,"max":100},"pressure":"${NONE}"}`,
      };
    // https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 4 KB for all variables.
    if (Buffer.byteLength(JSON.stringify(JSON.stringify(merged))) > MAX_BYTES)
      return {
        ok: false,
        rule: `at most ${MAX_BYTES} bytes as JSON within JSON, which is what the function's environment has room for`,
      };
    return { ok: true, value: merged };
  };
}

/** A given type that differs from a default type only in case, and the default type: its bounds would not override the default ones. */
function twinOf(given: readonly string[], defaults: readonly string[]): readonly [string, string] | undefined {
  for (const type of given) {
    const twin = defaults.find((other) => other !== type && other.toLowerCase() === type.toLowerCase());
    if (twin !== undefined) return [type, twin];
  }
  return undefined;
}

/** Undefined if anything given is invalid. */
function merge(defaults: AnomalyLimits, given: Readonly<Record<string, unknown>>): AnomalyLimits | undefined {
  const merged = new Map<string, AnomalyLimit>(Object.entries(defaults));
  for (const [type, limit] of Object.entries(given)) {
    // Bounds of a type that no reading can have would never be used.
    if (!isSensorType(type)) return undefined;
    const bounds = limit === NONE ? {} : boundsOver(defaults[type] ?? {}, limit);
    if (bounds === undefined) return undefined;
    if (Object.keys(bounds).length > 0) merged.set(type, bounds);
    else merged.delete(type);
  }
  return Object.fromEntries(merged);
}

function boundsOver(defaults: AnomalyLimit, given: unknown): AnomalyLimit | undefined {
  if (!isObject(given) || Object.keys(given).length === 0) return undefined;
  const bounds: { min?: number; max?: number } = { ...defaults };
  for (const [key, bound] of Object.entries(given)) {
    const name = BOUNDS.find((each) => each === key);
    const number = numberOf(bound);
    if (name === undefined || (bound !== NONE && !Number.isFinite(number))) return undefined;
    if (bound === NONE) delete bounds[name];
    else bounds[name] = number;
  }
  return areInOrder(bounds) ? bounds : undefined;
}

/** `pulumi config set --path` stores 90.5 as a string. */
function numberOf(given: unknown): number {
  const isNumeral = typeof given === "number" || (typeof given === "string" && given.trim() !== "");
  return isNumeral ? Number(given) : Number.NaN;
}

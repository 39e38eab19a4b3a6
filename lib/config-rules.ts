import type { AnomalyLimit, AnomalyLimits } from "../lambda/contract";
import { longestSuffix, refusedNames } from "./names";
import { MAX_PREFIX_LENGTH, MAX_PREFIX_LEVELS } from "./topics";

/** What a value must be, and the value where it is that. */
export type Checked<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly rule: string };

/** Reads one key's value: Pulumi hands every value over as text, a configuration file as what it says. */
export type Rule<Value> = (given: unknown) => Checked<Value>;

export function wholeNumber(min: number, max: number, extra: readonly number[] = []): Rule<number> {
  const others = extra.map((value) => `, or ${value}`).join("");
  return (given) => {
    const value = typeof given === "string" && /^-?\d+$/.test(given.trim()) ? Number(given) : given;
    const fits =
      Number.isSafeInteger(value) && (extra.includes(Number(value)) || (Number(value) >= min && Number(value) <= max));
    return fits
      ? { ok: true, value: Number(value) }
      : { ok: false, rule: `a whole number from ${min} to ${max}${others}` };
  };
}

export function oneOf<Value extends string | number>(values: readonly Value[]): Rule<Value> {
  return (given) => {
    const value = values.find((candidate) => String(candidate) === String(given));
    return value === undefined ? { ok: false, rule: `one of ${values.join(", ")}` } : { ok: true, value };
  };
}

/** The word, or what the rule takes. */
export function wordOr<const Word extends string, Value>(word: Word, rule: Rule<Value>): Rule<Word | Value> {
  return (given) => {
    if (given === word) return { ok: true, value: word };
    const checked = rule(given);
    return checked.ok ? checked : { ok: false, rule: `"${word}" or ${checked.rule}` };
  };
}

export const flag: Rule<boolean> = (given) => {
  if (given === true || given === "true") return { ok: true, value: true };
  if (given === false || given === "false") return { ok: true, value: false };
  return { ok: false, rule: "true or false" };
};

export const suffix: Rule<string> = (given) => {
  const { length, limitedBy } = longestSuffix();
  const rule = `1 to ${length} lower-case letters, digits and hyphens, with a letter or digit at both ends ("${limitedBy}" must stay a valid name)`;
  const fits =
    typeof given === "string" && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(given) && refusedNames(given).length === 0;
  return fits ? { ok: true, value: given } : { ok: false, rule };
};

/**
 * No character that MQTT, a policy's resource or the rule's SQL reads as more than itself; and no level "sensor", with which the rule
 * of a stack that has a shorter prefix would select this one's messages, too.
 */
export const topicPrefix: Rule<string> = (given) => {
  const rule = `empty, or 1 to ${MAX_PREFIX_LEVELS} topic levels such as plant-a/line-3, ${MAX_PREFIX_LENGTH} characters at most, of letters, digits, "_", "." and "-", none of them "sensor"`;
  if (given === "") return { ok: true, value: given };
  const text = typeof given === "number" ? String(given) : given;
  if (typeof text !== "string" || text.length > MAX_PREFIX_LENGTH) return { ok: false, rule };
  const levels = text.split("/");
  const fits =
    levels.length <= MAX_PREFIX_LEVELS &&
    levels.every((level) => /^[A-Za-z0-9_.-]+$/.test(level) && level.toLowerCase() !== "sensor");
  return fits ? { ok: true, value: text } : { ok: false, rule };
};

export const emails: Rule<readonly string[]> = (given) => {
  const value = fromJson(given);
  const fits =
    Array.isArray(value) && value.every((one) => typeof one === "string" && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(one));
  if (fits && new Set(value).size === value.length) return { ok: true, value };
  return { ok: false, rule: 'a list of different e-mail addresses, such as ["operations@example.com"]' };
};

/** How many bytes Lambda takes as the environment, all variables together, less what the others need. */
const MAX_LIMITS_BYTES = 3500;

export const anomalyLimits: Rule<AnomalyLimits> = (given) => {
  const value = fromJson(given);
  const limits = isObject(value) ? Object.entries(value).map(([type, limit]) => [type, limitOf(limit)] as const) : [];
  if (!isObject(value) || !limits.every(([type, limit]) => isSensorType(type) && limit)) {
    return {
      ok: false,
      rule: 'an object that gives a sensor type "min", "max" or both, min below max: {"temperature":{"min":0,"max":100}}',
    };
  }
  // https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 4 KB for all variables.
  if (Buffer.byteLength(JSON.stringify(value)) > MAX_LIMITS_BYTES) {
    return {
      ok: false,
      rule: `at most ${MAX_LIMITS_BYTES} bytes as JSON, which is what the function's environment has room for`,
    };
  }
  return { ok: true, value: Object.fromEntries(limits) as AnomalyLimits };
};

/** What a reading may have as its type: bounds for another would never be used. */
function isSensorType(type: string): boolean {
  return /^[^\p{Cc}#]{1,64}$/u.test(type) && type === type.normalize("NFC");
}

/** The bounds as numbers. `pulumi config set --path` keeps 90.5 as a text. */
function limitOf(limit: unknown): AnomalyLimit | undefined {
  if (!isObject(limit)) return undefined;
  const bounds = Object.entries(limit).map(([key, bound]) => [key, numberOf(bound)] as const);
  if (bounds.length === 0 || !bounds.every(([key, bound]) => ["min", "max"].includes(key) && Number.isFinite(bound)))
    return undefined;
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = Object.fromEntries(bounds);
  return min < max ? Object.fromEntries(bounds) : undefined;
}

function numberOf(given: unknown): number {
  const isNumeral = typeof given === "number" || (typeof given === "string" && given.trim() !== "");
  return isNumeral ? Number(given) : Number.NaN;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fromJson(given: unknown): unknown {
  if (typeof given !== "string") return given;
  try {
    return JSON.parse(given);
  } catch {
    return undefined;
  }
}

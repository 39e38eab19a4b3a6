import { fromJson } from "../contract/json";
import { MAX_PREFIX_LENGTH, MAX_PREFIX_LEVELS } from "../contract/topics";
import type { AnomalyLimits } from "../contract/variables";
import { longestSuffix, NAMES_IN_NAMES, refusedNames } from "./names";

/** The value that a rule accepts, or in words what it must be; for a value of many parts also each part's own problem. */
export type Checked<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly rule: string; readonly problems?: readonly string[] };

/** What a rule may know of the keys that are checked before its own. */
export interface Earlier {
  /** Bounds of a normal value by sensor type. */
  readonly anomalyLimits?: AnomalyLimits;
}

/** Checks the value of one key. Pulumi passes every value as a string; a configuration file is parsed, and has other types. */
export type Rule<Value> = (given: unknown, earlier?: Earlier) => Checked<Value>;

/** A whole number from `min` to `max`, or one of `extra`. */
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

/** One of these values. */
export function oneOf<Value extends string | number>(values: readonly Value[]): Rule<Value> {
  return (given) => {
    const value = values.find((candidate) => String(candidate) === String(given));
    return value === undefined ? { ok: false, rule: `one of ${values.join(", ")}` } : { ok: true, value };
  };
}

/** The word, or what the rule accepts. */
export function wordOr<const Word extends string, Value>(word: Word, rule: Rule<Value>): Rule<Word | Value> {
  return (given) => {
    if (given === word) return { ok: true, value: word };
    const checked = rule(given);
    return checked.ok ? checked : { ok: false, rule: `"${word}" or ${checked.rule}` };
  };
}

/** true or false. */
export const flag: Rule<boolean> = (given) => {
  if (given === true || given === "true") return { ok: true, value: true };
  if (given === false || given === "false") return { ok: true, value: false };
  return { ok: false, rule: "true or false" };
};

/** The environment suffix: it must leave every physical name valid. */
export const suffix: Rule<string> = (given) => {
  const { length, limitedBy } = longestSuffix();
  const taken = NAMES_IN_NAMES.map((part) => `"${part}-"`).join(" or ");
  const rule = `1 to ${length} lower-case letters, digits and hyphens, with a letter or digit at both ends ("${limitedBy}" must stay a valid name), and not begin with ${taken}`;
  const fits =
    typeof given === "string" &&
    /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(given) &&
    !NAMES_IN_NAMES.some((part) => given.startsWith(`${part}-`)) &&
    refusedNames(given).length === 0;
  return fits ? { ok: true, value: given } : { ok: false, rule };
};

/**
 * The topic prefix: without characters that have a meaning in MQTT, in a policy's resource or in the rule's SQL, and without a level
 * "sensor", because the rule of a stack with a shorter prefix would select this stack's messages too.
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

/** A list of different e-mail addresses. */
export const emails: Rule<readonly string[]> = (given) => {
  const value = fromJson(given);
  const fits =
    Array.isArray(value) &&
    value.every((address) => typeof address === "string" && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address));
  if (fits && new Set(value).size === value.length) return { ok: true, value };
  return { ok: false, rule: 'a list of different e-mail addresses, such as ["operations@example.com"]' };
};

/** The ARN of a managed policy, which a permissions boundary is: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html */
export const policyArn: Rule<string> = (given) =>
  typeof given === "string" && (given === "" || /^arn:aws:iam::(\d{12}|aws):policy\/[\w+=,.@/-]{1,512}$/.test(given))
    ? { ok: true, value: given }
    : { ok: false, rule: "empty, or the ARN of an IAM policy such as arn:aws:iam::123456789012:policy/boundary" };

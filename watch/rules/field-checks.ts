import { SENSOR_TYPE } from "../../contract/sensor-type";
import { isDeviceGlob } from "./device-glob";
import { formatDuration, parseDuration } from "./duration";

/** A field's value as the machine reads it, or what it must be. */
export type Checked<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly rule: string };
/** Takes a field as configuration holds it, and gives its value or the rule that it breaks. */
export type FieldCheck<Value> = (given: unknown) => Checked<Value>;

const isNumeral = (text: string) => /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text.trim());

/** A number. `pulumi config set --path` keeps 90.5 as text. */
export function number(rule: string, fits: (value: number) => boolean = () => true): FieldCheck<number> {
  return (given) => {
    const value = typeof given === "string" && isNumeral(given) ? Number(given) : given;
    return typeof value === "number" && Number.isFinite(value) && fits(value)
      ? { ok: true, value }
      : { ok: false, rule };
  };
}

/** A duration between two bounds, both in milliseconds. */
export function duration(minMs: number, maxMs: number): FieldCheck<number> {
  const least = minMs === 0 ? "0" : formatDuration(minMs);
  const rule = `a duration from ${least} to ${formatDuration(maxMs)}, such as 30s, 2m, 4h or 7d`;
  return (given) => {
    const value = parseDuration(given);
    return value !== undefined && value >= minMs && value <= maxMs ? { ok: true, value } : { ok: false, rule };
  };
}

/** One of these words. */
export function oneOf<Word extends string>(words: readonly Word[]): FieldCheck<Word> {
  return (given) => {
    const value = words.find((word) => word === given);
    return value === undefined ? { ok: false, rule: `one of ${words.join(", ")}` } : { ok: true, value };
  };
}

/** True or false. `pulumi config set --path` may keep it as text. */
export const flag: FieldCheck<boolean> = (given) => {
  if (given === true || given === "true") return { ok: true, value: true };
  if (given === false || given === "false") return { ok: true, value: false };
  return { ok: false, rule: "true or false" };
};

/** The condition `anomaly` is there or not: false would be a rule without a condition. */
export const present: FieldCheck<true> = (given) =>
  given === true || given === "true" ? { ok: true, value: true } : { ok: false, rule: "true, or left out" };

/** Two numbers, the lower first. */
export const range: FieldCheck<readonly [number, number]> = (given) => {
  const rule = "two numbers, the lower one first, such as [10, 90]";
  if (!Array.isArray(given) || given.length !== 2) return { ok: false, rule };
  const [low, high] = given.map((bound) => number(rule)(bound));
  return low?.ok && high?.ok && low.value < high.value
    ? { ok: true, value: [low.value, high.value] }
    : { ok: false, rule };
};

/** A sensor type as the processor takes it. */
export const sensorType: FieldCheck<string> = (given) =>
  typeof given === "string" && SENSOR_TYPE.test(given) && given === given.trim() && given === given.normalize("NFC")
    ? { ok: true, value: given }
    : { ok: false, rule: "a sensor type: 1 to 64 visible characters, without # and without a blank at an end" };

/** A name of a device, or a glob for several. */
export const deviceGlob: FieldCheck<string> = (given) =>
  isDeviceGlob(given)
    ? { ok: true, value: given }
    : {
        ok: false,
        rule: 'a device\'s name, 1 to 128 letters, digits, ":", "_" and "-", with "*" for any run of them and "?" for one',
      };

/** Text on one line. A mail's subject holds part of it. */
export function line(maxLength: number): FieldCheck<string> {
  return (given) =>
    typeof given === "string" && given.trim() !== "" && given.length <= maxLength && !/\p{Cc}/u.test(given)
      ? { ok: true, value: given }
      : { ok: false, rule: `text of 1 to ${maxLength} characters on one line` };
}

/** A page that a notice may link to. */
export const webAddress: FieldCheck<string> = (given) =>
  typeof given === "string" && given.length <= 500 && /^https?:\/\/[^\s<>"]+$/.test(given) && URL.canParse(given)
    ? { ok: true, value: given }
    : { ok: false, rule: "a web address of at most 500 characters, such as https://wiki.example.com/boiler" };

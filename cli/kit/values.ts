import { didYouMean } from "./nearest";
import { type GivenTime, TIME_RULE, timeOf, UNIT_MS } from "./time";

/** A kind of value: how a string is read as one, and what an error says if it cannot be. */
export interface Kind<Value> {
  /** Stands for the value in the help, such as `TIME`. */
  readonly placeholder: string;
  /** What the string must be, as an error says it after "must be". */
  readonly rule: string;
  /** Reads a string; undefined if it breaks the rule. `now` is in milliseconds since the epoch. */
  readonly read: (text: string, now: number) => Value | undefined;
  /** A line of the help that explains the placeholder. */
  readonly note?: string;
  /** The end of an error about a string that breaks the rule, with a space in front. */
  readonly hint?: (text: string) => string;
}

/** Any string but the empty one. */
export function text(placeholder: string, rule: string): Kind<string> {
  return { placeholder, rule, read: (given) => (given === "" ? undefined : given) };
}

/** A string of this form. */
export function matching(placeholder: string, rule: string, form: RegExp): Kind<string> {
  return { placeholder, rule, read: (given) => (form.test(given) ? given : undefined) };
}

/** One of these words; `rule` takes the place of the list where it is long. */
export function oneOf<Name extends string>(
  placeholder: string,
  names: readonly Name[],
  rule = `one of ${names.join(", ")}`,
): Kind<Name> {
  return {
    placeholder,
    rule,
    read: (given) => names.find((name) => name === given),
    hint: (given) => didYouMean(given, names),
  };
}

/** A whole number within these bounds, both included. */
export function wholeNumber(min: number, max: number, placeholder = "N"): Kind<number> {
  return {
    placeholder,
    rule: `a whole number from ${min} to ${max}`,
    read: (given) => (/^\d{1,10}$/.test(given) ? within(Number(given), min, max) : undefined),
  };
}

/** A number within these bounds, both included. */
export function number(min: number, max: number, placeholder = "N"): Kind<number> {
  return {
    placeholder,
    rule: `a number from ${min} to ${max}`,
    read: (given) => (given.trim() === "" ? undefined : within(Number(given), min, max)),
  };
}

/** A share of a whole, from 0 to 1. */
export const share: Kind<number> = number(0, 1, "SHARE");

/** A duration, in milliseconds: at least one. */
export const duration: Kind<number> = {
  placeholder: "DURATION",
  rule: "a duration such as 500ms, 30s, 5m or 1h",
  read: (given) => {
    const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)(ms|[smhd])$/.exec(given) ?? [];
    const ms = Number(amount) * (UNIT_MS[unit] ?? 0);
    return ms >= 1 && Number.isFinite(ms) ? ms : undefined;
  },
};

/** Days that a timer of Node.js can wait: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const TIMER_DAYS = 24;

/** A duration that is waited for with a timer, in milliseconds: at least one. A longer one would be over immediately. */
export const timerDuration: Kind<number> = {
  ...duration,
  rule: `${duration.rule}, at most ${TIMER_DAYS}d`,
  read: (given, now) => within(duration.read(given, now) ?? 0, 1, TIMER_DAYS * (UNIT_MS.d ?? 0)),
};

/** A time, in every form that a command takes. */
export const time: Kind<GivenTime> = {
  placeholder: "TIME",
  rule: TIME_RULE,
  note: `TIME is ${TIME_RULE}, in UTC unless it names a zone.`,
  read: timeOf,
};

/** `KEY=VALUE`. */
export const keyValue: Kind<readonly [key: string, value: string]> = {
  placeholder: "KEY=VALUE",
  rule: "KEY=VALUE",
  read: (given) => {
    const at = given.indexOf("=");
    return at < 1 ? undefined : [given.slice(0, at), given.slice(at + 1)];
  },
};

function within(value: number, min: number, max: number): number | undefined {
  return value >= min && value <= max ? value : undefined;
}

import { arrivalHour } from "../../contract/arrival-hour";
import { UsageError } from "./usage-error";

/** A time as a person gave it: the stretch that its text names. */
export interface GivenTime {
  readonly text: string;
  /** Its first millisecond since the epoch. */
  readonly start: number;
  /** The first millisecond after it: an hour later for an hour, a day later for a day, else the next one. */
  readonly end: number;
}

/** A period of arrival, in milliseconds since the epoch. */
export interface Period {
  readonly from: number;
  /** The first moment after it; infinity where it is open. */
  readonly until: number;
}

/** Every form of a time, after "must be". */
export const TIME_RULE =
  "an age (15m, 1h, 7d), a time (2026-01-31T08:00Z), an hour (2026/01/31/08) or a day (2026-01-31)";

/** Milliseconds of each unit of an age or a duration. */
export const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const DAY = /^(\d{4})[-/](\d\d)[-/](\d\d)(?:[T/](\d\d)(?::(\d\d)(?::(\d\d(?:\.\d{1,3})?))?)?(Z|[+-]\d\d:\d\d)?)?$/;

/** Reads a time in any of its forms, in UTC where it names no zone; undefined for anything else. */
export function timeOf(text: string, now: number): GivenTime | undefined {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  if (amount !== undefined) return moment(text, Math.round(now - Number(amount) * (UNIT_MS[unit] ?? 0)));
  const [, year, month, day, hour, minutes, seconds = "00", zone = "Z"] = DAY.exec(text) ?? [];
  const date = `${year}-${month}-${day}`;
  if (!isDay(date)) return undefined;
  const ms = Date.parse(`${date}T${hour ?? "00"}:${minutes ?? "00"}:${seconds}${zone}`);
  // The language takes 24:00 for the next day.
  if (Number.isNaN(ms) || hour === "24") return undefined;
  if (minutes !== undefined) return moment(text, ms);
  const length = hour === undefined ? UNIT_MS.d : UNIT_MS.h;
  return { ...moment(text, ms), end: Math.max(1, ms + (length ?? 0)) };
}

/** No store holds anything older than the epoch, and no service takes such a time. */
function moment(text: string, ms: number): GivenTime {
  const start = Math.max(0, ms);
  return { text, start, end: start + 1 };
}

/** Whether the calendar has the day: the language reads February 30 as March 2. */
function isDay(day: string): boolean {
  const ms = Date.parse(day);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
}

/**
 * The period from `--since` to before `--until`, open at an end that was left out.
 * @throws UsageError where it does not begin before its end
 */
export function periodOf(
  { since, until }: { readonly since?: GivenTime | undefined; readonly until?: GivenTime | undefined },
  { open = Number.POSITIVE_INFINITY } = {},
): Period {
  const period = { from: since?.start ?? 0, until: until?.start ?? open };
  if (period.from < period.until) return period;
  throw outOfOrder("--since", 'before "--until"', since, until);
}

/** Hours of arrival as a person gave them: `since` to before `until`, or from the first to the last, itself included. */
export interface GivenHours {
  readonly since: GivenTime | undefined;
  readonly until: GivenTime | undefined;
  readonly from: GivenTime | undefined;
  readonly to: GivenTime | undefined;
}

/**
 * The first and the last hour of arrival, `yyyy/MM/dd/HH`, that a command line names.
 * @param absent Where an end was left out, milliseconds since the epoch.
 * @throws UsageError where the last is before the first
 */
export function arrivalHours(
  { since, until, from, to }: GivenHours,
  absent: Period,
): { readonly first: string; readonly last: string } {
  const begin = since ?? from;
  const first = arrivalHour(begin?.start ?? absent.from);
  const last = arrivalHour(lastMoment(until, to) ?? absent.until);
  const isEmpty = until !== undefined && until.start <= (begin?.start ?? absent.from);
  if (first <= last && !isEmpty) return { first, last };
  const begins = from === undefined ? "--since" : "--from";
  const ends = to === undefined ? 'before "--until"' : 'at or before "--to"';
  throw outOfOrder(begins, ends, begin ?? { text: first }, until ?? to);
}

function outOfOrder(
  begins: string,
  ends: string,
  since: { readonly text: string } | undefined,
  until: { readonly text: string } | undefined,
): UsageError {
  const got = [since, until].map((time) => (time === undefined ? "now" : `"${time.text}"`));
  return new UsageError(`"${begins}" must be ${ends}, got ${got.join(" and ")}`);
}

function lastMoment(until: GivenTime | undefined, to: GivenTime | undefined): number | undefined {
  if (until !== undefined) return Math.max(0, until.start - 1);
  return to === undefined ? undefined : to.end - 1;
}

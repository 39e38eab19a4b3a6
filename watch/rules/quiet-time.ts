import { MINUTE_MS } from "./duration";
import { type QuietWindow, WEEKDAYS, type Weekday } from "./rule";

const DAY_MINUTES = 24 * 60;
/** A clock change moves the end: it is looked for again after an hour at most. */
const MAX_LOOK_AHEAD_MS = 60 * MINUTE_MS;
/** An end that never comes. */
const NEVER = Number.POSITIVE_INFINITY;

/** Until when the window holds at an instant, at least; undefined where it does not. Infinity: it has no end. */
export function quietUntil(window: QuietWindow, at: number): number | undefined {
  const { days, fromMinute, toMinute, timezone } = window;
  if (timezone === undefined || (days === undefined && fromMinute === undefined)) return NEVER;
  const { weekday, minute } = localTime(at, timezone);
  const from = fromMinute ?? 0;
  const to = toMinute ?? DAY_MINUTES;
  const begins = (day: Weekday) => days === undefined || days.includes(day);
  const isPastMidnight = from >= to;
  const sinceToday = minute >= from && (isPastMidnight || minute < to) && begins(weekday);
  const sinceYesterday = isPastMidnight && minute < to && begins(dayBefore(weekday));
  if (!sinceToday && !sinceYesterday) return undefined;
  const left = sinceToday && isPastMidnight && !sinceYesterday ? to + DAY_MINUTES - minute : to - minute;
  const minuteStart = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  return Math.min(minuteStart + left * MINUTE_MS, minuteStart + MAX_LOOK_AHEAD_MS);
}

interface LocalTime {
  readonly weekday: Weekday;
  /** Minutes after midnight. */
  readonly minute: number;
}

/** Making a format takes a hundred times as long as using it. */
const formats = new Map<string, Intl.DateTimeFormat>();

function localTime(at: number, timezone: string): LocalTime {
  const format =
    formats.get(timezone) ??
    new Intl.DateTimeFormat("en-GB", {
      timeZone: timezone,
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
  formats.set(timezone, format);
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return {
    weekday: (parts.weekday ?? "").toLowerCase() as Weekday,
    minute: Number(parts.hour) * 60 + Number(parts.minute),
  };
}

function dayBefore(day: Weekday): Weekday {
  return WEEKDAYS[(WEEKDAYS.indexOf(day) + 6) % 7] ?? day;
}

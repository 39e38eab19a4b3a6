import { type ParseArgsConfig, parseArgs } from "node:util";
import { UsageError } from "./command";

/** An option with a value, and one without, for parseArgs. */
export const TEXT = { type: "string" } as const;
export const FLAG = { type: "boolean" } as const;

/** `parseArgs`, whose errors are the command line's. @throws UsageError */
export function parsed<Config extends ParseArgsConfig>(config: Config): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    // Node's message goes on about positional arguments.
    throw new UsageError(error instanceof Error ? (error.message.split(". ")[0] ?? error.message) : String(error));
  }
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A moment: so long ago (`90s`, `15m`, `1h`, `7d`), or an ISO date or time, UTC where it names no zone. @throws UsageError */
export function moment(option: string, text: string, now: number): number {
  const ago = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text);
  // No store has anything older than the epoch, and no service takes such a time.
  if (ago) return Math.max(0, Math.round(now - Number(ago[1]) * (UNIT_MS[ago[2] ?? ""] ?? 0)));
  if (/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?)?$/.test(text)) {
    const ms = Date.parse(/T.*(Z|[+-]\d\d:\d\d)$/.test(text) || !text.includes("T") ? text : `${text}Z`);
    if (!Number.isNaN(ms) && isDay(text.slice(0, 10))) return Math.max(0, ms);
  }
  throw new UsageError(
    `"${option}" must be so long ago, such as 15m, 1h or 7d, or a time such as 2026-01-31T08:00Z, got "${text}"`,
  );
}

/** Whether the calendar has the day: the language reads February 30 as March 2. */
function isDay(day: string): boolean {
  const ms = Date.parse(day);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
}

/** Two ends of a period as they were given, and what they mean in milliseconds. */
export interface Ends {
  /** The options' names. */
  readonly options: readonly [string, string];
  /** The options' texts; undefined where they were left out. */
  readonly texts: readonly [string | undefined, string | undefined];
  readonly from: number;
  readonly until: number;
}

/** A period with its beginning before its end. @throws UsageError */
export function orderedPeriod({ options, texts, from, until }: Ends): {
  readonly from: number;
  readonly until: number;
} {
  if (from < until) return { from, until };
  const [first, last] = texts.map((text, at) =>
    text === undefined ? (at === 0 ? "its default" : "now") : `"${text}"`,
  );
  throw new UsageError(`"${options[0]}" must be before "${options[1]}", got ${first} and ${last}`);
}

/** @throws UsageError */
export function wholeNumber(option: string, text: string, min: number, max: number): number {
  if (!/^\d{1,10}$/.test(text) || Number(text) < min || Number(text) > max)
    throw new UsageError(`"${option}" must be a whole number from ${min} to ${max}, got "${text}"`);
  return Number(text);
}

/** Milliseconds of a duration such as 500ms, 1s or 5m. @throws UsageError */
export function duration(option: string, text: string): number {
  const given = /^(\d+(?:\.\d+)?)(ms|[smhd])$/.exec(text);
  const ms = given ? Number(given[1]) * (UNIT_MS[given[2] ?? ""] ?? 0) : 0;
  if (ms >= 1) return ms;
  throw new UsageError(`"${option}" must be a duration such as 500ms, 1s or 5m, got "${text}"`);
}

/** A share of a whole. @throws UsageError */
export function share(option: string, text: string): number {
  const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0 && value <= 1) return value;
  throw new UsageError(`"${option}" must be a share from 0 to 1, got "${text}"`);
}

/** An hour of arrival, `yyyy/MM/dd/HH`, UTC; a day alone stands for its hour `absent`. @throws UsageError */
export function hour(option: string, text: string, absent: "00" | "23"): string {
  const [, day = "", hours = absent] = /^(\d{4}[-/]\d\d[-/]\d\d)(?:[T/](\d\d)(?::00)?Z?)?$/.exec(text) ?? [];
  const iso = `${day.replaceAll("/", "-")}T${hours}`;
  const ms = Date.parse(`${iso}:00Z`);
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 13) !== iso)
    throw new UsageError(`"${option}" must be an hour such as 2026-01-31T08, or a day, got "${text}"`);
  return iso.replaceAll("-", "/").replace("T", "/");
}

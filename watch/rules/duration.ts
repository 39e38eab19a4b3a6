const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof UNITS;

/** Milliseconds in a second. */
export const SECOND_MS = UNITS.s;
/** Milliseconds in a minute. */
export const MINUTE_MS = UNITS.m;
/** Milliseconds in a day. */
export const DAY_MS = UNITS.d;

/** Milliseconds in a duration such as 30s, 2m, 4h or 7d; undefined for anything else. Zero needs no unit. */
export function parseDuration(given: unknown): number | undefined {
  if (given === 0 || given === "0") return 0;
  const [, digits, unit] = typeof given === "string" ? (/^(\d{1,6})([smhd])$/.exec(given.trim()) ?? []) : [];
  return digits === undefined ? undefined : Number(digits) * UNITS[unit as Unit];
}

/** The duration as a person writes it, in the largest unit that says it exactly: 90000 is 90s, 120000 is 2m. */
export function formatDuration(ms: number): string {
  const unit = (["d", "h", "m"] as const).find((each) => ms >= UNITS[each] && ms % UNITS[each] === 0) ?? "s";
  return `${Math.round(ms / UNITS[unit])}${unit}`;
}

/** The duration as a notice tells it, to the two largest units: 3 h 20 min. */
export function spokenDuration(ms: number): string {
  const minutes = Math.floor(ms / MINUTE_MS);
  if (minutes < 1) return `${Math.round(ms / SECOND_MS)} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  const parts = hours < 24 ? [`${hours} h`, `${minutes % 60} min`] : [`${Math.floor(hours / 24)} d`, `${hours % 24} h`];
  return parts.filter((part) => !part.startsWith("0 ")).join(" ");
}

/** The hour of arrival, UTC, as it stands in object keys and in the tables' partition: `yyyy/MM/dd/HH`. */
export const ARRIVAL_HOUR_FORMAT = "yyyy/MM/dd/HH";

/** The hour of arrival that this moment (milliseconds since the epoch) is in. */
export function arrivalHour(ms: number): string {
  return new Date(ms).toISOString().slice(0, 13).replace(/[-T]/g, "/");
}

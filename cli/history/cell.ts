/** Whole numbers, whose texts JavaScript's numbers can be too small for. */
const WHOLE = /^(u?(tinyint|smallint|integer|bigint|hugeint))$/i;
const BROKEN = /^(float|real|double)$/i;

const TIME = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d{1,3})\d*)?(?:\+00)?$/;

/**
 * A cell as JSON has it: a number or a truth value for a column of that type, in Athena's words or in DuckDB's. A whole
 * number that JavaScript cannot hold stays the text that it came as, and so does everything else, but for DuckDB's times, which get Athena's milliseconds and zone.
 */
export function cell(type: string, value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (WHOLE.test(type)) return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (BROKEN.test(type)) return Number.isFinite(Number(value)) ? Number(value) : value;
  if (/^timestamp/i.test(type)) {
    const [, seconds, fraction = ""] = TIME.exec(value) ?? [];
    const zone = /with time zone$/i.test(type) ? " UTC" : "";
    return seconds === undefined ? value : `${seconds}.${fraction.padEnd(3, "0")}${zone}`;
  }
  return type.toLowerCase() === "boolean" ? value === "true" : value;
}

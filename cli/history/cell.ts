/** Types of whole numbers, some of which JavaScript cannot hold. */
const WHOLE = /^(u?(tinyint|smallint|integer|bigint|hugeint))$/i;
const FRACTIONAL = /^(float|real|double)$/i;

const TIME = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d{1,3})\d*)?(?:\+00)?$/;

/**
 * A cell as JSON has it: a number or a boolean for a column of such a type, whether Athena or DuckDB names it. DuckDB's times get
 * Athena's milliseconds and zone. Any other cell stays a text, and so does a whole number that JavaScript cannot hold.
 */
export function cell(type: string, value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (WHOLE.test(type)) return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (FRACTIONAL.test(type)) return Number.isFinite(Number(value)) ? Number(value) : value;
  if (/^timestamp/i.test(type)) {
    const [, seconds, fraction = ""] = TIME.exec(value) ?? [];
    const zone = /with time zone$/i.test(type) ? " UTC" : "";
    return seconds === undefined ? value : `${seconds}.${fraction.padEnd(3, "0")}${zone}`;
  }
  return type.toLowerCase() === "boolean" ? value === "true" : value;
}

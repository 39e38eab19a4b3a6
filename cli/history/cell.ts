/** Whole numbers, whose texts JavaScript's numbers can be too small for. */
const WHOLE = /^(tinyint|smallint|integer|bigint|hugeint)$/i;
const BROKEN = /^(float|real|double)$/i;

/**
 * A cell as JSON has it: a number or a truth value for a column of that type, in Athena's words or in DuckDB's. A whole
 * number that JavaScript cannot hold stays the text that it came as, and so does everything else.
 */
export function cell(type: string, value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (WHOLE.test(type)) return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (BROKEN.test(type)) return Number.isFinite(Number(value)) ? Number(value) : value;
  // As Athena writes it.
  if (/^timestamp with time zone$/i.test(type)) return value.replace(/\+00$/, " UTC");
  return type.toLowerCase() === "boolean" ? value === "true" : value;
}

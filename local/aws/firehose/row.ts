import type { Column, ColumnType } from "./delivery-declaration";
import { documentsIn } from "./json-documents";

/** A cell's value; null where the record has no such key. */
export type Cell = string | number | bigint | boolean | Date | null;
/** A record by the table's columns, in their order. */
export type Row = readonly Cell[];

/** A record that has no row. Firehose sets it aside as "format-conversion-failed". */
export class ConversionError extends Error {}

/**
 * Makes a row of each JSON document in a record, as the OpenX JSON SerDe does: documents stand one after the other, a key without a column
 * is passed over, a column without a key is null. https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html
 * @throws ConversionError where a document has no row
 */
export function rowsOf(json: string, columns: readonly Column[]): Row[] {
  return documentsIn(json).map((document) => rowOf(document, columns));
}

function rowOf(json: string, columns: readonly Column[]): Row {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new ConversionError("the record is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new ConversionError("the record is not a JSON object");
  const record = value as Readonly<Record<string, unknown>>;
  return columns.map(({ name, type }) => cellOf(name, type, record[name]));
}

function cellOf(name: string, type: ColumnType, value: unknown): Cell {
  if (value === undefined || value === null) return null;
  const cell = CONVERSIONS[type](value);
  if (cell === undefined) throw new ConversionError(`"${name}" must be ${type}, got ${typeof value}`);
  return cell;
}

const CONVERSIONS: Readonly<Record<ColumnType, (value: unknown) => Cell | undefined>> = {
  string: (value) => (typeof value === "string" ? value : JSON.stringify(value)),
  double: (value) => (typeof value === "number" ? value : undefined),
  bigint: (value) => (typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : undefined),
  int: (value) => (typeof value === "number" && (value | 0) === value ? value : undefined),
  boolean: (value) => (typeof value === "boolean" ? value : undefined),
  timestamp: timestampOf,
};

/** Seconds of any year up to 5138 are below it, and milliseconds of any time after 1973 above. */
const MILLISECONDS_FROM = 1e11;

/** Texts in UTC, or numbers: whole milliseconds, or seconds with a fraction. */
function timestampOf(value: unknown): Date | undefined {
  if (typeof value === "number")
    return new Date(Math.abs(value) >= MILLISECONDS_FROM ? value : Math.round(value * 1000));
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?Z?$/.test(value)) return undefined;
  const date = new Date(`${value.replace(" ", "T").replace(/Z$/, "")}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

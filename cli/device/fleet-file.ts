import { isUtf8 } from "node:buffer";
import { parse } from "csv-parse/sync";
import { MAX_THING_NAME_LENGTH, THING_NAME } from "../../contract/thing-name";
import { UsageError } from "../kit/usage-error";
import type { NewDevice } from "./changes";

/** https://docs.aws.amazon.com/iot/latest/apireference/API_AttributePayload.html */
const TYPE = /^[A-Za-z0-9_.,@/:#-]{1,800}$/;
const PROBLEMS_SHOWN = 10;

/**
 * A device of the command line, checked.
 * @throws UsageError
 */
export function deviceOf(name: string, type: string | undefined): NewDevice {
  const problem = problemOf(name, type);
  if (problem !== undefined) throw new UsageError(problem);
  return { name, type };
}

/**
 * The devices of a CSV file, whose first line names its columns: `name`, and `type` where there are types. Commas, semicolons or tabs
 * separate them; the header may be in capitals.
 * @throws UsageError with every problem and its line
 */
export function devicesOf(bytes: Buffer, file: string): NewDevice[] {
  const csv = textOf(bytes, file);
  const delimiter = delimiterOf(csv);
  let rows: { readonly record: Record<string, string>; readonly info: { readonly lines: number } }[];
  const columns = (header: string[]) => headerOf(header, file);
  try {
    rows = parse(csv, { columns, delimiter, info: true, skip_empty_lines: true, trim: true });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      `"--from" must be a CSV file, got "${file}": ${error instanceof Error ? error.message : error}`,
    );
  }
  const lines = new Map<string, number>();
  const problems: string[] = [];
  for (const { record, info } of rows) {
    const { name = "", type } = record;
    const before = lines.get(name);
    const problem = before === undefined ? problemOf(name, type || undefined) : `"${name}" is in line ${before}, too`;
    if (problem !== undefined) problems.push(`line ${info.lines}: ${problem}`);
    lines.set(name, before ?? info.lines);
  }
  if (rows.length === 0)
    problems.push(
      'the file must list devices, got none. Fix: write a line "name" or "name,type", and a line per device',
    );
  if (problems.length > 0) {
    const more = problems.length > PROBLEMS_SHOWN ? `\n  and ${problems.length - PROBLEMS_SHOWN} more` : "";
    throw new UsageError(`${file}: nothing was done\n  ${problems.slice(0, PROBLEMS_SHOWN).join("\n  ")}${more}`);
  }
  return rows.map(({ record: { name = "", type } }) => ({ name, type: type || undefined }));
}

/**
 * The file's text: UTF-8, or UTF-16 with a byte order mark, as spreadsheets write it.
 * @throws UsageError for other bytes
 */
function textOf(bytes: Buffer, file: string): string {
  const mark = bytes.toString("hex", 0, 2);
  if (mark === "fffe") return bytes.toString("utf16le", 2);
  if (mark === "feff") return Buffer.from(bytes.subarray(2)).swap16().toString("utf16le");
  if (!isUtf8(bytes) || bytes.includes(0))
    throw new UsageError(
      `${file}: nothing was done, it must be text in UTF-8 or UTF-16, got other bytes. Fix: save it as CSV UTF-8`,
    );
  return bytes.toString("utf8").replace(/^\uFEFF/, "");
}

/** The separator of the header's columns. */
function delimiterOf(csv: string): string {
  const [header = ""] = csv.split(/\r?\n/, 1);
  return [";", "\t"].find((sign) => header.includes(sign)) ?? ",";
}

/**
 * The columns' names.
 * @throws UsageError where there is no header, or an unknown column
 */
function headerOf(header: readonly string[], file: string): string[] {
  const names = header.map((column) => column.trim().toLowerCase());
  const shown = `"${header.join(",")}"`;
  const fix = 'Fix: begin the file with a line "name" or "name,type"';
  if (!names.includes("name"))
    throw new UsageError(
      `${file}: nothing was done, the first line must name the columns, with "name", got ${shown}. ${fix}`,
    );
  const unknown = names.filter((name) => name !== "name" && name !== "type");
  if (unknown.length > 0)
    throw new UsageError(
      `${file}: nothing was done, the columns must be "name" and "type", got "${unknown.join('", "')}". Fix: remove the others`,
    );
  if (new Set(names).size < names.length)
    throw new UsageError(`${file}: nothing was done, each column must be there once, got ${shown}. ${fix}`);
  return names;
}

function problemOf(name: string, type: string | undefined): string | undefined {
  if (!THING_NAME.test(name))
    return `a device's name must be 1 to ${MAX_THING_NAME_LENGTH} letters, digits, ":", "_" and "-", got ${JSON.stringify(name)}`;
  if (type !== undefined && !TYPE.test(type))
    return `a device's type must be letters, digits and "_.,@/:#-", got ${JSON.stringify(type)}`;
  return undefined;
}

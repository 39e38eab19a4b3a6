import { parse } from "csv-parse/sync";
import { UsageError } from "../command";
import type { NewDevice } from "./changes";

/** https://docs.aws.amazon.com/iot/latest/apireference/API_CreateThing.html */
const NAME = /^[A-Za-z0-9:_-]{1,128}$/;
/** https://docs.aws.amazon.com/iot/latest/apireference/API_AttributePayload.html */
const TYPE = /^[A-Za-z0-9_.,@/:#-]{1,800}$/;
const PROBLEMS_SHOWN = 10;

/** A device of the command line, checked. @throws UsageError */
export function deviceOf(name: string, type: string | undefined): NewDevice {
  const problem = problemOf(name, type);
  if (problem !== undefined) throw new UsageError(problem);
  return { name, type };
}

/**
 * The devices of a CSV file, whose first line names its columns: `name`, and `type` where there are types.
 * @throws UsageError with every problem and its line; nothing is done then
 */
export function devicesOf(csv: string, file: string): NewDevice[] {
  let rows: { readonly record: Record<string, string>; readonly info: { readonly lines: number } }[];
  try {
    rows = parse(csv, { bom: true, columns: true, info: true, skip_empty_lines: true, trim: true });
  } catch (error) {
    throw new UsageError(
      `"--from" must be a CSV file, ${file} is none: ${error instanceof Error ? error.message : error}`,
    );
  }
  const lines = new Map<string, number>();
  const problems: string[] = [];
  for (const { record, info } of rows) {
    const { name = "", type } = record;
    const before = lines.get(name);
    const problem =
      before === undefined ? problemOf(name, type || undefined) : `"${name}" stands in line ${before} already`;
    if (problem !== undefined) problems.push(`line ${info.lines}: ${problem}`);
    lines.set(name, before ?? info.lines);
  }
  if (rows.length === 0) problems.push('there is no device in it: a line "name" or "name,type", and a line for each');
  if (problems.length > 0) {
    const more = problems.length > PROBLEMS_SHOWN ? `\n  and ${problems.length - PROBLEMS_SHOWN} more` : "";
    throw new UsageError(`${file}: nothing was done\n  ${problems.slice(0, PROBLEMS_SHOWN).join("\n  ")}${more}`);
  }
  return rows.map(({ record: { name = "", type } }) => ({ name, type: type || undefined }));
}

function problemOf(name: string, type: string | undefined): string | undefined {
  if (!NAME.test(name))
    return `a device's name must be 1 to 128 letters, digits, ":", "_" and "-", got ${JSON.stringify(name)}`;
  if (type !== undefined && !TYPE.test(type))
    return `a device's type must be letters, digits and "_.,@/:#-", got ${JSON.stringify(type)}`;
  return undefined;
}

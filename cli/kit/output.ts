import { flag } from "./options";

/** Rows of a result. */
export interface Answer {
  readonly columns: readonly string[];
  /** In the columns' order; null is no value. */
  readonly rows: readonly (readonly unknown[])[];
}

/** How rows are written: for a person, a program or a spreadsheet. */
export type Format = "table" | "json" | "csv";

/** Makes the command print JSON. */
export const JSON_OPTION = { json: flag("print one JSON object per line") };

/** Options that choose the format; without any, it is a table. */
export const FORMAT_OPTIONS = { ...JSON_OPTION, csv: flag("print comma-separated values", { excludes: ["json"] }) };

/** The format that the options ask for. */
export function formatOf({ json, csv = false }: { readonly json: boolean; readonly csv?: boolean }): Format {
  return json ? "json" : csv ? "csv" : "table";
}

/** Writes rows as they come, in columns of a given width: no row waits for the last one. */
export function rowWriter(
  columns: readonly { readonly name: string; readonly width: number }[],
  format: Format,
  write: (line: string) => void,
): (row: readonly unknown[]) => void {
  const names = columns.map(({ name }) => name);
  const line = (row: readonly unknown[]) =>
    columns
      .map(({ width }, i) => printable(row[i]).padEnd(width))
      .join("  ")
      .trimEnd();
  if (format === "csv") write(`${names.map(csvField).join(",")}\r`);
  if (format === "table") write(line(names));
  return (row) => {
    if (format === "table") write(line(row));
    else if (format === "csv") write(`${row.map(csvField).join(",")}\r`);
    else write(formatAnswer({ columns: names, rows: [row] }, "json"));
  };
}

/** The answer as text: aligned columns for a person, one JSON object per line, or CSV (RFC 4180). */
export function formatAnswer({ columns, rows }: Answer, format: Format): string {
  if (format === "json") {
    const names = differentNames(columns);
    return rows
      .map((row) => JSON.stringify(Object.fromEntries(names.map((name, i) => [name, row[i] ?? null]))))
      .join("\n");
  }
  if (format === "csv") return [columns, ...rows].map((row) => row.map(csvField).join(",")).join("\r\n");
  const names = columns.map(printable);
  const texts = rows.map((row) => columns.map((_, i) => printable(row[i])));
  const widths = names.map((name, i) => Math.max(name.length, ...texts.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((text, i) => text.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd();
  return [names, widths.map((width) => "-".repeat(width)), ...texts].map(line).join("\n");
}

/** Hands over an answer as text. No rows are nothing in JSON: an empty line is no object. */
export function writeAnswer(answer: Answer, format: Format, write: (text: string) => void): void {
  if (format !== "json" || answer.rows.length > 0) write(formatAnswer(answer, format));
}

/** The names, of which each that occurred before has a number behind it: an object's field has one value. */
function differentNames(names: readonly string[]): string[] {
  const taken = new Set(names);
  const seen = new Set<string>();
  return names.map((name) => {
    if (!seen.has(name)) {
      seen.add(name);
      return name;
    }
    let number = 1;
    while (taken.has(`${name}_${number}`)) number += 1;
    taken.add(`${name}_${number}`);
    return `${name}_${number}`;
  });
}

/** Control characters, and characters that turn the direction of text, break a line or are invisible. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/**
 * What a spreadsheet takes for the beginning of a formula, full-width and small forms and the minus sign included; in many countries
 * a cell begins after ";", too. https://owasp.org/www-community/attacks/CSV_Injection
 */
const FORMULA = /(^|;)(?=\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\uFE66\uFE62\uFE63\uFE6B\u2212])|^(?=[\t\r\n])/g;

/** Text for a terminal or a spreadsheet: a device's text must not control the program that shows it. */
export function printable(value: unknown): string {
  return textOf(value).replace(UNSEEN, escaped);
}

/** Like `printable`, for a message of several lines. */
export function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

function escaped(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
}

function csvField(value: unknown): string {
  const text = textOf(value);
  const isNumber = text.trim() !== "" && Number.isFinite(Number(text));
  // An apostrophe in front makes a spreadsheet show what it would otherwise run.
  const safe = printable(isNumber ? text : text.replace(FORMULA, (before) => `${before}'`));
  return /[",;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** A word for a shell: quoted where the shell would read more into it. */
export function shellWord(word: string): string {
  return /^[\w:/.-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A number with its noun, in the plural where it must be: `2 records`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

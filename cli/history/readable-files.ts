import { globSync, statSync } from "node:fs";
import path from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";

/** The files below the folder that SQL can read, as DuckDB takes their paths, and the keys of those that it cannot. */
export interface Sorted {
  readonly readable: readonly string[];
  readonly unreadable: readonly string[];
}

/** Sorts Parquet files: truncated ones cannot be read, nor foreign ones, which lack one of the columns. */
export async function readableParquet(
  connection: DuckDBConnection,
  folder: string,
  pattern: string,
  columns: readonly string[],
): Promise<Sorted> {
  const keys = keysOf(folder, pattern);
  const readable = new Set(await readableOf(keys));
  return sorted(folder, keys, (key) => readable.has(key));

  /** One bad file fails a question about many: halves find it in few questions. */
  async function readableOf(some: readonly string[]): Promise<readonly string[]> {
    if (some.length === 0) return [];
    const files = some.map((key) => quoted(literal(path.join(folder, key)))).join(", ");
    const sql = `SELECT file_name, list(lower(name)) AS names FROM parquet_schema([${files}]) GROUP BY file_name`;
    const schemas = await connection
      .runAndReadAll(`SELECT file_name FROM (${sql}) WHERE list_has_all(names, [${columns.map(quoted).join(", ")}])`)
      .catch(() => undefined);
    if (schemas !== undefined) {
      const whole = new Set(schemas.getRowsJson().map(([file]) => file));
      return some.filter((key) => whole.has(path.join(folder, key)));
    }
    if (some.length === 1) return [];
    const middle = Math.ceil(some.length / 2);
    return [...(await readableOf(some.slice(0, middle))), ...(await readableOf(some.slice(middle)))];
  }
}

/** Sorts files of lines: empty ones cannot be read. */
export function readableLines(folder: string, pattern: string): Sorted {
  return sorted(folder, keysOf(folder, pattern), (key) => {
    const found = statSync(path.join(folder, key));
    return found.isFile() && found.size > 0;
  });
}

/** A text as SQL has it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Only the pattern is one: the folder's name can hold its signs. */
function keysOf(folder: string, pattern: string): readonly string[] {
  return globSync(pattern, { cwd: folder }).sort();
}

function sorted(folder: string, keys: readonly string[], isReadable: (key: string) => boolean): Sorted {
  const readable = keys.filter(isReadable).map((key) => literal(path.join(folder, key)));
  return { readable, unreadable: keys.filter((key) => !isReadable(key)) };
}

/** A path in which DuckDB finds no pattern: https://duckdb.org/docs/stable/data/multiple_files/overview#multi-file-reads-and-globs */
function literal(file: string): string {
  return file.replaceAll(/[*?[]/g, (sign) => `[${sign}]`);
}

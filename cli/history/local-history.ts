import { existsSync } from "node:fs";
import path from "node:path";
import {
  ARRIVAL_HOUR,
  type Column,
  READINGS_COLUMNS,
  READINGS_TABLE,
  REJECTED_COLUMNS,
  REJECTED_TABLE,
} from "../../contract/columns";
import { PREFIX } from "../../contract/objects";
import type { Answer } from "../kit/output";
import { printable, shellWord } from "../kit/output";
import { cell } from "./cell";
import type { Question } from "./question";
import { readableFiles } from "./readable-files";
import { questionForDuckDb, speakTrino } from "./trino/question-for-duckdb";

/** DuckDB's names of Glue's types. */
const TYPES = {
  string: "VARCHAR",
  double: "DOUBLE",
  boolean: "BOOLEAN",
  timestamp: "TIMESTAMP",
  bigint: "BIGINT",
} as const;

/**
 * Asks the archive that a run has kept in a folder: the same tables and columns as in Athena.
 * @throws Error where there is no such folder, or with DuckDB's reason; the signal's reason
 */
export async function askFolder(folder: string, { sql, parameters }: Question, signal?: AbortSignal): Promise<Answer> {
  if (!existsSync(folder))
    throw new Error(
      `"--data" must be a folder that a run has kept, got "${folder}". Fix: npm run local -- --keep ${shellWord(folder)}`,
    );
  // No other command needs it, and loading it takes as long as the rest of most of them.
  const { DuckDBInstance, DuckDBTimestampTZValue }: typeof import("@duckdb/node-api") = require("@duckdb/node-api");
  // Athena's times are in UTC; this client's are in the zone of the machine by default.
  DuckDBTimestampTZValue.timezoneOffsetInMinutes = 0;
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  // It ends the statement at hand with an error.
  const interrupt = () => connection.interrupt();
  signal?.addEventListener("abort", interrupt, { once: true });
  try {
    for (const statement of tables(folder)) await connection.run(statement);
    await speakTrino(connection);
    const asked = await questionForDuckDb(connection, sql);
    signal?.throwIfAborted();
    const reader = await connection.runAndReadAll(asked, [...parameters]);
    const types = reader.columnTypes().map(String);
    const rows = reader.getRowsJson().map((row) => row.map((value, at) => cell(types[at] ?? "", value)));
    return { columns: reader.columnNames(), rows };
  } finally {
    signal?.removeEventListener("abort", interrupt);
    connection.closeSync();
    instance.closeSync();
  }
}

function tables(folder: string): string[] {
  const readings = view(
    folder,
    READINGS_TABLE,
    PREFIX.readings,
    READINGS_COLUMNS,
    ".parquet",
    "read_parquet(FILES, filename = true)",
  );
  const fields = REJECTED_COLUMNS.map(({ name, type }) => `${quoted(jsonField(name))}: '${TYPES[type]}'`).join(", ");
  const json = `read_json(FILES, format = 'newline_delimited', ignore_errors = true, columns = {${fields}}, filename = true)`;
  return [readings, view(folder, REJECTED_TABLE, PREFIX.rejected, REJECTED_COLUMNS, ".jsonl", json)];
}

/** The statement for a table over the objects under a prefix, with the hour from their keys; it is empty where there are none. */
function view(
  folder: string,
  table: string,
  prefix: string,
  columns: readonly Column[],
  extension: string,
  source: string,
): string {
  const pattern = path.join(folder, prefix, "*/*/*/*", `*${extension}`);
  const { readable, unreadable } = readableFiles(pattern);
  for (const file of unreadable) process.stderr.write(`"${printable(file)}" cannot be read, and is skipped\n`);
  if (readable.length === 0) {
    const none = columns.map(({ name, type }) => `CAST(NULL AS ${TYPES[type]}) AS ${name}`).join(", ");
    return `CREATE VIEW ${table} AS SELECT ${none}, CAST(NULL AS VARCHAR) AS ${ARRIVAL_HOUR} WHERE false`;
  }
  const cells = columns.map(({ name, type }) => `CAST(${name} AS ${TYPES[type]}) AS ${name}`).join(", ");
  const hour = `regexp_extract(filename, '${prefix}(\\d{4}/\\d\\d/\\d\\d/\\d\\d)/', 1) AS ${ARRIVAL_HOUR}`;
  return `CREATE VIEW ${table} AS SELECT ${cells}, ${hour} FROM ${source.replace("FILES", () => `[${readable.map(quoted).join(", ")}]`)}`;
}

/** Glue's names are in lower case; the lines' fields are not. */
function jsonField(column: string): string {
  const fields = ["reason", "detail", "shardId", "sequenceNumber", "partitionKey", "arrivedAt", "data", "entries"];
  return fields.find((field) => field.toLowerCase() === column) ?? column;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

import { existsSync, statSync } from "node:fs";
import path from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import {
  ARRIVAL_HOUR,
  type Column,
  READINGS_COLUMNS,
  READINGS_TABLE,
  REJECTED_COLUMNS,
  REJECTED_TABLE,
} from "../../contract/columns";
import { PREFIX } from "../../contract/objects";
import { COPIED } from "../../stores/archive-copy";
import type { Answer } from "../kit/output";
import { printable, shellWord } from "../kit/output";
import type { Io } from "../kit/terminal";
import { cell } from "./cell";
import type { Question } from "./question";
import { quoted, readableLines, readableParquet, type Sorted } from "./readable-files";
import { questionForDuckDb, speakTrino } from "./trino/question-for-duckdb";

/** DuckDB's names of Glue's types. */
const TYPES = {
  string: "VARCHAR",
  double: "DOUBLE",
  boolean: "BOOLEAN",
  timestamp: "TIMESTAMP",
  bigint: "BIGINT",
} as const;

/** Who asks: takes messages for the person, and can stop it. */
type Listening = Pick<Io, "note"> & Partial<Pick<Io, "signal">>;

/**
 * Asks the archive that a run has kept in a folder.
 * @throws Error where there is no such folder, or with DuckDB's reason
 */
export async function askKept(folder: string, question: Question, io: Listening): Promise<Answer> {
  const rule = '"--data" must be a folder that a run has kept';
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined)
    throw new Error(`${rule}, got "${folder}". Fix: npm run local -- --keep ${shellWord(folder)}`);
  if (!found.isDirectory()) throw new Error(`${rule}, got the file "${folder}". Fix: name the folder that it is in`);
  if (!COPIED.some((prefix) => existsSync(path.join(folder, prefix))))
    io.note(`"${printable(folder)}" has neither ${COPIED.join(" nor ")}: no run has kept its archive there`);
  return askFolder(folder, question, io);
}

/**
 * Asks an archive in a folder: the same tables and columns as in Athena.
 * @throws Error with DuckDB's reason; the signal's reason
 */
export async function askFolder(
  folder: string,
  { sql, parameters }: Question,
  { note, signal }: Listening,
): Promise<Answer> {
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
    await makeTables(connection, folder, note);
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

async function makeTables(connection: DuckDBConnection, folder: string, note: Io["note"]): Promise<void> {
  const names = READINGS_COLUMNS.map(({ name }) => name);
  const readings = await readableParquet(connection, folder, `${PREFIX.readings}*/*/*/*/*.parquet`, names);
  const rejected = readableLines(folder, `${PREFIX.rejected}*/*/*/*/*.jsonl`);
  for (const key of [...readings.unreadable, ...rejected.unreadable])
    note(`"${printable(key)}" cannot be read, and is skipped`);
  const parquet = "read_parquet(FILES, filename = true)";
  await connection.run(view(READINGS_TABLE, PREFIX.readings, READINGS_COLUMNS, readings, parquet));
  const fields = REJECTED_COLUMNS.map(({ name, type }) => `${quoted(jsonField(name))}: '${TYPES[type]}'`).join(", ");
  const json = `read_json(FILES, format = 'newline_delimited', ignore_errors = true, columns = {${fields}}, filename = true)`;
  await connection.run(view(REJECTED_TABLE, PREFIX.rejected, REJECTED_COLUMNS, rejected, json));
}

/** The statement for a table over the objects under a prefix, with the hour from their keys; it is empty where there are none. */
function view(table: string, prefix: string, columns: readonly Column[], { readable }: Sorted, source: string): string {
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

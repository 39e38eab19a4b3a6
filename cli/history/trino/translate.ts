import type { DuckDBConnection } from "@duckdb/node-api";
import { parseExactly } from "./exact-json";
import { type Node, withTrinosMeaning } from "./expressions";
import { TRINO_MACROS } from "./macros";
import { spelledForDuckDb } from "./spelling";

/** Makes a connection answer as Athena does: in UTC, with Trino's functions. */
export async function speakTrino(connection: DuckDBConnection): Promise<void> {
  await connection.run("SET TimeZone = 'UTC'");
  for (const macro of TRINO_MACROS) await connection.run(macro);
}

/**
 * A SELECT of Trino in DuckDB's words, as far as the two can be made equal.
 * @throws Error with DuckDB's reason where it cannot be parsed
 */
export async function inDuckDb(connection: DuckDBConnection, sql: string): Promise<string> {
  const parsed = await textOf(connection, `SELECT json_serialize_sql(${literal(spelledForDuckDb(sql))})`);
  const tree = parseExactly(parsed) as { error: boolean; error_message?: string; statements?: Node[] };
  if (tree.error || !tree.statements)
    throw new Error(`the SQL cannot be read: ${tree.error_message ?? "it is no SELECT"}`);
  const meant = JSON.stringify({ ...tree, statements: tree.statements.map(withTrinosMeaning) });
  return textOf(connection, `SELECT json_deserialize_sql(CAST(${literal(meant)} AS JSON))`);
}

async function textOf(connection: DuckDBConnection, sql: string): Promise<string> {
  return String((await connection.runAndReadAll(sql)).getRowsJson()[0]?.[0] ?? "");
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

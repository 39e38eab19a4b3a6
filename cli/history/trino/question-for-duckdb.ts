import type { DuckDBConnection } from "@duckdb/node-api";
import { type Node, withTrinosMeaning } from "./expressions";
import { TRINO_MACROS } from "./macros";
import { spelledForDuckDb } from "./spelling";

/** Makes a connection answer as Athena does: in UTC, whatever zone the computer is in, with Trino's functions. */
export async function speakTrino(connection: DuckDBConnection): Promise<void> {
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run("SET integer_division = true");
  for (const macro of TRINO_MACROS) await connection.run(macro);
}

/**
 * The same question in DuckDB's SQL with Trino's meaning.
 * @throws Error with the parser's reason
 */
export async function questionForDuckDb(connection: DuckDBConnection, sql: string): Promise<string> {
  const parsed = await one(connection, "SELECT json_serialize_sql(CAST($1 AS VARCHAR))", spelledForDuckDb(sql));
  const tree = JSON.parse(withNumbersAsTexts(parsed)) as Node & { readonly statements?: readonly Node[] };
  if (tree.error === true) throw new Error(`SQL cannot be read: ${String(tree.error_message)}`);
  const statements = (tree.statements ?? []).map(withTrinosMeaning);
  const written = withTextsAsNumbers(JSON.stringify({ ...tree, statements }));
  return one(connection, "SELECT json_deserialize_sql(CAST($1 AS JSON))", written);
}

async function one(connection: DuckDBConnection, sql: string, parameter: string): Promise<string> {
  const reader = await connection.runAndReadAll(sql, [parameter]);
  return String(reader.getRows()[0]?.[0]);
}

/** JavaScript would read 2.0 as 2 and round a large whole number, and the parser takes neither back. */
function withNumbersAsTexts(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (text) =>
    text.startsWith('"') ? text : `"\\u0001${text}"`,
  );
}

function withTextsAsNumbers(json: string): string {
  return json.replace(/"\\u0001(-?\d[\d.eE+-]*)"/g, "$1");
}

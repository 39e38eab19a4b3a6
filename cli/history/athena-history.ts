import { setTimeout as sleep } from "node:timers/promises";
import {
  type AthenaClient,
  GetQueryExecutionCommand,
  paginateGetQueryResults,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import type { Answer } from "../kit/output";
import type { Io } from "../kit/terminal";
import { cell } from "./cell";
import type { Question } from "./question";

const POLL_MS = 1000;

/** Where Athena has a stack's tables. */
export interface AthenaTarget {
  readonly database: string;
  /** The workgroup that limits and stores the queries. */
  readonly workgroup: string;
}

/**
 * Asks Athena, and notes how much it scanned. Ctrl-C stops the query in Athena, too.
 * @throws Error with Athena's reason
 */
export async function askAthena(
  client: AthenaClient,
  { database, workgroup }: AthenaTarget,
  { sql, parameters }: Question,
  io: Io,
  pollMs = POLL_MS,
): Promise<Answer> {
  const { QueryExecutionId = "" } = await client.send(
    new StartQueryExecutionCommand({
      QueryString: sql,
      QueryExecutionContext: { Database: database },
      WorkGroup: workgroup,
      // A parameter is a literal of SQL.
      ...(parameters.length > 0
        ? { ExecutionParameters: parameters.map((text) => `'${text.replaceAll("'", "''")}'`) }
        : {}),
    }),
  );
  const startedAt = performance.now();
  for (;;) {
    const { QueryExecution: { Status, Statistics } = {} } = await client.send(
      new GetQueryExecutionCommand({ QueryExecutionId }),
    );
    const scanned = `${((Statistics?.DataScannedInBytes ?? 0) / 1e6).toFixed(1)} MB scanned`;
    if (Status?.State === "SUCCEEDED") {
      io.note(scanned);
      break;
    }
    if (Status?.State === "FAILED" || Status?.State === "CANCELLED")
      throw new Error(`Athena ended the query: ${Status.StateChangeReason ?? Status.State} (${scanned})`);
    io.progress(`${Status?.State ?? "QUEUED"} ${((performance.now() - startedAt) / 1000).toFixed(0)} s  ${scanned}`);
    await sleep(pollMs, undefined, { signal: io.signal }).catch(async (error) => {
      await client.send(new StopQueryExecutionCommand({ QueryExecutionId }));
      throw error;
    });
  }
  const rows: unknown[][] = [];
  let columns: { readonly Name?: string | undefined; readonly Type?: string | undefined }[] = [];
  for await (const { ResultSet } of paginateGetQueryResults({ client }, { QueryExecutionId })) {
    columns = ResultSet?.ResultSetMetadata?.ColumnInfo ?? [];
    for (const { Data = [] } of ResultSet?.Rows ?? [])
      rows.push(Data.map(({ VarCharValue = null }, at) => cell(columns[at]?.Type ?? "", VarCharValue)));
  }
  // The first row of a SELECT holds the columns' names again.
  return { columns: columns.map(({ Name = "" }) => Name), rows: rows.slice(1) };
}

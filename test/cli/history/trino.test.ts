import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { inDuckDb, speakTrino } from "../../../cli/history/trino/translate";

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await (await DuckDBInstance.create(":memory:")).connect();
  await speakTrino(connection);
});
afterAll(() => connection.closeSync());

/** The first row, each cell as text: what a person reads. */
async function answer(sql: string): Promise<unknown[]> {
  const reader = await connection.runAndReadAll(await inDuckDb(connection, sql));
  return (reader.getRowsJson()[0] ?? []).map((value) => (value === null ? null : String(value)));
}

const T = "TIMESTAMP '2026-01-02 03:04:05'";

describe("SQL that Athena and the laptop both take", () => {
  // The right column is what Trino's documentation says: https://trino.io/docs/current/functions.html
  it.each([
    ["7/2", "3"],
    ["-7/2", "-3"],
    ["7e0/2", "3.5"],
    ["7 % 3", "1"],
    ["sum(x)/count(*) FROM (VALUES (1), (2)) AS t(x)", "1"],
    ["sum(x)/count(*) FROM (VALUES (1), (4)) AS t(x)", "2"],
    ["sum(x)/count(*) FROM (VALUES (1e0), (4e0)) AS t(x)", "2.5"],
    ["count(*)/2 FROM (VALUES (1), (2), (3)) AS t(x)", "1"],
    ["x/2 FROM (VALUES (7)) AS t(x)", "3"],
    ["x/2 FROM (VALUES (7e0)) AS t(x)", "3.5"],
    ["avg(x) FROM (VALUES (1), (2)) AS t(x)", "1.5"],
    ["CAST(2.5 AS integer)", "3"],
    ["date_diff('hour', TIMESTAMP '2026-01-01 00:59:00', TIMESTAMP '2026-01-01 02:00:00')", "1"],
    ["date_diff('day', DATE '2026-01-01', DATE '2026-01-03')", "2"],
    ["date_diff('minute', TIMESTAMP '2026-01-01 00:00:59', TIMESTAMP '2026-01-01 00:01:00')", "0"],
    ["element_at(ARRAY[1, 2], 5)", null],
    ["element_at(ARRAY[1, 2], -1)", "2"],
    ["cardinality(ARRAY[1, 2])", "2"],
    ["contains(ARRAY[1, 2], 2)", "true"],
    [`${T} AT TIME ZONE 'America/Sao_Paulo'`, "2026-01-02 00:04:05"],
    [`hour(${T} AT TIME ZONE 'America/Sao_Paulo')`, "0"],
    [`date_trunc('day', ${T})`, "2026-01-02 00:00:00"],
    [`date_add('hour', 2, ${T})`, "2026-01-02 05:04:05"],
    ["date_add('month', 1, DATE '2026-01-31')", "2026-02-28"],
    [`to_unixtime(${T})`, "1767323045"],
    ["to_unixtime(from_unixtime(1767323045))", "1767323045"],
    [`date_format(${T}, '%Y-%m-%d %H:%i:%s')`, "2026-01-02 03:04:05"],
    ["date_parse('2026-01-02 03:04:05', '%Y-%m-%d %H:%i:%s')", "2026-01-02 03:04:05"],
    [`format_datetime(${T}, 'yyyy-MM-dd HH:mm')`, "2026-01-02 03:04"],
    ["approx_percentile(x, 0.5) FROM (VALUES (1), (2), (3)) AS t(x)", "2"],
    ["approx_distinct(x) FROM (VALUES (1), (2), (2)) AS t(x)", "2"],
    ["if(1 = 2, 'a')", null],
    ["if(1 = 1, 'a', 'b')", "a"],
    ["try(1/0)", null],
    ["try_cast('x' AS integer)", null],
    ["arbitrary(x) FROM (VALUES (1)) AS t(x)", "1"],
    ["max_by(x, y) FROM (VALUES (1, 2), (3, 1)) AS t(x, y)", "1"],
    ["min_by(x, y) FROM (VALUES (1, 2), (3, 1)) AS t(x, y)", "3"],
    ["count_if(x > 1) FROM (VALUES (1), (2)) AS t(x)", "1"],
    ["regexp_like('abc', 'b.')", "true"],
    ["regexp_extract('abc', 'x')", null],
    ["split_part('a-b', '-', 2)", "b"],
    ["split_part('a-b', '-', 3)", null],
    [`json_extract_scalar('{"a":{"b":1}}', '$.a.b')`, "1"],
    [`json_extract_scalar('{"a":{"b":1}}', '$.a')`, null],
    ["concat('a', 'b')", "ab"],
    ["day_of_week(DATE '2026-01-04')", "7"],
    ["greatest(1, 2)", "2"],
    ["9007199254740993", "9007199254740993"],
  ])("answers alike: SELECT %s is %s", async (expression, expected) => {
    expect(await answer(`SELECT ${expression}`)).toEqual([expected]);
  });

  it("counts the last hour in UTC, wherever the laptop is", async () => {
    const hours = "date_diff('minute', CAST(now() AS timestamp), CAST(current_timestamp AS timestamp))";
    const utc = new Date().toISOString().slice(0, 13).replace("T", " ");
    expect(await answer(`SELECT ${hours}, date_format(CAST(now() AS timestamp), '%Y-%m-%d %H')`)).toEqual(["0", utc]);
  });

  it("fails where Trino fails", async () => {
    await expect(answer("SELECT 1/0")).rejects.toThrow("Division by zero");
  });

  it("says what cannot be read", async () => {
    await expect(answer("SELECT value FROM")).rejects.toThrow("the SQL cannot be read: syntax error");
  });
});

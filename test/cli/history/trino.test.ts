import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askFolder } from "../../../cli/history/local-history";
import type { Question } from "../../../cli/history/question";
import { NAMED_QUERIES } from "../../../lib/named-queries";
import { recordingIo } from "../../helpers/recording-io";

/** SQL and Trino's answer to it: https://trino.io/docs/current/functions.html */
const PAIRS: readonly (readonly [string, unknown])[] = [
  ["7/2", 3],
  ["-7/2", -3],
  ["7 % 2", 1],
  ["7/2e0", 3.5],
  ["date_diff('hour', TIMESTAMP '2026-01-01 00:59:00', TIMESTAMP '2026-01-01 01:01:00')", 0],
  ["date_diff('day', TIMESTAMP '2026-01-01 23:00:00', TIMESTAMP '2026-01-03 22:00:00')", 1],
  ["date_diff('minute', TIMESTAMP '2026-01-01 00:02:00', TIMESTAMP '2026-01-01 00:00:30')", -1],
  ["element_at(ARRAY[4, 5, 6], 2)", 5],
  ["element_at(ARRAY[4, 5, 6], -1)", 6],
  ["element_at(ARRAY[4, 5, 6], 9)", null],
  ["cardinality(ARRAY[4, 5, 6])", 3],
  ["contains(ARRAY[4, 5], 5)", true],
  ["to_unixtime(TIMESTAMP '2026-01-01 00:00:00')", 1767225600],
  ["to_unixtime(from_unixtime(1767225600))", 1767225600],
  ["date_format(TIMESTAMP '2026-01-02 03:04:05', '%Y-%m-%d %H:%i:%s')", "2026-01-02 03:04:05"],
  ["CAST(date_parse('2026-01-02 03:04', '%Y-%m-%d %H:%i') AS varchar)", "2026-01-02 03:04:00.000"],
  ["hour(TIMESTAMP '2026-01-01 12:00:00 UTC' AT TIME ZONE 'America/Sao_Paulo')", 9],
  ["hour(at_timezone(TIMESTAMP '2026-01-01 12:00:00 UTC', 'Asia/Tokyo'))", 21],
  ["try(7/0)", null],
  ["try_cast('x' AS integer)", null],
  ["date_trunc('hour', TIMESTAMP '2026-01-01 12:34:56') = TIMESTAMP '2026-01-01 12:00:00'", true],
  ["date_add('month', 1, DATE '2026-01-31') = DATE '2026-02-28'", true],
  ["date_add('minute', -5, TIMESTAMP '2026-01-01 00:00:00') = TIMESTAMP '2025-12-31 23:55:00'", true],
  ["regexp_like('line-7', '\\d')", true],
  ["split_part('a-b-c', '-', 2)", "b"],
  ["split_part('a-b', '-', 5)", null],
  [`json_extract_scalar('{"a":{"b":"x"}}', '$.a.b')`, "x"],
  [`json_extract_scalar('{"a":{"b":"x"}}', '$.a')`, null],
  ["json_extract_scalar('no JSON', '$.a')", null],
  [`json_array_length('[1, 2]')`, 2],
  ["if(1 > 2, 'a')", null],
  ["CAST(2.5e0 AS integer)", 3],
  ["(SELECT approx_percentile(x, 0.5) FROM (VALUES (1), (2), (3)) AS t(x))", 2],
  ["(SELECT approx_distinct(x) FROM (VALUES (1), (2), (2)) AS t(x))", 2],
  ["(SELECT arbitrary(x) FROM (VALUES (5), (5)) AS t(x))", 5],
  ["(SELECT max_by(y, x) FROM (VALUES (1, 'a'), (2, 'b')) AS t(x, y))", "b"],
  ["(SELECT min_by(y, x) FROM (VALUES (1, 'a'), (2, 'b')) AS t(x, y))", "a"],
  ["(SELECT count_if(x > 1) FROM (VALUES (1), (2), (3)) AS t(x))", 2],
  ["(SELECT count(*) FILTER (WHERE x / 2 = 1) FROM (VALUES (1), (2), (3)) AS t(x))", 2],
  // Sums and counts have other types in DuckDB, and meet in a division.
  ["(SELECT sum(x) / count(*) FROM (VALUES (1), (4)) AS t(x))", 2],
  ["(SELECT 100 * count_if(x > 1) / count(*) FROM (VALUES (1), (2), (3)) AS t(x))", 66],
  ["(SELECT count(*) / sum(x) FROM (VALUES (1), (1)) AS t(x))", 1],
  ["(SELECT sum(x) % count(*) FROM (VALUES (1), (4)) AS t(x))", 1],
  ["(SELECT 1e0 * count_if(x > 1) / count(*) FROM (VALUES (1), (2)) AS t(x))", 0.5],
  ["(SELECT approx_percentile(x, 0.5e0) FROM (VALUES (1), (2), (3)) AS t(x))", 2],
  [
    "(SELECT date_diff('minute', min(t), max(t)) FROM (VALUES (TIMESTAMP '2026-01-01 00:00:00'), (TIMESTAMP '2026-01-01 01:00:00')) AS x(t))",
    60,
  ],
  [
    "(SELECT date_trunc('hour', max(t)) FROM (VALUES (TIMESTAMP '2026-01-01 00:30:00')) AS x(t))",
    "2026-01-01 00:00:00.000",
  ],
  [
    "(SELECT date_add('hour', 1, max(t)) FROM (VALUES (TIMESTAMP '2026-01-01 00:30:00')) AS x(t))",
    "2026-01-01 01:30:00.000",
  ],
  [
    "(SELECT CAST(max(t) AS varchar) FROM (VALUES (TIMESTAMP '2026-01-01 00:30:00')) AS x(t))",
    "2026-01-01 00:30:00.000",
  ],
  ["(SELECT CAST(avg(x) AS bigint) FROM (VALUES (2), (3)) AS t(x))", 3],
  ["to_iso8601(TIMESTAMP '2026-01-01 00:30:00.250')", "2026-01-01T00:30:00.250"],
  ["to_iso8601(from_unixtime(0))", "1970-01-01T00:00:00.000Z"],
  ["to_iso8601(DATE '2026-01-01')", "2026-01-01"],
  ["date_trunc('month', DATE '2026-01-31')", "2026-01-01"],
  ["DATE '2026-01-08' - INTERVAL '7' DAY", "2026-01-01"],
  ["INTERVAL '1' DAY + DATE '2026-01-01'", "2026-01-02"],
  ["TIMESTAMP '2026-01-01 00:00:00' + INTERVAL '1' DAY", "2026-01-02 00:00:00.000"],
  ["date_add('day', -1, DATE '2026-01-01')", "2025-12-31"],
  ["CAST(true AS integer)", 1],
  ["10.0 / 3", 3.3],
  ["7 / 2 / 2", 1],
  ["cardinality(map(ARRAY['a', 'b'], ARRAY[1, 2]))", 2],
  ["from_unixtime(1767225600)", "2026-01-01 00:00:00.000 UTC"],
  ["date_trunc('hour', TIMESTAMP '2026-01-01 12:34:56')", "2026-01-01 12:00:00.000"],
  ["CAST(TIMESTAMP '2026-01-01 08:00:00' AS varchar)", "2026-01-01 08:00:00.000"],
  ["9223372036854775807 - 1 = 9223372036854775806", true],
];

describe("a question that both engines take has Trino's answer", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "iot-trino-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const ask = (question: Question) => askFolder(folder, question, recordingIo());

  describe("to one of its expressions", () => {
    let answers: readonly unknown[] = [];
    beforeAll(async () => {
      // All at once: what starts the engine and teaches it Trino takes longer than most answers.
      const sql = `SELECT ${PAIRS.map(([expression], at) => `${expression} AS answer_${at}`).join(", ")}`;
      const { columns, rows } = await ask({ sql, parameters: [] });
      expect(columns).toEqual(PAIRS.map((_, at) => `answer_${at}`));
      answers = rows[0] ?? [];
    });

    it.each(PAIRS.map(([sql, expected], at) => ({ sql, expected, at })))("$sql", ({ expected, at }) => {
      expect(answers[at]).toEqual(expected);
    });
  });

  it("names a column without a name by its place", async () => {
    const { columns } = await ask({ sql: "SELECT 1, 2 AS two, 1 + 1", parameters: [] });
    expect(columns).toEqual(["_col0", "two", "_col2"]);
  });

  it("answers each named query", async () => {
    for (const { sql, parameters } of NAMED_QUERIES) {
      const filled = parameters.map(({ name }) => (/minutes|seconds/.test(name) ? "1" : "2026/01/01/00"));
      expect((await ask({ sql, parameters: filled })).rows).toEqual([]);
    }
  });

  it("counts a rejected record once, however often it was tried", async () => {
    const hour = path.join(folder, "rejected/2026/01/01/00");
    mkdirSync(hour, { recursive: true });
    const line = (sequenceNumber: string, reason: string) =>
      `${JSON.stringify({ reason, detail: "", shardId: "s", sequenceNumber, partitionKey: "d", arrivedAt: 1, data: "" })}\n`;
    writeFileSync(path.join(hour, "s-1-2.jsonl"), line("1", "not_json") + line("2", "not_utf8"));
    writeFileSync(path.join(hour, "s-1-3.jsonl"), line("1", "not_json") + line("3", "not_json"));
    const sql = NAMED_QUERIES.find(({ name }) => name === "rejections")?.sql ?? "";
    const { rows } = await ask({ sql, parameters: ["2026/01/01/00", "2026/01/01/00"] });
    expect(rows).toEqual([
      ["not_json", "d", 2, 1],
      ["not_utf8", "d", 1, 1],
    ]);
    rmSync(path.join(folder, "rejected"), { recursive: true });
  });

  it.each(["UTC", "America/Sao_Paulo", "Asia/Tokyo"])(
    "has one hour now, in whatever zone the computer is: %s",
    (TZ) => {
      const sql = `SELECT date_diff('minute', CAST(now() AS timestamp), TIMESTAMP '${new Date().toISOString().slice(0, 19).replace("T", " ")}') AS minutes,
      hour(from_unixtime(0)) AS hour, CAST(TIMESTAMP '2026-01-01 08:00:00' AS timestamp with time zone) > TIMESTAMP '2026-01-01 07:59:00 UTC' AS later`;
      const { stdout } = spawnSync(process.execPath, ["cli/iot.mjs", "history", "--data", folder, "--json", sql], {
        encoding: "utf8",
        env: { ...process.env, TZ },
      });
      expect(stdout).toBe('{"minutes":0,"hour":0,"later":true}\n');
    },
  );

  it("fails for a division by zero", async () => {
    await expect(ask({ sql: "SELECT 1/0", parameters: [] })).rejects.toThrow("Division by zero");
  });
});

import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";

/** In a process of its own, as other programs read it. */
const SCRIPT = `
  import { writeFileSync, rmSync } from "node:fs";
  import { DuckDBInstance } from "@duckdb/node-api";
  import { ParquetObject } from "./local/aws/firehose/parquet.ts";
  import { parquetReadObjects } from "hyparquet";
  const columns = [["device_id", "string"], ["reading_key", "string"], ["value", "double"], ["n", "bigint"], ["i", "int"], ["ok", "boolean"], ["at", "timestamp"]]
    .map(([name, type]) => ({ name, type }));
  const at = new Date("2026-01-02T03:04:05.678Z");
  const object = new ParquetObject(columns);
  const more = 25_000;
  for (let n = 0; n < more; n += 1) object.add(["d0", String(n), n, BigInt(n), n, true, at]);
  for (const row of [["d1", "k1", 1.5, 7n, 3, true, at], ["d2", "k2", null, null, null, null, null]]) object.add(row);
  const body = new Uint8Array(object.finish());
  const file = process.argv[1];
  writeFileSync(file, body);
  const connection = await (await DuckDBInstance.create()).connect();
  const rows = (await connection.runAndReadAll("SELECT * FROM '" + file + "' WHERE device_id <> 'd0'")).getRowObjectsJson();
  const [{ compression }] = (await connection.runAndReadAll("SELECT DISTINCT compression FROM parquet_metadata('" + file + "')")).getRowObjectsJson();
  const [sums] = (await connection.runAndReadAll("SELECT count(*) AS rows, sum(value) AS value, count(DISTINCT reading_key) AS keys FROM '" + file + "' WHERE device_id = 'd0'")).getRowObjectsJson();
  rmSync(file);
  const archived = await parquetReadObjects({ file: body.buffer, columns: ["device_id", "reading_key"], rowStart: more });
  console.log(JSON.stringify({ rows, sums, compression, archived }));
`;

describe("ParquetObject", () => {
  it("holds what was added, in one row group or several: DuckDB reads it by the table's types, and hyparquet reads it", () => {
    const file = `/tmp/parquet-${process.pid}.parquet`;
    const args = ["--input-type=module", "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", "-e", SCRIPT, file];
    expect(JSON.parse(execFileSync(process.execPath, args).toString())).toEqual({
      compression: "SNAPPY",
      rows: [
        { device_id: "d1", reading_key: "k1", value: 1.5, n: "7", i: 3, ok: true, at: "2026-01-02 03:04:05.678" },
        { device_id: "d2", reading_key: "k2", value: null, n: null, i: null, ok: null, at: null },
      ],
      sums: { rows: "25000", value: 312487500, keys: "25000" },
      archived: [
        { device_id: "d1", reading_key: "k1" },
        { device_id: "d2", reading_key: "k2" },
      ],
    });
  });
});

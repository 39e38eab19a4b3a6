import { execFileSync } from "node:child_process";
import { describe, expect, it } from "@jest/globals";

/** In a process of its own: jest does not load these packages. */
const SCRIPT = `
  import { writeFileSync, rmSync } from "node:fs";
  import { DuckDBInstance } from "@duckdb/node-api";
  import { parquetOf } from "./local/aws/firehose/parquet.ts";
  import { parquetReadObjects } from "hyparquet";
  const columns = [["device_id", "string"], ["reading_key", "string"], ["value", "double"], ["n", "bigint"], ["i", "int"], ["ok", "boolean"], ["at", "timestamp"]]
    .map(([name, type]) => ({ name, type }));
  const at = new Date("2026-01-02T03:04:05.678Z");
  const body = parquetOf(columns, [["d1", "k1", 1.5, 7n, 3, true, at], ["d2", "k2", null, null, null, null, null]]);
  const file = process.argv[1];
  writeFileSync(file, body);
  const connection = await (await DuckDBInstance.create()).connect();
  const rows = (await connection.runAndReadAll("SELECT * FROM '" + file + "'")).getRowObjectsJson();
  const [{ compression }] = (await connection.runAndReadAll("SELECT DISTINCT compression FROM parquet_metadata('" + file + "')")).getRowObjectsJson();
  rmSync(file);
  console.log(JSON.stringify({ rows, compression, archived: await parquetReadObjects({ file: body.buffer, columns: ["device_id", "reading_key"] }) }));
`;

describe("parquetOf", () => {
  it("writes what DuckDB reads, by the table's types, and what hyparquet reads", () => {
    const file = `/tmp/parquet-${process.pid}.parquet`;
    const args = ["--input-type=module", "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", "-e", SCRIPT, file];
    expect(JSON.parse(execFileSync(process.execPath, args).toString())).toEqual({
      compression: "SNAPPY",
      rows: [
        { device_id: "d1", reading_key: "k1", value: 1.5, n: "7", i: 3, ok: true, at: "2026-01-02 03:04:05.678" },
        { device_id: "d2", reading_key: "k2", value: null, n: null, i: null, ok: null, at: null },
      ],
      archived: [
        { device_id: "d1", reading_key: "k1" },
        { device_id: "d2", reading_key: "k2" },
      ],
    });
  });
});

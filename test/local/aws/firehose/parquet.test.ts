import { rmSync, writeFileSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";
import { parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import { ParquetObject } from "../../../../local/aws/firehose/parquet";

const COLUMNS = [
  { name: "device_id", type: "string" },
  { name: "reading_key", type: "string" },
  { name: "value", type: "double" },
  { name: "n", type: "bigint" },
  { name: "i", type: "int" },
  { name: "ok", type: "boolean" },
  { name: "at", type: "timestamp" },
] as const;
const AT = new Date("2026-01-02T03:04:05.678Z");
/** Rows of another device before the two that are looked at: more than one group holds. */
const MORE = 25_000;

describe("ParquetObject", () => {
  it("holds what was added, in one row group or several: DuckDB reads it by the table's types, and hyparquet reads it", async () => {
    const object = new ParquetObject(COLUMNS);
    for (let n = 0; n < MORE; n += 1) object.add(["d0", String(n), n, BigInt(n), n, true, AT]);
    object.add(["d1", "k1", 1.5, 7n, 3, true, AT]);
    object.add(["d2", "k2", null, null, null, null, null]);
    const body = new Uint8Array(object.finish());
    const file = `/tmp/parquet-${process.pid}.parquet`;
    writeFileSync(file, body);
    const connection = await (await DuckDBInstance.create()).connect();
    const asked = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
    const rows = await asked(`SELECT * FROM '${file}' WHERE device_id <> 'd0'`);
    const [codec] = await asked(`SELECT DISTINCT compression FROM parquet_metadata('${file}')`);
    const [sums] = await asked(
      `SELECT count(*) AS rows, sum(value) AS value, count(DISTINCT reading_key) AS keys FROM '${file}' WHERE device_id = 'd0'`,
    );
    connection.closeSync();
    rmSync(file);
    const columns = ["device_id", "reading_key"];
    const archived = await parquetReadObjects({ file: body.buffer, columns, rowStart: MORE });
    expect({ rows, sums, compression: codec?.compression, archived }).toEqual({
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

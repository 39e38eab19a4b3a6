import { parquetWriteBuffer } from "hyparquet-writer";
import type { Column, ColumnType } from "./delivery-declaration";
import type { Row } from "./row";

const PARQUET_TYPES = {
  string: "STRING",
  double: "DOUBLE",
  bigint: "INT64",
  int: "INT32",
  boolean: "BOOLEAN",
  timestamp: "TIMESTAMP",
} as const satisfies Readonly<Record<ColumnType, string>>;

/** Rows as one Parquet object, compressed with Snappy. Each column may be null, as Hive's are. */
export function parquetOf(columns: readonly Column[], rows: readonly Row[]): Uint8Array {
  const columnData = columns.map(({ name, type }, at) => ({
    name,
    type: PARQUET_TYPES[type],
    nullable: true,
    data: rows.map((row) => row[at] ?? null),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData, codec: "SNAPPY" }));
}

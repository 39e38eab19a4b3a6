import { ByteWriter, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
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

/** Rows that are encoded together. Encoded they take a twentieth of the memory, so few wait for it. */
const ROW_GROUP = 10_000;

/** A Parquet object that rows are added to, compressed with Snappy. Each column may be null, as Hive's are. */
export class ParquetObject {
  readonly #columns: readonly Column[];
  readonly #bytes = new ByteWriter();
  readonly #writer: ParquetWriter;
  #rows: Row[] = [];

  constructor(columns: readonly Column[]) {
    this.#columns = columns;
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: schemaFromColumnData({ columnData: this.#data([]) }),
    });
  }

  add(row: Row): void {
    this.#rows.push(row);
    if (this.#rows.length >= ROW_GROUP) this.#write();
  }

  /** The whole object; nothing can be added any more. */
  finish(): Uint8Array {
    if (this.#rows.length > 0) this.#write();
    this.#writer.finish();
    return this.#bytes.getBytes();
  }

  #write(): void {
    const columnData = this.#data(this.#rows).map(({ name, data }) => ({ name, data }));
    this.#writer.write({ columnData, rowGroupSize: ROW_GROUP });
    this.#rows = [];
  }

  #data(rows: readonly Row[]) {
    return this.#columns.map(({ name, type }, at) => ({
      name,
      type: PARQUET_TYPES[type],
      nullable: true,
      data: rows.map((row) => row[at] ?? null),
    }));
  }
}

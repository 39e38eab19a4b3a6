/** A column of a table of the history. */
export interface Column {
  /** Its name in SQL. */
  readonly name: string;
  /** Its type in Glue. */
  readonly type: "string" | "double" | "boolean" | "timestamp" | "bigint";
  /** What it holds. */
  readonly comment: string;
}

/** The archive's table. */
export const READINGS_TABLE = "readings";

/** Columns of an archived reading. The transform function fills them, and Firehose writes them as Parquet. */
export const READINGS_COLUMNS = [
  { name: "device_id", type: "string", comment: "The thing that published" },
  { name: "sensor_type", type: "string", comment: "What was measured" },
  { name: "value", type: "double", comment: "In the sensor type's own unit" },
  { name: "event_time", type: "timestamp", comment: "The device's own time, or the arrival where it sent none, UTC" },
  { name: "arrived_at", type: "timestamp", comment: "When the stream took it, UTC" },
  { name: "is_anomaly", type: "boolean", comment: "Whether the value was out of bounds on arrival" },
  {
    name: "reading_key",
    type: "string",
    comment: "The reading's range key in the hot tier; with device_id its identity",
  },
  { name: "shard_id", type: "string", comment: "Where it lay in the stream" },
  { name: "sequence_number", type: "string", comment: "Its place there; the later one counts" },
  { name: "metadata", type: "string", comment: "The device's own object as JSON text, or null" },
] as const satisfies readonly Column[];

/** The table of rejected records, over the objects of `rejected/`. */
export const REJECTED_TABLE = "rejected";

/** Columns of a record that was rejected, whole or in part: the fields of a `RejectedLine`. */
export const REJECTED_COLUMNS = [
  { name: "reason", type: "string", comment: "Why, as a code" },
  { name: "detail", type: "string", comment: "Why, as a sentence" },
  { name: "shardid", type: "string", comment: "Where it lay in the stream" },
  { name: "sequencenumber", type: "string", comment: "Its place there" },
  { name: "partitionkey", type: "string", comment: "The thing that published" },
  { name: "arrivedat", type: "bigint", comment: "When the stream took it, milliseconds since the epoch" },
  { name: "data", type: "string", comment: "The original bytes, in base64" },
  {
    name: "entries",
    type: "string",
    comment: "Which readings of the message, as JSON text; null where it was rejected whole",
  },
] as const satisfies readonly Column[];

/** The partition of both tables: the hour of arrival, UTC, as it stands in the object's prefix, `yyyy/MM/dd/HH`. */
export const ARRIVAL_HOUR = "arrival_hour";

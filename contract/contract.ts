/**
 * Every name that both the stack (or a tool beside it) and the function use stands here once: what the table and
 * the bucket look like, how metrics are called, which environment variables the function reads.
 */

/** Environment variables of the function. The first two are required; the others have the defaults below. */
export const ENV = {
  /** Name of the hot tier's table. */
  table: "DYNAMODB_TABLE",
  /** Name of the archive bucket. */
  bucket: "S3_BUCKET",
  /** The metrics' one dimension: the environment suffix. */
  environment: "ENVIRONMENT",
  /** Bounds of a normal value by sensor type, as JSON: `{"temperature":{"min":0,"max":100}}`. Either bound may be absent. */
  anomalyLimits: "ANOMALY_LIMITS",
  /** Days that a reading stays in the hot tier, counted from arrival. */
  hotRetentionDays: "HOT_RETENTION_DAYS",
} as const;

/** Bounds of a normal value, in the sensor type's own unit; a value outside is an anomaly. */
export interface AnomalyLimit {
  /** The lowest normal value, itself normal. */
  readonly min?: number;
  /** The highest normal value, itself normal. */
  readonly max?: number;
}

/** Bounds by sensor type; a type without any has no anomalies. */
export type AnomalyLimits = Readonly<Record<string, AnomalyLimit>>;

/** What the function assumes where its environment says nothing, and the stack where its configuration does not. */
export const DEFAULTS = {
  environment: "dev",
  anomalyLimits: { temperature: { min: 0, max: 100 }, pressure: { min: 0, max: 200 } } as AnomalyLimits,
  hotRetentionDays: 30,
} as const;

/** Attributes of an item in the hot tier. */
export const ATTRIBUTE = {
  /** Hash key (S): the thing that published. */
  deviceId: "deviceId",
  /** Range key (S): `<13-digit ms>#<sensorType>`, with `#<sequenceNumber>` where the reading has no timestamp of its own. */
  timestampSensorType: "timestampSensorType",
  /** Milliseconds since the epoch (N); range key of the index. */
  timestamp: "timestamp",
  sensorType: "sensorType",
  /** Hash key of the index (S): `<sensorType>#<00..09>`. */
  sensorTypeShard: "sensorTypeShard",
  value: "value",
  isAnomaly: "isAnomaly",
  /** When the item expires (N), seconds since the epoch. */
  expirationTime: "expirationTime",
  /** Kinesis' approximate arrival time (N), milliseconds since the epoch: of two readings with one key the later one counts. */
  arrivedAt: "arrivedAt",
  /** When the function wrote the item (N), milliseconds since the epoch. */
  processedAt: "processedAt",
  /** The device's own object (M), where it sent one. */
  metadata: "metadata",
} as const;

/** The global index for "this sensor type over time". */
export const SENSOR_TYPE_INDEX = "SensorTypeIndex";

/** Shards that spread each sensor type over the index: one partition takes 1,000 writes a second, even on demand. */
export const INDEX_SHARDS = 10;

/** Prefixes of the archive bucket's objects. */
export const PREFIX = {
  /** The cold tier: large Parquet objects. */
  readings: "readings/",
  /** `anomalies/<deviceId>/<timestamp>-<sensorType>.json`: the payload as received, those that it superseded as earlier versions. */
  anomalies: "anomalies/",
  /** `rejected/<yyyy>/<mm>/<dd>/<HH>/<shardId>-<first>-<last>.jsonl`: see `RejectedLine`. */
  rejected: "rejected/",
  /** Failed batches, written by Lambda itself; the name is AWS's. */
  failed: "aws/lambda/",
  /** What Firehose could not convert or transform, by its error type. */
  archiveErrors: "firehose-errors/",
  /** What `iot replay` has replayed, a mark beside each: the originals stay as they are. */
  replayed: "replayed/",
  /** What Athena answers. */
  queryResults: "athena-results/",
} as const;

/** A column of a table that SQL reads: its name, its type as Glue writes it, and what it holds. */
export interface Column {
  readonly name: string;
  readonly type: "string" | "double" | "boolean" | "timestamp" | "bigint";
  readonly comment: string;
}

/** The cold tier's table. The transform function fills these columns, and Firehose writes them as Parquet. */
export const READINGS_TABLE = "readings";
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

/** What was set aside, as a table over the same objects that `rejected/` holds; its columns are a `RejectedLine`'s fields. */
export const REJECTED_TABLE = "rejected";
export const REJECTED_COLUMNS = [
  { name: "reason", type: "string", comment: "Why, as a code" },
  { name: "detail", type: "string", comment: "Why, as a sentence" },
  { name: "shardid", type: "string", comment: "Where it lay in the stream" },
  { name: "sequencenumber", type: "string", comment: "Its place there" },
  { name: "partitionkey", type: "string", comment: "The thing that published" },
  { name: "arrivedat", type: "bigint", comment: "When the stream took it, milliseconds since the epoch" },
  { name: "data", type: "string", comment: "The original bytes, in base64" },
] as const satisfies readonly Column[];

/** The partition of both tables: the hour of arrival, UTC, as it stands in the object's prefix, `yyyy/MM/dd/HH`. */
export const ARRIVAL_HOUR = "arrival_hour";

/**
 * A sensor type: 1 to 64 characters, whichever, but none that a person does not see, no other blank than the space, and not the `#`
 * that parts the range key. Beside it, no blank at an end, and Unicode's composed form.
 */
export const SENSOR_TYPE = /^(?:(?![\p{Cc}\p{Cf}\p{DI}\p{Zl}\p{Zp}\u2800#]|(?! )\p{Zs}).){1,64}$/su;

/** Why a record can never be stored: every code that a `rejected/` line or the log can hold, and what it means. */
export const REJECT_REASONS = {
  empty_payload: "The payload has no bytes.",
  gzip_payload: "The payload is compressed with gzip.",
  aggregated_payload: "The payload is a record that the Kinesis Producer Library aggregated.",
  byte_order_mark: "The payload begins with a byte order mark, which JSON forbids.",
  not_utf8: "The payload is not UTF-8 text.",
  not_json: "The payload is text, but not JSON.",
  not_an_object: "The payload is JSON, but not an object.",
  device_id_missing: "There is no deviceId.",
  device_id_invalid: "deviceId is not a thing's name.",
  device_id_spoofed: "deviceId names another device than the one that published.",
  sensor_type_missing: "There is no sensorType.",
  sensor_type_invalid:
    "sensorType is not a name of 1 to 64 visible characters in NFC, without # and without a blank at an end.",
  value_missing: "There is no value.",
  value_invalid: "value is not a number.",
  value_inexact: "value is an integer that a double does not hold, or too small for it to be more than 0.",
  value_out_of_range: "value is beyond what DynamoDB holds.",
  timestamp_invalid: "timestamp is not a whole number.",
  timestamp_out_of_range: "timestamp is not in milliseconds, or more than a day ahead of the arrival.",
  metadata_invalid:
    "metadata is not an object, or holds an empty key, broken text or a number beyond what DynamoDB holds.",
  metadata_too_deep: "metadata is nested deeper than DynamoDB allows.",
  item_too_large: "The item would be larger than DynamoDB allows.",
  refused_by_store: "DynamoDB refused this one item; the detail holds its message.",
} as const;

/** A key of `REJECT_REASONS`. */
export type RejectReason = keyof typeof REJECT_REASONS;

/** A line of a `rejected/` object. Its identity is (shardId, sequenceNumber): a crash can repeat a line. */
export interface RejectedLine {
  /** Why, as a code. */
  readonly reason: RejectReason;
  /** Why, as a sentence. */
  readonly detail: string;
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  /** Kinesis' approximate arrival time, milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** The original bytes, in base64. */
  readonly data: string;
}

/** Namespace of the function's own metrics; their one dimension is `METRIC_DIMENSION`. */
export const METRIC_NAMESPACE = "IoT/Manufacturing";
export const METRIC_DIMENSION = "Environment";

/** The function's own metrics, each a count over the records before the returned checkpoint. */
export const METRIC = {
  /** Stored. */
  processed: "ProcessedRecords",
  /** Out of bounds, of those stored. */
  anomalies: "AnomaliesDetected",
  /** Set aside in `rejected/`. */
  rejected: "RejectedRecords",
  /** Set aside, plus handed back for a retry. */
  errors: "ProcessingErrors",
  /** Neither stored nor wrong: a reading of the same device, type and time that arrived later is stored instead. */
  superseded: "SupersededReadings",
} as const;

/**
 * A field of the function's event beside `Records`, true where the records are replayed: each is then stored only where nothing
 * that arrived later is. Lambda's own event source mapping never sets it.
 */
export const REPLAY_FIELD = "replay";

/** A field beside it, true where a reading with a wrong timestamp is stored at its arrival. Replays alone may set it. */
export const AS_ARRIVED_FIELD = "asArrived";

/**
 * Attributes of an item in the hot tier. An item holds one reading, or packs the readings of one message that share a sensor type and
 * `metadata`: it then has `lastTimestamp`, `offsets` and `values` in place of `value`.
 */
export const ATTRIBUTE = {
  /** Hash key (S): the thing that published. */
  deviceId: "deviceId",
  /**
   * Range key (S): `<13-digit ms>#<sensorType>`, with `#<sequenceNumber>` where the reading has no timestamp of its own. A packed item has
   * `<first ms>#<sensorType>#<last ms>#<count>`, with `#<hash of the offsets>` where its readings are not evenly spaced.
   */
  timestampSensorType: "timestampSensorType",
  /** Milliseconds since the epoch (N), of a packed item's first reading; range key of the index. */
  timestamp: "timestamp",
  /** Of a packed item's last reading, milliseconds since the epoch (N). */
  lastTimestamp: "lastTimestamp",
  sensorType: "sensorType",
  /** Hash key of the index (S): `<sensorType>#<00..09>`. */
  sensorTypeShard: "sensorTypeShard",
  value: "value",
  /** Milliseconds from `timestamp` to each reading of a packed item (L of N), ascending. */
  offsets: "offsets",
  /** Their values (L of N), in the same order. */
  values: "values",
  /** Places in `values` of those out of bounds (L of N); absent where none is. */
  anomalies: "anomalies",
  /** Whether the value is out of bounds (BOOL), or any of a packed item's. */
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

/** Shards that spread each sensor type over the index: one partition takes 1,000 writes per second, even on demand. */
export const INDEX_SHARDS = 10;

/** Longest time between a packed item's first and last reading, milliseconds: whoever reads by time looks this far back. */
export const MAX_PACKED_SPAN_MS = 600_000;

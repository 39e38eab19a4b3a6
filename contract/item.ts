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

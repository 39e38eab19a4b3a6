/** Prefixes of the archive bucket's objects. */
export const PREFIX = {
  /** The archive: large Parquet objects. */
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

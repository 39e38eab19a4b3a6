import type { READINGS_COLUMNS } from "../../contract/columns";
import type { StreamRecord } from "../../contract/stream-record";
import type { CheckedReading } from "../reading/checked-reading";

/** A row of the archive, as Firehose's JSON reader takes it: timestamps are ISO 8601, UTC. */
export type ArchiveRow = Readonly<Record<(typeof READINGS_COLUMNS)[number]["name"], string | number | boolean | null>>;

/** The row of a reading that was checked. */
export function archiveRow(record: StreamRecord, { reading, range, isAnomaly }: CheckedReading): ArchiveRow {
  return {
    device_id: reading.deviceId,
    sensor_type: reading.sensorType,
    value: reading.value,
    event_time: new Date(reading.timestamp).toISOString(),
    arrived_at: new Date(record.arrivedAt).toISOString(),
    is_anomaly: isAnomaly,
    reading_key: range,
    shard_id: record.shardId,
    sequence_number: record.sequenceNumber,
    metadata: reading.metadata === undefined ? null : JSON.stringify(reading.metadata.source),
  };
}

import { PREFIX } from "../../contract/objects";
import type { StreamRecord } from "../../contract/stream-record";
import type { Reading } from "../reading/reading";

/** The key of an anomaly's payload. The sequence number tells readings without a time of their own apart. */
export function anomalyKey(reading: Reading, sequenceNumber: string): string {
  const { deviceId, timestamp, sensorType, hasOwnTimestamp } = reading;
  const unique = hasOwnTimestamp ? "" : `-${sequenceNumber}`;
  return `${PREFIX.anomalies}${deviceId}/${timestamp}-${percentEncode(sensorType)}${unique}.json`;
}

/** The key of the records that an invocation rejects, of those that arrived in one hour; at least one. */
export function rejectedKey(hour: string, records: readonly StreamRecord[]): string {
  const [first, last] = [records[0], records.at(-1)];
  return `${PREFIX.rejected}${hour}/${first?.shardId}-${first?.sequenceNumber}-${last?.sequenceNumber}.jsonl`;
}

/** UTF-8 percent-encoding of all but RFC 3986's unreserved characters. The string must be well-formed. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

import { PREFIX } from "../../contract/objects";
import type { Reading } from "../reading/reading";

/** The key of an anomaly's payload. The sequence number tells readings without a time of their own apart. */
export function anomalyKey(reading: Reading, sequenceNumber: string): string {
  const { deviceId, timestamp, sensorType, hasOwnTimestamp } = reading;
  const unique = hasOwnTimestamp ? "" : `-${sequenceNumber}`;
  return `${PREFIX.anomalies}${deviceId}/${timestamp}-${percentEncode(sensorType)}${unique}.json`;
}

/** The key of the records that an invocation rejects, of those that arrived in one hour. */
export function rejectedKey(shardId: string, first: string, last: string, hour: string): string {
  return `${PREFIX.rejected}${hour}/${shardId}-${first}-${last}.jsonl`;
}

/** UTF-8 percent-encoding of all but RFC 3986's unreserved characters. The string must be well-formed. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

import { arrivalHour } from "../../contract/arrival-hour";
import { PREFIX } from "../../contract/objects";
import type { Reading } from "../reading/reading";

/** The key of an anomaly's payload. The sequence number tells readings without a time of their own apart. */
export function anomalyKey(reading: Reading, sequenceNumber: string): string {
  const { deviceId, timestamp, sensorType, hasOwnTimestamp } = reading;
  const unique = hasOwnTimestamp ? "" : `-${sequenceNumber}`;
  return `${PREFIX.anomalies}${deviceId}/${timestamp}-${percentEncode(sensorType)}${unique}.json`;
}

/**
 * The key of the records that an invocation rejects, by the hour (UTC) in which the first arrived.
 * @param firstArrivedAt Milliseconds since the epoch.
 */
export function rejectedKey(shardId: string, first: string, last: string, firstArrivedAt: number): string {
  const hour = arrivalHour(firstArrivedAt);
  return `${PREFIX.rejected}${hour}/${shardId}-${first}-${last}.jsonl`;
}

/** UTF-8 percent-encoding of all but RFC 3986's unreserved characters. The string must be well-formed. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

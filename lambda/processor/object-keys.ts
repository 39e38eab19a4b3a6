import { arrivalHour } from "../../contract/arrival-hour";
import { PREFIX } from "../../contract/objects";
import type { Reading } from "../reading/reading";

/** Where an anomaly's payload is kept. A reading without a time of its own is told from its neighbour by the sequence number. */
export function anomalyKey(reading: Reading, sequenceNumber: string): string {
  const { deviceId, timestamp, sensorType, hasOwnTimestamp } = reading;
  const unique = hasOwnTimestamp ? "" : `-${sequenceNumber}`;
  return `${PREFIX.anomalies}${deviceId}/${timestamp}-${percentEncode(sensorType)}${unique}.json`;
}

/** Where the records that an invocation sets aside are kept: by the hour in which the first arrived (UTC, milliseconds). */
export function rejectedKey(shardId: string, first: string, last: string, firstArrivedAt: number): string {
  const hour = arrivalHour(firstArrivedAt);
  return `${PREFIX.rejected}${hour}/${shardId}-${first}-${last}.jsonl`;
}

/** UTF-8 percent-encoding of all but RFC 3986's unreserved characters. The text must be well-formed. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

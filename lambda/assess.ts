import { isAnomaly } from "./anomaly";
import { MAX_ITEM_BYTES } from "./dynamodb-limits";
import type { Settings } from "./environment";
import { expirationTime, itemBytes, itemJson, rangeKey } from "./item";
import { anomalyKey } from "./object-keys";
import { parsePayload } from "./payload";
import { parseReading } from "./reading";
import type { ReceivedRecord } from "./received-record";
import { type Rejection, reject } from "./rejection";

/** What is to be written for a record that holds a reading. */
export interface Accepted {
  readonly ok: true;
  readonly deviceId: string;
  /** The item's range key; with `deviceId` its identity. */
  readonly range: string;
  /** The item in DynamoDB's JSON, UTF-8. */
  readonly item: Buffer;
  /** Where the payload is kept and its bytes, if the value is out of bounds. */
  readonly anomaly: { readonly key: string; readonly body: Buffer } | undefined;
}

/** What becomes of a record: all that can be told without asking a store. `now` is noted on the item and decides nothing. */
export function assess(record: ReceivedRecord, settings: Settings, now: number): Accepted | Rejection {
  const body = Buffer.from(record.data, "base64");
  const payload = parsePayload(body);
  if (!payload.ok) return payload;
  const reading = parseReading(payload.fields, record.partitionKey, record.arrivedAt);
  if (!reading.ok) return reading;
  const range = rangeKey(reading, record.sequenceNumber);
  const facts = {
    isAnomaly: isAnomaly(reading.sensorType, reading.value, settings.anomalyLimits),
    expirationTime: expirationTime(record.arrivedAt, settings.hotRetentionDays),
    processedAt: now,
  };
  // Only metadata can be large: what else an item holds takes less than 2 KB.
  if (reading.metadata && reading.metadata.bytes > MAX_ITEM_BYTES / 2) {
    const bytes = itemBytes(reading, range, facts);
    if (bytes > MAX_ITEM_BYTES) {
      return reject(
        "item_too_large",
        `The item would have ${bytes} bytes; DynamoDB takes ${MAX_ITEM_BYTES}. Send less "metadata".`,
      );
    }
  }
  return {
    ok: true,
    deviceId: reading.deviceId,
    range,
    // As bytes at once: until it is sent, text put together from pieces takes ten times the memory.
    item: Buffer.from(itemJson(reading, range, facts)),
    anomaly: facts.isAnomaly ? { key: anomalyKey(reading, record.sequenceNumber), body } : undefined,
  };
}

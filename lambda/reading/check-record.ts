import type { StreamRecord } from "../../contract/stream-record";
import { isAnomaly } from "./anomaly";
import { MAX_ITEM_BYTES } from "./dynamodb-limits";
import type { Rules } from "./environment";
import { expirationTime, type ItemFacts, itemBytes, rangeKey } from "./item";
import { type Fields, parsePayload } from "./payload";
import { parseReading, type Reading } from "./reading";
import { type Rejection, reject } from "./rejection";

/** A record that holds a reading which the hot tier takes. */
export interface CheckedRecord {
  readonly ok: true;
  /** The payload's bytes. */
  readonly body: Buffer;
  /** The payload as sent. */
  readonly fields: Fields;
  readonly reading: Reading;
  /** The reading's range key in the hot tier; with its device its identity. */
  readonly range: string;
  readonly facts: ItemFacts;
}

/**
 * Checks a record and judges its reading: the same record gets the same verdict, whoever asks. `now` is only noted
 * in the facts; `asArrived` stores a reading with a wrong timestamp at its arrival.
 */
export function checkRecord(
  record: StreamRecord,
  rules: Rules,
  now: number,
  asArrived = false,
): CheckedRecord | Rejection {
  const body = Buffer.from(record.data, "base64");
  const payload = parsePayload(body);
  if (!payload.ok) return payload;
  const { partitionKey: publisher, arrivedAt } = record;
  const reading = parseReading(payload, { publisher, arrivedAt, asArrived });
  if (!reading.ok) return reading;
  const range = rangeKey(reading, record.sequenceNumber);
  const facts = {
    isAnomaly: isAnomaly(reading.sensorType, reading.value, rules.anomalyLimits),
    expirationTime: expirationTime(record.arrivedAt, rules.hotRetentionDays),
    arrivedAt: record.arrivedAt,
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
  return { ok: true, body, fields: payload.fields, reading, range, facts };
}

import { hash } from "node:crypto";
import type { StreamRecord } from "../../contract/stream-record";

/** A payload's identity: each publish of the fleet has bytes of its own. */
export type PayloadId = string;
/** The identity of a payload given as base64, which is how Kinesis, the error log and `rejected/` carry it. */
export function payloadId(base64: string): PayloadId {
  return hash("sha1", base64, "base64");
}

/** The name under which an item and a reading find each other. */
export function itemKey(key: { readonly deviceId: string; readonly timestampSensorType: string }): string {
  return `${key.deviceId}/${key.timestampSensorType}`;
}

/** A record of the stream, as far as the account needs it. */
export interface SeenRecord {
  readonly payload: PayloadId;
  /** Milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** Tells two records of one millisecond apart. */
  readonly sequenceNumber: string;
  /** The item that it becomes if the function takes it; undefined for what is no reading. */
  readonly item: { readonly key: string; readonly value: number } | undefined;
}

/** What the account keeps of a record. */
export function seenRecord({ partitionKey, data, arrivedAt, sequenceNumber }: StreamRecord): SeenRecord {
  const item = itemOf(Buffer.from(data, "base64").toString("utf8"), partitionKey, arrivedAt, sequenceNumber);
  return { payload: payloadId(data), arrivedAt, sequenceNumber, item };
}

const FIRST_TIMESTAMP = 1_000_000_000_000;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * The key and value that a payload asks for. This is no verdict: what the function refuses gets no item, and is found elsewhere. A
 * reading without a time of its own, and one whose wrong time is replayed as its arrival, has the sequence number in its key.
 */
function itemOf(text: string, partitionKey: string, arrivedAt: number, sequenceNumber: string): SeenRecord["item"] {
  let payload: Readonly<Record<string, unknown>> | null;
  try {
    payload = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof payload !== "object" || payload === null) return undefined;
  const { deviceId, sensorType, value, timestamp } = payload;
  if (deviceId !== partitionKey || typeof sensorType !== "string" || typeof value !== "number") return undefined;
  const hasOwnTime =
    Number.isSafeInteger(timestamp) &&
    (timestamp as number) >= FIRST_TIMESTAMP &&
    (timestamp as number) <= arrivedAt + DAY_MS;
  const timestampSensorType = hasOwnTime
    ? `${timestamp}#${sensorType}`
    : `${arrivedAt}#${sensorType}#${sequenceNumber}`;
  return { key: itemKey({ deviceId: partitionKey, timestampSensorType }), value };
}

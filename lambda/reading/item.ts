import { ATTRIBUTE, INDEX_SHARDS } from "../../contract/item";
import { numberText } from "../../contract/number-text";
import { numberBytes } from "./attribute-value";
import type { CheckedReading } from "./checked-reading";
import type { Reading } from "./reading";

/** What an item holds beside the reading itself. */
export interface ItemFacts {
  /** Seconds since the epoch. */
  readonly expirationTime: number;
  /** Kinesis' approximate arrival time, milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** Milliseconds since the epoch. */
  readonly processedAt: number;
}

/** The range key: ordered by time per device, and different for two sensor types in one millisecond. */
export function rangeKey(reading: Reading, sequenceNumber: string): string {
  const own = `${reading.timestamp}#${reading.sensorType}`;
  return reading.hasOwnTimestamp ? own : `${own}#${sequenceNumber}`;
}

/** The index's hash key: a device always writes to one of the sensor type's shards. */
export function sensorTypeShard(sensorType: string, deviceId: string): string {
  return `${sensorType}#${String(stableHash(deviceId) % INDEX_SHARDS).padStart(2, "0")}`;
}

/** When a reading leaves the hot tier, seconds since the epoch: counted from arrival, so that a backfill is kept as long. */
export function expirationTime(arrivedAt: number, hotRetentionDays: number): number {
  return Math.floor(arrivedAt / 1000) + hotRetentionDays * 24 * 60 * 60;
}

/**
 * The item in DynamoDB's JSON. Its shape is fixed, so it is written as text at once: an object that the SDK would walk
 * by its schema only to write the same text costs more than all the rest of a reading.
 */
export function itemJson({ reading, range, isAnomaly }: CheckedReading, facts: ItemFacts): string {
  const { deviceId, sensorType, timestamp, value, metadata } = reading;
  return (
    `{"${ATTRIBUTE.deviceId}":{"S":"${deviceId}"},` +
    `"${ATTRIBUTE.timestampSensorType}":{"S":${JSON.stringify(range)}},` +
    `"${ATTRIBUTE.timestamp}":{"N":"${timestamp}"},` +
    `"${ATTRIBUTE.sensorType}":{"S":${JSON.stringify(sensorType)}},` +
    `"${ATTRIBUTE.sensorTypeShard}":{"S":${JSON.stringify(sensorTypeShard(sensorType, deviceId))}},` +
    `"${ATTRIBUTE.value}":{"N":"${numberText(value)}"},` +
    `"${ATTRIBUTE.isAnomaly}":{"BOOL":${isAnomaly}},` +
    `"${ATTRIBUTE.expirationTime}":{"N":"${facts.expirationTime}"},` +
    `"${ATTRIBUTE.arrivedAt}":{"N":"${facts.arrivedAt}"},` +
    `"${ATTRIBUTE.processedAt}":{"N":"${facts.processedAt}"}` +
    `${metadata ? `,"${ATTRIBUTE.metadata}":{"M":${metadata.json}}` : ""}}`
  );
}

const { lastTimestamp, offsets, values, anomalies, ...OF_ONE_READING } = ATTRIBUTE;
const NAME_BYTES = Object.values(OF_ONE_READING).reduce((sum, name) => sum + name.length, 0);

/** Bytes of the item by DynamoDB's rules; the name of an absent `metadata` counts, which errs on the safe side. */
export function itemBytes(reading: Reading, range: string, facts: ItemFacts): number {
  const { deviceId, sensorType, timestamp, value, metadata } = reading;
  const texts = Buffer.byteLength(range) + deviceId.length + 2 * Buffer.byteLength(sensorType) + "#00".length;
  const numbers = [timestamp, value, facts.expirationTime, facts.arrivedAt, facts.processedAt].reduce(
    (sum, n) => sum + numberBytes(n),
    0,
  );
  return NAME_BYTES + texts + numbers + 1 + (metadata?.bytes ?? 0);
}

/** 32-bit FNV-1a: the same in every invocation and release, which is all that the shards need. */
function stableHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

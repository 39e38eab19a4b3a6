import { ATTRIBUTE, INDEX_SHARDS } from "../../contract/item";
import { numberText } from "../../contract/number-text";
import { numberBytes } from "./attribute-value";
import type { CheckedReading } from "./checked-reading";
import type { Reading } from "./reading";

/** What the items of one record share. */
export interface ItemFacts {
  /** Seconds since the epoch. */
  readonly expirationTime: number;
  /** Kinesis' approximate arrival time, milliseconds since the epoch. */
  readonly arrivedAt: number;
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
 * The item in DynamoDB's JSON. Its shape is fixed, so the text is written directly: an object that the SDK walks by its schema to write
 * the same text costs more than the rest of a reading's processing.
 * @param processedAt Milliseconds since the epoch.
 */
export function itemJson({ reading, range, isAnomaly }: CheckedReading, facts: ItemFacts, processedAt: number): string {
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
    `"${ATTRIBUTE.processedAt}":{"N":"${processedAt}"}` +
    `${metadata ? `,"${ATTRIBUTE.metadata}":{"M":${metadata.json}}` : ""}}`
  );
}

const { lastTimestamp, offsets, values, anomalies, ...OF_ONE_READING } = ATTRIBUTE;
const NAME_BYTES = Object.values(OF_ONE_READING).reduce((sum, name) => sum + name.length, 0);

/** The most bytes that `processedAt` takes: 13 digits. A record's check does not depend on when it is made. */
const PROCESSED_AT_BYTES = 8;

/** Bytes of the item by DynamoDB's rules, rounded up: the name of an absent `metadata` counts. */
export function itemBytes(reading: Reading, range: string, facts: ItemFacts): number {
  const { deviceId, sensorType, timestamp, value, metadata } = reading;
  const texts = Buffer.byteLength(range) + deviceId.length + 2 * Buffer.byteLength(sensorType) + "#00".length;
  const numbers = [timestamp, value, facts.expirationTime, facts.arrivedAt].reduce(
    (sum, n) => sum + numberBytes(n),
    PROCESSED_AT_BYTES,
  );
  return NAME_BYTES + texts + numbers + 1 + (metadata?.bytes ?? 0);
}

/** 32-bit FNV-1a: the same in every invocation and release, which is all that the shards need. */
function stableHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

import type { StackConfig } from "../../lib/config";
import { ARCHIVE_BUFFER, BATCHING_WINDOW_SECONDS } from "../../lib/sizes";

/** What a plant sends. */
export interface Load {
  /** Of all devices together. */
  readonly readingsPerSecond: number;
  /** Of one reading, as published. */
  readonly payloadBytes: number;
  /** Readings out of bounds, of all: from 0 to 1. */
  readonly anomalyShare: number;
  /** Whether devices publish to the rule's own topic, which costs no message. https://docs.aws.amazon.com/iot/latest/developerguide/iot-basic-ingest.html */
  readonly basicIngest: boolean;
}

/** The part of the configuration that has a price. */
export type PricedConfig = Pick<
  StackConfig,
  | "streamMode"
  | "shardCount"
  | "streamRetentionHours"
  | "batchSize"
  | "parallelizationFactor"
  | "hotRetentionDays"
  | "silenceMinutes"
>;

const KB = 1024;

/** Bytes of a usual item beyond its payload's: what the processor adds, less JSON's signs. A test measures it. */
export const ITEM_BYTES_BESIDE_PAYLOAD = 87;
/** Bytes of an archived reading: as Parquet, and as JSON, which the buffer counts, beyond its payload's. `node bench/parquet-size.mjs` */
const PARQUET_BYTES = 23;
const ROW_BYTES_BESIDE_PAYLOAD = 241;
/**
 * Duration of an invocation: its wait for DynamoDB, and its work on the third of a core that comes with 512 MB. Estimated from
 * `npm run bench`, not measured in AWS.
 */
const INVOCATION = { secondsWaiting: 0.02, secondsPerReading: 0.00006 };

/** Write units per reading, in the table and in its index together. */
export function writeUnits(payloadBytes: number): number {
  return 2 * Math.ceil(itemBytes(payloadBytes) / KB);
}

/** Readings per invocation, on average: a full batch, or the readings of a window where few arrive. */
export function readingsPerBatch({ readingsPerSecond }: Load, config: PricedConfig): number {
  const lanes = config.shardCount * config.parallelizationFactor;
  return Math.min(config.batchSize, Math.max(1, (readingsPerSecond * BATCHING_WINDOW_SECONDS) / lanes));
}

/** Seconds that an invocation with this many readings takes. */
export function invocationSeconds(readings: number): number {
  return INVOCATION.secondsWaiting + readings * INVOCATION.secondsPerReading;
}

/** The size of the archive's objects, and the readings in each. */
export function archiveObject({ readingsPerSecond, payloadBytes }: Load): { readings: number; bytes: number } {
  const rowBytes = payloadBytes + ROW_BYTES_BESIDE_PAYLOAD;
  const seconds = Math.min(ARCHIVE_BUFFER.seconds, (ARCHIVE_BUFFER.megabytes * KB * KB) / rowBytes / readingsPerSecond);
  const readings = readingsPerSecond * seconds;
  return { readings, bytes: readings * PARQUET_BYTES };
}

/** Bytes of a reading's item. */
export function itemBytes(payloadBytes: number): number {
  return payloadBytes + ITEM_BYTES_BESIDE_PAYLOAD;
}

import type { StackConfig } from "../../lib/config";
import { ARCHIVE_BUFFER, BATCHING_WINDOW_SECONDS } from "../../lib/sizes";

/** What a plant sends. */
export interface Load {
  readonly readingsPerSecond: number;
  /** Of one reading, as published. */
  readonly payloadBytes: number;
  /** Readings out of bounds, of all: from 0 to 1. */
  readonly anomalyShare: number;
  /** Whether devices publish to the rule's own topic, which is no message to pay. https://docs.aws.amazon.com/iot/latest/developerguide/iot-basic-ingest.html */
  readonly basicIngest: boolean;
}

/** What of the configuration has a price. */
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
export const ITEM_BYTES_BESIDE_PAYLOAD = 90;
/** Bytes of an archived reading: as Parquet, and as JSON, which the buffer counts, beyond its payload's. `node bench/parquet-size.mjs` */
const PARQUET_BYTES = 23;
const ROW_BYTES_BESIDE_PAYLOAD = 241;
/**
 * How long an invocation takes: what it waits for DynamoDB, and its work on a third of a core, which is what 512 MB have.
 * Assumed from `npm run bench`: nothing was measured in AWS.
 */
const INVOCATION = { secondsWaiting: 0.02, secondsAReading: 0.00006 };

/** Write units of a reading, in the table and in its index. */
export function writeUnits(payloadBytes: number): number {
  return 2 * Math.ceil(itemBytes(payloadBytes) / KB);
}

/** Readings of an invocation, on average: full, or what a window brings where little comes. */
export function readingsABatch({ readingsPerSecond }: Load, config: PricedConfig): number {
  const lanes = config.shardCount * config.parallelizationFactor;
  return Math.min(config.batchSize, Math.max(1, (readingsPerSecond * BATCHING_WINDOW_SECONDS) / lanes));
}

/** Seconds that an invocation takes. */
export function invocationSeconds(readings: number): number {
  return INVOCATION.secondsWaiting + readings * INVOCATION.secondsAReading;
}

/** How large the archive's objects get, and how many readings are in one. */
export function archiveObject({ readingsPerSecond, payloadBytes }: Load): { readings: number; bytes: number } {
  const rowBytes = payloadBytes + ROW_BYTES_BESIDE_PAYLOAD;
  const seconds = Math.min(ARCHIVE_BUFFER.seconds, (ARCHIVE_BUFFER.megabytes * KB * KB) / rowBytes / readingsPerSecond);
  const readings = readingsPerSecond * seconds;
  return { readings, bytes: readings * PARQUET_BYTES };
}

/** Bytes of the item that a reading becomes. */
export function itemBytes(payloadBytes: number): number {
  return payloadBytes + ITEM_BYTES_BESIDE_PAYLOAD;
}

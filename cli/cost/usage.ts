import type { StackConfig } from "../../lib/config";
import { ARCHIVE_BUFFER, BATCHING_WINDOW_SECONDS } from "../../lib/sizes";

/** What a plant sends. */
export interface Load {
  /** Of all devices together. */
  readonly readingsPerSecond: number;
  /** Of one reading that is published alone. */
  readonly payloadBytes: number;
  /** Readings that a device gathers and publishes in one message. */
  readonly perMessage: number;
  /** Messages with a reading out of bounds, of all, from 0 to 1: anomalies last, so they fill messages rather than spread over them. */
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
  | "watchRules"
  | "watchWindowSeconds"
  | "watchFanOut"
>;

const KB = 1024;

/** Bytes of a usual item beyond its payload's: what the processor adds, less JSON's signs. A test measures it. */
export const ITEM_BYTES_BESIDE_PAYLOAD = 90;
/** Bytes of an archived reading: as Parquet, and as JSON, which the buffer counts, beyond its payload's. `node bench/parquet-size.mjs` */
const PARQUET_BYTES = 23;
const ROW_BYTES_BESIDE_PAYLOAD = 241;
/**
 * Duration of an invocation: its wait for DynamoDB, and its work on the third of a core that comes with 512 MB. Estimated from
 * `npm run bench`, not measured in AWS.
 */
const INVOCATION = { secondsWaiting: 0.02, secondsPerReading: 0.00006 };

/** Bytes of a message of several readings, beside the payload of one reading. A test measures it. */
const LIST_BYTES = 16;
/** Bytes that each further reading adds to a message. A test measures it. */
const ENTRY_BYTES = 42;
/** Bytes of a packed item without its readings, beside the payload of one reading. A test measures it. */
const PACKED_ITEM_BYTES_BESIDE_PAYLOAD = 183;
/** Bytes that each reading adds to a packed item. A test measures it. */
const PACKED_READING_BYTES = 9;
/** The processor's work on a reading of many in a message, as a share of that on one alone: `npm run bench`. */
const PACKED_WORK_SHARE = 0.35;

/** Bytes of a message. */
export function messageBytes({ payloadBytes, perMessage }: Load): number {
  return perMessage === 1 ? payloadBytes : payloadBytes + LIST_BYTES + (perMessage - 1) * ENTRY_BYTES;
}

/** The items that a message of one sensor type becomes, and the bytes of each: packed ones are filled up to a write unit. */
export function itemsOf({ payloadBytes, perMessage }: Load): { readonly items: number; readonly bytes: number } {
  if (perMessage === 1) return { items: 1, bytes: payloadBytes + ITEM_BYTES_BESIDE_PAYLOAD };
  const shared = payloadBytes + PACKED_ITEM_BYTES_BESIDE_PAYLOAD;
  const perItem = Math.max(1, Math.floor((packedLimit(shared) - shared) / PACKED_READING_BYTES));
  const items = Math.ceil(perMessage / perItem);
  return { items, bytes: shared + (perMessage / items) * PACKED_READING_BYTES };
}

/** As the processor packs: one write unit, or twice what the readings share where that is large. */
function packedLimit(shared: number): number {
  return shared <= 0.75 * KB ? KB : 2 * Math.ceil(shared / KB) * KB;
}

/** Write units per reading, in the table and in its index together. */
export function writeUnits(load: Load): number {
  const { items, bytes } = itemsOf(load);
  return (2 * items * Math.ceil(bytes / KB)) / load.perMessage;
}

/** Messages per invocation, on average: a full batch, or the messages of a window where few arrive. */
export function messagesPerBatch({ readingsPerSecond, perMessage }: Load, config: PricedConfig): number {
  const lanes = config.shardCount * config.parallelizationFactor;
  const perWindow = ((readingsPerSecond / perMessage) * BATCHING_WINDOW_SECONDS) / lanes;
  return Math.min(config.batchSize, Math.max(1, perWindow));
}

/** Seconds that an invocation with this many messages takes. */
export function invocationSeconds(messages: number, { perMessage }: Load): number {
  const work = perMessage === 1 ? 1 : PACKED_WORK_SHARE;
  return INVOCATION.secondsWaiting + messages * perMessage * work * INVOCATION.secondsPerReading;
}

/** The size of the archive's objects, and the readings in each. */
export function archiveObject({ readingsPerSecond, payloadBytes }: Load): { readings: number; bytes: number } {
  const rowBytes = payloadBytes + ROW_BYTES_BESIDE_PAYLOAD;
  const seconds = Math.min(ARCHIVE_BUFFER.seconds, (ARCHIVE_BUFFER.megabytes * KB * KB) / rowBytes / readingsPerSecond);
  const readings = readingsPerSecond * seconds;
  return { readings, bytes: readings * PARQUET_BYTES };
}

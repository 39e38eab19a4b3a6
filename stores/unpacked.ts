import { ATTRIBUTE, MAX_PACKED_SPAN_MS } from "../contract/item";

/** A reading as the hot tier holds it. */
export interface StoredReading {
  readonly deviceId: string;
  /** The range key of an item that holds it alone: with the device its identity, however it is packed. */
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly sensorType: string;
  readonly value: number;
  readonly isAnomaly: boolean;
  /** When it arrived, milliseconds since the epoch; undefined for an item that an earlier version wrote. */
  readonly arrivedAt?: number;
  readonly metadata?: unknown;
}

/** An item of the hot tier, as JavaScript values. */
export type HotItem = Readonly<Record<string, unknown>>;

/** The readings of an item, in the order of their times. */
export function unpacked(item: HotItem): StoredReading[] {
  const first = Number(item[ATTRIBUTE.timestamp]);
  const sensorType = String(item[ATTRIBUTE.sensorType]);
  const common = {
    deviceId: String(item[ATTRIBUTE.deviceId]),
    sensorType,
    ...(item[ATTRIBUTE.arrivedAt] === undefined ? {} : { arrivedAt: Number(item[ATTRIBUTE.arrivedAt]) }),
    ...(item[ATTRIBUTE.metadata] === undefined ? {} : { metadata: item[ATTRIBUTE.metadata] }),
  };
  const values = item[ATTRIBUTE.values];
  if (!Array.isArray(values)) {
    const key = String(item[ATTRIBUTE.timestampSensorType]);
    const value = Number(item[ATTRIBUTE.value]);
    return [{ ...common, key, timestamp: first, value, isAnomaly: item[ATTRIBUTE.isAnomaly] === true }];
  }
  const offsets = listOf(item[ATTRIBUTE.offsets]);
  const anomalies = new Set(listOf(item[ATTRIBUTE.anomalies]).map(Number));
  return values.map((value, place) => {
    const timestamp = first + Number(offsets[place]);
    const key = `${timestamp}#${sensorType}`;
    return { ...common, key, timestamp, value: Number(value), isAnomaly: anomalies.has(place) };
  });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Readings of one bucket are put in order together. */
const BUCKET_MS = 1000;

/**
 * The readings of items that come in the order of their first times, in the order of their own times, each identity once: of two, the
 * one that arrived last. An item spans ten minutes at most, so no more than what lies in ten minutes is held.
 */
export async function* readingsInOrder(
  items: AsyncIterable<HotItem>,
  newestFirst: boolean,
): AsyncGenerator<StoredReading> {
  const buckets = new Map<number, StoredReading[]>();
  for await (const item of items) {
    const first = Number(item[ATTRIBUTE.timestamp]);
    // What a later item can still hold: times from its first on, or, going back, up to ten minutes after it.
    const isDone = newestFirst
      ? (bucket: number) => bucket * BUCKET_MS > first + MAX_PACKED_SPAN_MS
      : (bucket: number) => (bucket + 1) * BUCKET_MS <= first;
    yield* taken(buckets, newestFirst, isDone);
    for (const reading of unpacked(item)) {
      const bucket = Math.floor(reading.timestamp / BUCKET_MS);
      const known = buckets.get(bucket);
      if (known) known.push(reading);
      else buckets.set(bucket, [reading]);
    }
  }
  yield* taken(buckets, newestFirst, () => true);
}

/** Takes the buckets that nothing more comes into. */
function* taken(
  buckets: Map<number, StoredReading[]>,
  newestFirst: boolean,
  isDone: (bucket: number) => boolean,
): Generator<StoredReading> {
  const direction = newestFirst ? -1 : 1;
  const done = [...buckets.keys()].filter(isDone).sort((a, b) => direction * (a - b));
  for (const bucket of done) {
    yield* once(buckets.get(bucket) ?? []).sort((a, b) => direction * (a.timestamp - b.timestamp));
    buckets.delete(bucket);
  }
}

/** Each identity once: the reading that arrived last, of those that arrived together the one that comes later. */
function once(readings: readonly StoredReading[]): StoredReading[] {
  if (readings.length === 1) return [...readings];
  const latest = new Map<string, StoredReading>();
  for (const reading of readings) {
    const identity = `${reading.deviceId} ${reading.key}`;
    const known = latest.get(identity);
    if (known === undefined || (reading.arrivedAt ?? 0) >= (known.arrivedAt ?? 0)) latest.set(identity, reading);
  }
  return [...latest.values()];
}

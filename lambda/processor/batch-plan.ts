import type { CheckedReading } from "../reading/checked-reading";
import type { Rejection } from "../reading/rejection";
import type { Accepted } from "./assess";
import { anomalyKey } from "./object-keys";
import type { ItemDraft } from "./packed-items";

/** One item to store, and the records (by their place in the batch) whose fate hangs on it. */
export interface ItemWrite {
  readonly deviceId: string;
  readonly range: string;
  /** When its readings arrived, milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** Seconds since the epoch. */
  readonly expirationTime: number;
  /** The item in DynamoDB's JSON, UTF-8. */
  readonly item: Buffer;
  /** In stream order: the item is the last one's, which supersedes the others. */
  readonly records: readonly number[];
  /** What the item holds; each of the records has as many. */
  readonly readings: readonly CheckedReading[];
}

/** One object to store, and the records whose fate hangs on it. */
export interface ObjectWrite {
  readonly key: string;
  readonly body: Buffer | string;
  readonly records: readonly number[];
}

/** The objects of a batch's anomalies. */
export interface AnomalyWrites {
  /** Payloads that become earlier versions of objects in `current`: to be written before those. */
  readonly superseded: readonly ObjectWrite[];
  /** One per key. */
  readonly current: readonly ObjectWrite[];
}

/** An item's identity. Neither a device's name nor a time holds a `#`, so this is unambiguous. */
export function identityOf({ deviceId, range }: Pick<ItemDraft, "deviceId" | "range">): string {
  return `${deviceId}#${range}`;
}

/** One item per key: two of one key in a BatchWriteItem would fail it whole, and the last in stream order is the one that stays. */
export function planItems(assessed: readonly (Accepted | Rejection)[]): ItemWrite[] {
  const items = new Map<string, ItemWrite>();
  assessed.forEach((entry, index) => {
    if (!entry.ok) return;
    const { arrivedAt, expirationTime } = entry;
    for (const { deviceId, range, item, readings } of entry.items) {
      const identity = identityOf({ deviceId, range });
      const records = [...(items.get(identity)?.records ?? []), index];
      items.set(identity, { deviceId, range, arrivedAt, expirationTime, item, records, readings });
    }
  });
  return [...items.values()];
}

/**
 * One object for each message with an anomaly, under the earliest one's key. It keeps every payload: the last as its current version,
 * the others, which differ from it, as earlier ones.
 * @param isKept Whether an item's readings count.
 */
export function planAnomalies(
  assessed: readonly (Accepted | Rejection)[],
  isKept: (item: ItemDraft) => boolean = () => true,
): AnomalyWrites {
  const current = new Map<string, ObjectWrite & { readonly body: Buffer }>();
  const superseded: ObjectWrite[] = [];
  assessed.forEach((entry, index) => {
    const key = entry.ok ? keyOf(entry, isKept) : undefined;
    if (!entry.ok || key === undefined) return;
    const { body } = entry;
    const earlier = current.get(key);
    const isSame = earlier?.body.equals(body) ?? false;
    if (earlier && !isSame) superseded.push(earlier);
    current.set(key, { key, body, records: earlier && isSame ? [...earlier.records, index] : [index] });
  });
  return { superseded, current: [...current.values()] };
}

/** The key of a message's object; undefined where it has no anomaly that counts. */
function keyOf(
  { items, anomalies, sequenceNumber }: Accepted,
  isKept: (item: ItemDraft) => boolean,
): string | undefined {
  if (anomalies.length === 0) return undefined;
  const kept = new Set(items.filter(isKept).flatMap(({ readings }) => readings));
  const counted = anomalies.filter((checked) => kept.has(checked)).map(({ reading }) => reading);
  const [first, ...others] = counted;
  if (first === undefined) return undefined;
  const earliest = others.reduce((known, other) => (other.timestamp < known.timestamp ? other : known), first);
  return anomalyKey(earliest, sequenceNumber);
}

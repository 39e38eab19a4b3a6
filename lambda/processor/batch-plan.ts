import type { CheckedReading } from "../reading/checked-reading";
import type { Rejection } from "../reading/rejection";
import type { Accepted } from "./assess";

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

/** The writes of a batch. */
export interface BatchPlan {
  readonly items: readonly ItemWrite[];
  /** Payloads that become earlier versions of objects in `anomalies`: to be written before those. */
  readonly supersededAnomalies: readonly ObjectWrite[];
  /** One per key. */
  readonly anomalies: readonly ObjectWrite[];
}

/**
 * One item per key: two of one key in a BatchWriteItem would fail it whole, and the last in stream order is the one that stays.
 * An anomaly's object keeps every payload: the last as its current version, the others, which differ from it, as earlier ones.
 */
export function planBatch(assessed: readonly (Accepted | Rejection)[]): BatchPlan {
  const items = new Map<string, ItemWrite>();
  const anomalies = new Map<string, ObjectWrite & { readonly body: Buffer }>();
  const supersededAnomalies: ObjectWrite[] = [];
  assessed.forEach((entry, index) => {
    if (!entry.ok) return;
    const { arrivedAt, expirationTime, anomaly } = entry;
    for (const { deviceId, range, item, readings } of entry.items) {
      // Neither a device's name nor a time holds a `#`, so this is unambiguous.
      const identity = `${deviceId}#${range}`;
      const records = [...(items.get(identity)?.records ?? []), index];
      items.set(identity, { deviceId, range, arrivedAt, expirationTime, item, records, readings });
    }
    if (anomaly === undefined) return;
    const earlier = anomalies.get(anomaly.key);
    const isSame = earlier?.body.equals(anomaly.body) ?? false;
    if (earlier && !isSame) supersededAnomalies.push(earlier);
    anomalies.set(anomaly.key, { ...anomaly, records: earlier && isSame ? [...earlier.records, index] : [index] });
  });
  return { items: [...items.values()], supersededAnomalies, anomalies: [...anomalies.values()] };
}

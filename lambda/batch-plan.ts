import type { Accepted } from "./assess";
import type { Rejection } from "./rejection";

/** One item to store, and the records (by their place in the batch) whose fate hangs on it. */
export interface ItemWrite {
  readonly deviceId: string;
  readonly range: string;
  /** The item in DynamoDB's JSON, UTF-8. */
  readonly item: Buffer;
  readonly records: readonly number[];
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
  readonly anomalies: readonly ObjectWrite[];
}

/**
 * One write a key: two of one key in a BatchWriteItem would fail it whole, and the last in stream order is the one
 * that stays. What it supersedes shares its fate. A superseded reading that was an anomaly is still kept as one.
 */
export function planBatch(assessed: readonly (Accepted | Rejection)[]): BatchPlan {
  const items = new Map<string, { deviceId: string; range: string; item: Buffer; records: number[] }>();
  const anomalies = new Map<string, { key: string; body: Buffer; records: number[] }>();
  assessed.forEach((entry, index) => {
    if (!entry.ok) return;
    const { deviceId, range, item, anomaly } = entry;
    // Neither a device's name nor a time holds a `#`, so this is unambiguous.
    const identity = `${deviceId}#${range}`;
    const earlier = items.get(identity)?.records ?? [];
    items.set(identity, { deviceId, range, item, records: [...earlier, index] });
    if (anomaly === undefined) return;
    const records = anomalies.get(anomaly.key)?.records ?? [];
    anomalies.set(anomaly.key, { ...anomaly, records: [...records, index] });
  });
  return { items: [...items.values()], anomalies: [...anomalies.values()] };
}

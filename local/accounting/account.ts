import type { LedgerEntry, PayloadId } from "./ledger";
import type { ReadBack } from "./read-back";

/** Where the publishes ended. */
export interface Account {
  /** What the fleet sent at QoS 1 and the broker acknowledged: the sum of the five below. */
  readonly published: number;
  /** Its item can be read back. */
  readonly stored: number;
  /** Set aside in `rejected/`. */
  readonly rejected: number;
  /** Only in the failure destination. */
  readonly failed: number;
  /** Only in the error log of the rule. */
  readonly ruleErrors: number;
  /** Nowhere; or stored, and neither in the cold tier nor set aside on the way there. */
  readonly lost: number;
  /** Of the stored. */
  readonly anomalies: number;
  /** In the cold tier's Parquet, read back: of those stored. */
  readonly archived: number;
  /** From publish to the answer of the invocation that stored it. */
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  /** Sent by the fleet and never acknowledged; they may be anywhere. */
  readonly unacknowledged: number;
  /** What the stores hold from other clients. */
  readonly external: {
    readonly stored: number;
    readonly rejected: number;
    readonly failed: number;
    readonly ruleErrors: number;
  };
}

/** Puts each acknowledged publish into exactly one place, the best one that it is found in. */
export function takeAccount(
  entries: ReadonlyMap<PayloadId, LedgerEntry>,
  found: ReadBack,
  errorLog: ReadonlySet<PayloadId>,
): Account {
  const counts = { stored: 0, rejected: 0, failed: 0, ruleErrors: 0, lost: 0 };
  let anomalies = 0;
  let archived = 0;
  let unacknowledged = 0;
  const latencies: number[] = [];
  const ownItems = new Set<string>();
  for (const [id, noted] of entries) {
    const itemKeys = [noted.itemKey, ...(noted.furtherItemKeys ?? [])];
    for (const key of itemKeys) if (key !== undefined) ownItems.add(key);
    const entry = { ...noted, itemKey: itemKeys.find((key) => found.items.has(key ?? "")) ?? noted.itemKey };
    if (!entry.acknowledged) {
      unacknowledged += 1;
      continue;
    }
    const place = placeOf(id, entry, found, errorLog);
    counts[place] += 1;
    if (place !== "stored") continue;
    if (entry.itemKey !== undefined && found.archive?.items.has(entry.itemKey)) archived += 1;
    if (entry.itemKey !== undefined && found.items.get(entry.itemKey)) anomalies += 1;
    if (entry.settledAt !== undefined) latencies.push(entry.settledAt - entry.publishedAt);
  }
  latencies.sort((a, b) => a - b);
  return {
    published: entries.size - unacknowledged,
    ...counts,
    anomalies,
    archived,
    latencyMs: { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) },
    unacknowledged,
    external: {
      stored: countWhere(found.items.keys(), (key) => !ownItems.has(key)),
      rejected: countWhere(found.rejected, (id) => !entries.has(id)),
      failed: countWhere(found.failed, (id) => !entries.has(id)),
      ruleErrors: countWhere(errorLog, (id) => !entries.has(id)),
    },
  };
}

function placeOf(
  id: PayloadId,
  { itemKey }: LedgerEntry,
  found: ReadBack,
  errorLog: ReadonlySet<PayloadId>,
): "stored" | "rejected" | "failed" | "ruleErrors" | "lost" {
  if (itemKey !== undefined && found.items.has(itemKey))
    return isInColdTier(id, itemKey, found.archive) ? "stored" : "lost";
  if (found.rejected.has(id)) return "rejected";
  if (found.failed.has(id)) return "failed";
  return errorLog.has(id) ? "ruleErrors" : "lost";
}

/** Whether the cold tier's branch accounts for a stored reading. Without a delivery there is no such branch. */
function isInColdTier(id: PayloadId, itemKey: string, archive: ReadBack["archive"]): boolean {
  return !archive || archive.items.has(itemKey) || archive.setAside.has(id) || archive.setAside.has(itemKey);
}

/** The value that this share of the sorted values does not exceed (nearest rank); 0 for none. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

function countWhere<T>(values: Iterable<T>, test: (value: T) => boolean): number {
  let count = 0;
  for (const value of values) if (test(value)) count += 1;
  return count;
}

import { type Rejection, reject } from "../reading/rejection";
import type { Accepted } from "./assess";
import type { BatchPlan, ItemWrite, ObjectWrite } from "./batch-plan";

/** What became of one write. */
export type WriteOutcome =
  | { readonly kind: "written" }
  /** Not needed: what is stored under this key arrived later. */
  | { readonly kind: "superseded" }
  /** Not now, maybe later. */
  | { readonly kind: "failed" }
  /** Never: the store refuses this very thing. */
  | { readonly kind: "refused"; readonly message: string };

/** What became of a record. */
export type Fate =
  | { readonly kind: "stored"; readonly isAnomaly: boolean }
  /** A reading with the same identity that arrived later is stored. */
  | { readonly kind: "superseded" }
  | { readonly kind: "rejected"; readonly rejection: Rejection }
  | { readonly kind: "failed" };

/** Characters of a store's message that a detail holds. */
const MAX_MESSAGE_CHARACTERS = 300;

/** Each record's fate, from what is known of it and what became of its writes. */
export function decideFates(
  assessed: readonly (Accepted | Rejection)[],
  plan: BatchPlan,
  items: ReadonlyMap<ItemWrite, WriteOutcome>,
  objects: ReadonlyMap<ObjectWrite, WriteOutcome>,
): Fate[] {
  const fates = assessed.map<Fate>((entry) =>
    entry.ok ? { kind: "stored", isAnomaly: entry.anomaly !== undefined } : { kind: "rejected", rejection: entry },
  );
  // An anomaly is stored when both its object and its item are. What the object store does not take is tried again.
  for (const write of [...plan.supersededAnomalies, ...plan.anomalies]) {
    if (objects.get(write)?.kind !== "written") setAll(fates, write.records, { kind: "failed" });
  }
  for (const write of plan.items) {
    const outcome = items.get(write) ?? { kind: "failed" };
    if (outcome.kind === "written") {
      const earlier = write.records.slice(0, -1).filter((record) => fates[record]?.kind === "stored");
      setAll(fates, earlier, { kind: "superseded" });
    }
    if (outcome.kind === "superseded") setAll(fates, write.records, { kind: "superseded" });
    if (outcome.kind === "failed") setAll(fates, write.records, { kind: "failed" });
    if (outcome.kind === "refused") {
      const detail = `DynamoDB refused this item: ${outcome.message.slice(0, MAX_MESSAGE_CHARACTERS)}`;
      setAll(fates, write.records, { kind: "rejected", rejection: reject("refused_by_store", detail) });
    }
  }
  return fates;
}

/** The place of the first record that Lambda must hand over again; the number of records where there is none. */
export function checkpointOf(fates: readonly Fate[]): number {
  const failed = fates.findIndex((fate) => fate.kind === "failed");
  return failed === -1 ? fates.length : failed;
}

function setAll(fates: Fate[], records: readonly number[], fate: Fate): void {
  for (const record of records) fates[record] = fate;
}

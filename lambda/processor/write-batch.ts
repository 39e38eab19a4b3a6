import type { Rejection } from "../reading/rejection";
import type { Accepted } from "./assess";
import {
  type AnomalyWrites,
  type ItemWrite,
  identityOf,
  type ObjectWrite,
  planAnomalies,
  planItems,
} from "./batch-plan";
import type { Deadline } from "./deadline";
import type { Stores } from "./stores";
import { totalEffort, type WriteResult } from "./write-result";

/** A batch's writes, and what became of them. */
export interface WrittenBatch {
  readonly plan: { readonly items: readonly ItemWrite[]; readonly anomalies: AnomalyWrites };
  readonly items: WriteResult<ItemWrite>;
  readonly objects: WriteResult<ObjectWrite>;
}

/**
 * Writes a batch's items and objects until the deadline. New records' items and objects go out together. A replayed record's object waits
 * for its items: a reading that gives way in the table must not become the current version of its anomaly object.
 */
export async function writeBatch(
  assessed: readonly (Accepted | Rejection)[],
  stores: Stores,
  isReplay: boolean,
  deadline: Deadline,
): Promise<WrittenBatch> {
  const plan = planItems(assessed);
  if (!isReplay) {
    const anomalies = planAnomalies(assessed);
    const [items, objects] = await Promise.all([
      stores.table.write(plan, deadline),
      writeAnomalies(anomalies, stores, deadline),
    ]);
    return { plan: { items: plan, anomalies }, items, objects };
  }
  const items = await stores.replayedTable.write(plan, deadline);
  const stored = new Set(plan.filter((write) => items.outcomes.get(write)?.kind === "written").map(identityOf));
  const anomalies = planAnomalies(assessed, (item) => stored.has(identityOf(item)));
  return { plan: { items: plan, anomalies }, items, objects: await writeAnomalies(anomalies, stores, deadline) };
}

/** Earlier payloads first: the last version written is the object's current one, and an earlier one may have to be sent again. */
async function writeAnomalies(
  { superseded, current }: AnomalyWrites,
  { objects }: Stores,
  deadline: Deadline,
): Promise<WriteResult<ObjectWrite>> {
  const type = "application/json";
  const earlier = await objects.write(superseded, type, deadline);
  const missing = superseded.filter((write) => earlier.outcomes.get(write)?.kind !== "written");
  const late = new Set(missing.map(({ key }) => key));
  const latest = await objects.write(
    current.filter(({ key }) => !late.has(key)),
    type,
    deadline,
  );
  return { ...totalEffort([earlier, latest]), outcomes: new Map([...earlier.outcomes, ...latest.outcomes]) };
}

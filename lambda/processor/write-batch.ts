import type { BatchPlan, ItemWrite, ObjectWrite } from "./batch-plan";
import type { Deadline } from "./deadline";
import type { Stores } from "./stores";
import { totalEffort, type WriteResult } from "./write-result";

/** What became of a batch's writes. */
export interface WrittenBatch {
  readonly items: WriteResult<ItemWrite>;
  readonly objects: WriteResult<ObjectWrite>;
}

/**
 * Writes a plan's items and objects until the deadline. New records' items and objects go out together. A replayed record's objects wait
 * for its items: a reading that gives way in the table must not become the current version of its anomaly object.
 */
export async function writeBatch(
  plan: BatchPlan,
  stores: Stores,
  isReplay: boolean,
  deadline: Deadline,
): Promise<WrittenBatch> {
  if (!isReplay) {
    const [items, objects] = await Promise.all([
      stores.table.write(plan.items, deadline),
      writeAnomalies(plan, stores, deadline),
    ]);
    return { items, objects };
  }
  const items = await stores.replayedTable.write(plan.items, deadline);
  const stored = new Set(
    plan.items.filter((write) => items.outcomes.get(write)?.kind === "written").flatMap(({ records }) => records),
  );
  const isStored = ({ records }: ObjectWrite) => records.every((record) => stored.has(record));
  const anomalies = plan.anomalies.filter(isStored);
  const supersededAnomalies = plan.supersededAnomalies.filter(isStored);
  return { items, objects: await writeAnomalies({ supersededAnomalies, anomalies }, stores, deadline) };
}

/** Earlier payloads first: the last version written is the object's current one, and an earlier one may have to be sent again. */
async function writeAnomalies(
  { supersededAnomalies, anomalies }: Pick<BatchPlan, "supersededAnomalies" | "anomalies">,
  { objects }: Stores,
  deadline: Deadline,
): Promise<WriteResult<ObjectWrite>> {
  const type = "application/json";
  const earlier = await objects.write(supersededAnomalies, type, deadline);
  const missing = supersededAnomalies.filter((write) => earlier.outcomes.get(write)?.kind !== "written");
  const late = new Set(missing.map(({ key }) => key));
  const current = await objects.write(
    anomalies.filter(({ key }) => !late.has(key)),
    type,
    deadline,
  );
  return { ...totalEffort([earlier, current]), outcomes: new Map([...earlier.outcomes, ...current.outcomes]) };
}

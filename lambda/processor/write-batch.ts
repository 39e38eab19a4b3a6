import type { BatchPlan, ItemWrite, ObjectWrite } from "./batch-plan";
import type { Deadline } from "./deadline";
import type { WriteOutcome } from "./fates";
import type { Stores } from "./stores";
import type { WriteReport } from "./write-report";

/** What became of a batch's writes. What is in neither map has not been written. */
export interface Written {
  readonly items: ReadonlyMap<ItemWrite, WriteOutcome>;
  readonly objects: ReadonlyMap<ObjectWrite, WriteOutcome>;
}

/**
 * Writes a plan's items and objects until the deadline. New records go out together. Replayed ones wait for their items: a reading
 * that gives way in the table must not become the current version of its anomaly object.
 */
export async function writeBatch(
  plan: BatchPlan,
  stores: Stores,
  isReplay: boolean,
  deadline: Deadline,
  report: WriteReport,
): Promise<Written> {
  if (!isReplay) {
    const [items, objects] = await Promise.all([
      stores.table.write(plan.items, deadline, report),
      writeAnomalies(plan, stores, deadline, report),
    ]);
    return { items, objects };
  }
  const items = await stores.replayedTable.write(plan.items, deadline, report);
  const stored = new Set(
    plan.items.filter((write) => items.get(write)?.kind === "written").flatMap(({ records }) => records),
  );
  const isStored = ({ records }: ObjectWrite) => records.every((record) => stored.has(record));
  const anomalies = plan.anomalies.filter(isStored);
  const supersededAnomalies = plan.supersededAnomalies.filter(isStored);
  return { items, objects: await writeAnomalies({ supersededAnomalies, anomalies }, stores, deadline, report) };
}

/** Earlier payloads first: the last version written is the object's current one, and an earlier one may have to be sent again. */
async function writeAnomalies(
  { supersededAnomalies, anomalies }: Pick<BatchPlan, "supersededAnomalies" | "anomalies">,
  { objects }: Stores,
  deadline: Deadline,
  report: WriteReport,
): Promise<ReadonlyMap<ObjectWrite, WriteOutcome>> {
  const type = "application/json";
  const earlier = await objects.write(supersededAnomalies, type, deadline, report);
  const missing = supersededAnomalies.filter((write) => earlier.get(write)?.kind !== "written");
  const late = new Set(missing.map(({ key }) => key));
  const current = await objects.write(
    anomalies.filter(({ key }) => !late.has(key)),
    type,
    deadline,
    report,
  );
  return new Map([...earlier, ...current]);
}

import type { NotArchived } from "./archive-read-back";
import type { EvidencePart, StoredItem } from "./evidence-store";
import { rowId, type SeenUnit, type UnitId, unitsOf } from "./seen-record";

/** Where a reading is; the first that applies counts. */
export const PLACES = [
  /** Its item can be read back. */
  "stored",
  /** Kept in `rejected/`. */
  "rejected",
  /** Only in the failure destination. */
  "failed",
  /** Its identity was written again, by a reading that arrived later. */
  "superseded",
  /** Only in the error log of the rule. */
  "ruleErrors",
  /** Its item can be read back; its row is only where the delivery puts what it cannot archive, `firehose-errors/`. */
  "archiveErrors",
  /** Its item can be read back, and its row in the archive cannot. */
  "inTableOnly",
  /** The other way round. */
  "inArchiveOnly",
  /** On its way when the run gave up waiting. */
  "unfinished",
  /** In no tier. */
  "nowhere",
] as const;
/** A place that a message can be in. */
export type Place = (typeof PLACES)[number];

/** What the run gave up waiting for. */
export interface GaveUp {
  /** The function and what comes before it: rule, stream and mapping. */
  readonly processing: boolean;
  /** The archive's delivery. */
  readonly archiving: boolean;
}

/** What is known of a part's records, by reading. */
export interface Units {
  /** Those that were read from the stream. */
  readonly streamed: ReadonlyMap<UnitId, SeenUnit>;
  /** These, and what stands in `rejected/` or the failure destination without having been read. */
  readonly all: ReadonlyMap<UnitId, SeenUnit>;
  /** What the stores hold at the end. */
  readonly found: FoundUnits;
}

/** What the stores hold at the end, by reading. */
interface FoundUnits extends Pick<EvidencePart, "records" | "items" | "rows"> {
  readonly rejected: ReadonlyMap<UnitId, SeenUnit>;
  readonly failed: ReadonlyMap<UnitId, SeenUnit>;
  readonly notArchived: NotArchived | undefined;
}

/** The readings of a part's records. */
export function unitsIn({ records, items, rows, ...part }: EvidencePart, notArchived: NotArchived | undefined): Units {
  const [streamed, rejected, failed] = [unitsOf(records), unitsOf(part.rejected), unitsOf(part.failed)];
  const found = { records, items, rows, rejected, failed, notArchived };
  return { streamed, all: new Map([...failed, ...rejected, ...streamed]), found };
}

/** Where each reading is. */
export function placesOf(units: Units, gaveUp: GaveUp): Map<UnitId, Place> {
  const { all, found } = units;
  const byItem = new Map<string, [UnitId, SeenUnit][]>();
  for (const [id, unit] of all) {
    if (unit.item === undefined || !found.items.has(unit.item.key)) continue;
    const group = byItem.get(unit.item.key);
    if (group) group.push([id, unit]);
    else byItem.set(unit.item.key, [[id, unit]]);
  }
  const places = new Map<UnitId, Place>();
  for (const [key, group] of byItem) {
    const item = found.items.get(key);
    if (item) placeGroup(group.sort(byArrival), item, places, found);
  }
  for (const [id, unit] of all) {
    const place = places.get(id) ?? placeWithoutItem(id, unit, units, gaveUp);
    places.set(id, place === "stored" ? placeOfStored(id, units, gaveUp) : place);
  }
  return places;
}

/** Decides which of the readings of one identity its item was written from; what arrived before it is superseded. */
function placeGroup(
  group: readonly (readonly [UnitId, SeenUnit])[],
  item: StoredItem,
  places: Map<UnitId, Place>,
  found: FoundUnits,
): void {
  const writer = writerOf(group, item, found);
  for (const [at, [id, unit]] of group.entries()) {
    const isBefore = writer >= 0 ? at < writer : unit.arrivedAt <= (item.arrivedAt ?? Number.NEGATIVE_INFINITY);
    if (at === writer) places.set(id, "stored");
    else if (isBefore && !found.rejected.has(id)) places.set(id, "superseded");
  }
}

/** The place in the group of the reading that the item was written from; -1 where none of them can have. */
function writerOf(
  group: readonly (readonly [UnitId, SeenUnit])[],
  { arrivedAt, values }: StoredItem,
  found: FoundUnits,
): number {
  const candidates = [...group.entries()].filter(
    ([, [, unit]]) => arrivedAt === undefined || unit.arrivedAt === arrivedAt,
  );
  // A replay stores what was rejected or failed, too; where another record has the same value, that one did not need it.
  const score = ([, [id, unit]]: (typeof candidates)[number]) =>
    (unit.item && values.includes(unit.item.value) ? 4 : 0) +
    (found.rejected.has(id) ? 0 : 2) +
    (found.failed.has(id) ? 0 : 1);
  const best = candidates.reduce((most, candidate) => Math.max(most, score(candidate)), 0);
  return candidates.findLast((candidate) => score(candidate) === best)?.[0] ?? -1;
}

function placeWithoutItem(id: UnitId, { record, item }: SeenUnit, { found }: Units, gaveUp: GaveUp): Place {
  if (found.rejected.has(id)) return "rejected";
  if (found.failed.has(id)) return "failed";
  if (gaveUp.processing && !found.records.get(record)?.isSettled) return "unfinished";
  return found.rows.has(rowId(record, item)) ? "inArchiveOnly" : "nowhere";
}

/** Whether the archive's branch accounts for a stored reading. What was no reading at first, or not in the stream, has no row. */
function placeOfStored(id: UnitId, { streamed, found: { notArchived, rows, rejected } }: Units, gaveUp: GaveUp): Place {
  const unit = streamed.get(id);
  if (!notArchived || !unit || rejected.has(id) || rows.has(rowId(unit.record, unit.item))) return "stored";
  // The delivery gives up a record whole: by its own payload, which is its first part.
  if (notArchived.has(unit.payload.split(" ")[0] ?? "") || notArchived.has(unit.item?.key ?? ""))
    return "archiveErrors";
  return gaveUp.archiving ? "unfinished" : "inTableOnly";
}

function byArrival([, a]: readonly [UnitId, SeenUnit], [, b]: readonly [UnitId, SeenUnit]): number {
  const numbers = a.sequenceNumber.length - b.sequenceNumber.length;
  return a.arrivedAt - b.arrivedAt || numbers || (a.sequenceNumber < b.sequenceNumber ? -1 : 1);
}

import type { RecordId } from "../../contract/stream-record";
import type { ArchiveReadBack } from "./archive-read-back";
import type { ReadBack, StoredItem } from "./read-back";
import { rowId, type SeenRecord, type SeenUnit, type UnitId, unitsOf } from "./seen-record";

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

/** What is known of the stream's records. */
export interface StreamEvidence {
  readonly records: ReadonlyMap<RecordId, SeenRecord>;
  /** Those that the mapping is done with. */
  readonly settled: ReadonlySet<RecordId>;
}

/** What the stores hold at the end, by reading. */
export interface FoundUnits {
  /** By `itemKey`. */
  readonly items: ReadonlyMap<string, StoredItem>;
  readonly rejected: ReadonlyMap<UnitId, SeenUnit>;
  readonly failed: ReadonlyMap<UnitId, SeenUnit>;
  readonly archive?: ArchiveReadBack | undefined;
}

/** What is known of the stream's records, by reading. */
export interface Units {
  /** Those that were read from the stream. */
  readonly streamed: ReadonlyMap<UnitId, SeenUnit>;
  /** These, and what stands in `rejected/` or the failure destination without having been read. */
  readonly all: ReadonlyMap<UnitId, SeenUnit>;
  readonly settled: ReadonlySet<RecordId>;
  readonly found: FoundUnits;
}

/** The readings of all records. */
export function unitsIn({ records, settled }: StreamEvidence, readBack: ReadBack): Units {
  const [streamed, rejected, failed] = [unitsOf(records), unitsOf(readBack.rejected), unitsOf(readBack.failed)];
  const found = { items: readBack.items, rejected, failed, archive: readBack.archive };
  return { streamed, all: new Map([...failed, ...rejected, ...streamed]), settled, found };
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
  { arrivedAt, value }: StoredItem,
  found: FoundUnits,
): number {
  const candidates = [...group.entries()].filter(
    ([, [, unit]]) => arrivedAt === undefined || unit.arrivedAt === arrivedAt,
  );
  // A replay stores what was rejected or failed, too; where another record has the same value, that one did not need it.
  const score = ([, [id, unit]]: (typeof candidates)[number]) =>
    (unit.item?.value === value ? 4 : 0) + (found.rejected.has(id) ? 0 : 2) + (found.failed.has(id) ? 0 : 1);
  const best = candidates.reduce((most, candidate) => Math.max(most, score(candidate)), 0);
  return candidates.findLast((candidate) => score(candidate) === best)?.[0] ?? -1;
}

function placeWithoutItem(id: UnitId, { record, item }: SeenUnit, { settled, found }: Units, gaveUp: GaveUp): Place {
  if (found.rejected.has(id)) return "rejected";
  if (found.failed.has(id)) return "failed";
  if (gaveUp.processing && !settled.has(record)) return "unfinished";
  return found.archive?.rows.has(rowId(record, item)) ? "inArchiveOnly" : "nowhere";
}

/** Whether the archive's branch accounts for a stored reading. What was no reading at first, or not in the stream, has no row. */
function placeOfStored(id: UnitId, { streamed, found: { archive, rejected } }: Units, gaveUp: GaveUp): Place {
  const unit = streamed.get(id);
  if (!archive || !unit || rejected.has(id) || archive.rows.has(rowId(unit.record, unit.item))) return "stored";
  // The delivery gives up a record whole: by its own payload, which is its first part.
  if (archive.failed.has(unit.payload.split(" ")[0] ?? "") || archive.failed.has(unit.item?.key ?? "")) return "stored";
  return gaveUp.archiving ? "unfinished" : "inTableOnly";
}

function byArrival([, a]: readonly [UnitId, SeenUnit], [, b]: readonly [UnitId, SeenUnit]): number {
  const numbers = a.sequenceNumber.length - b.sequenceNumber.length;
  return a.arrivedAt - b.arrivedAt || numbers || (a.sequenceNumber < b.sequenceNumber ? -1 : 1);
}

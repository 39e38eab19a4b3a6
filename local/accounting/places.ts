import type { RecordId } from "../../contract/stream-record";
import type { ReadBack, StoredItem } from "./read-back";
import type { SeenRecord } from "./seen-record";

/** Where a record is, or where a message is; the first that applies counts. */
export const PLACES = [
  /** Its item can be read back. */
  "stored",
  /** Set aside in `rejected/`. */
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

/** All records: what was read from the stream, and what stands in `rejected/` or the failure destination without. */
export function allRecords({ records }: StreamEvidence, found: ReadBack): Map<RecordId, SeenRecord> {
  return new Map([...found.failed, ...found.rejected, ...records]);
}

/** Where each record is. */
export function placesOf(stream: StreamEvidence, found: ReadBack, gaveUp: GaveUp): Map<RecordId, Place> {
  const records = allRecords(stream, found);
  const byItem = new Map<string, [RecordId, SeenRecord][]>();
  for (const [id, record] of records) {
    if (record.item === undefined || !found.items.has(record.item.key)) continue;
    const group = byItem.get(record.item.key);
    if (group) group.push([id, record]);
    else byItem.set(record.item.key, [[id, record]]);
  }
  const places = new Map<RecordId, Place>();
  for (const [key, group] of byItem) {
    const item = found.items.get(key);
    if (item) placeGroup(group.sort(byArrival), item, places, found);
  }
  for (const id of records.keys()) {
    const place = places.get(id) ?? placeWithoutItem(id, stream, found, gaveUp);
    places.set(id, place === "stored" ? placeOfStored(id, stream, found, gaveUp) : place);
  }
  return places;
}

/** Decides which of the records of one identity its item was written from; what arrived before it is superseded. */
function placeGroup(
  group: readonly (readonly [RecordId, SeenRecord])[],
  item: StoredItem,
  places: Map<RecordId, Place>,
  found: ReadBack,
): void {
  const writer = writerOf(group, item, found);
  for (const [at, [id, record]] of group.entries()) {
    const isBefore = writer >= 0 ? at < writer : record.arrivedAt <= (item.arrivedAt ?? Number.NEGATIVE_INFINITY);
    if (at === writer) places.set(id, "stored");
    else if (isBefore && !found.rejected.has(id)) places.set(id, "superseded");
  }
}

/** The place in the group of the record that the item was written from; -1 where none of them can have. */
function writerOf(
  group: readonly (readonly [RecordId, SeenRecord])[],
  { arrivedAt, value }: StoredItem,
  found: ReadBack,
): number {
  const candidates = [...group.entries()].filter(
    ([, [, record]]) => arrivedAt === undefined || record.arrivedAt === arrivedAt,
  );
  // A replay stores what was rejected or failed, too; where another record has the same value, that one did not need it.
  const score = ([, [id, record]]: (typeof candidates)[number]) =>
    (record.item?.value === value ? 4 : 0) + (found.rejected.has(id) ? 0 : 2) + (found.failed.has(id) ? 0 : 1);
  const best = candidates.reduce((most, candidate) => Math.max(most, score(candidate)), 0);
  return candidates.findLast((candidate) => score(candidate) === best)?.[0] ?? -1;
}

function placeWithoutItem(id: RecordId, { settled }: StreamEvidence, found: ReadBack, gaveUp: GaveUp): Place {
  if (found.rejected.has(id)) return "rejected";
  if (found.failed.has(id)) return "failed";
  if (gaveUp.processing && !settled.has(id)) return "unfinished";
  return found.archive?.records.has(id) ? "inArchiveOnly" : "nowhere";
}

/** Whether the archive's branch accounts for a stored reading. What was no reading at first, or not in the stream, has no row. */
function placeOfStored(
  id: RecordId,
  { records }: StreamEvidence,
  { archive, rejected }: ReadBack,
  gaveUp: GaveUp,
): Place {
  const record = records.get(id);
  if (!archive || !record || rejected.has(id) || archive.records.has(id)) return "stored";
  if (archive.setAside.has(record.payload) || archive.setAside.has(record.item?.key ?? "")) return "stored";
  return gaveUp.archiving ? "unfinished" : "inTableOnly";
}

function byArrival([, a]: readonly [RecordId, SeenRecord], [, b]: readonly [RecordId, SeenRecord]): number {
  const numbers = a.sequenceNumber.length - b.sequenceNumber.length;
  return a.arrivedAt - b.arrivedAt || numbers || (a.sequenceNumber < b.sequenceNumber ? -1 : 1);
}

import type { NotArchived } from "./archive-read-back";
import type { EvidencePart, ExternalMessages } from "./evidence-store";
import type { PayloadId } from "./payload-id";
import { percentile } from "./percentile";
import { type GaveUp, PLACES, type Place, placesOf, type Units, unitsIn } from "./places";
import { rowId, type UnitId, unitIds } from "./seen-record";

/** Where readings ended. Each is in one of these; a message that is no reading counts as one. */
export interface Counts {
  /** Its item can be read back. */
  readonly stored: number;
  /** Kept in `rejected/`. */
  readonly rejected: number;
  /** Only in the failure destination. */
  readonly failed: number;
  /** Only in the error log of the rule. */
  readonly ruleErrors: number;
  /** In the table, and instead of in the archive in `firehose-errors/`. */
  readonly archiveErrors: number;
  /** Its identity (device, type, time) was written again, by a reading that arrived later. */
  readonly superseded: number;
  /** On its way when the run gave up waiting. */
  readonly unfinished: number;
  /** The sum of `lostFrom`. */
  readonly lost: number;
  /** Of the lost: in no tier, in the table and not in the archive, in the archive and not in the table. */
  readonly lostFrom: { readonly nowhere: number; readonly inTableOnly: number; readonly inArchiveOnly: number };
}

/** Where the run's messages ended. */
export interface Account extends Counts {
  /** Readings that the fleet sent at QoS 1 and the broker acknowledged: the sum of its counts. */
  readonly published: number;
  /** The messages that they came in. */
  readonly messages: number;
  /** Of the stored. */
  readonly anomalies: number;
  /** In the archive, read back: of those stored. */
  readonly archived: number;
  /** From publish to the answer of the invocation that stored it. */
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  /** Sent by the fleet and never acknowledged; they may be anywhere. */
  readonly unacknowledged: number;
  /**
   * Other clients' readings. `taken`: what the rules engine handed on, what came into the stream past it, and what the stores hold of
   * neither. It is the sum of its counts without `ruleErrors`.
   */
  readonly external: Counts & { readonly taken: number };
}

/** What is known beside the evidence of each part. */
export interface Known {
  /** How many messages with this payload stand in the rule's error log. */
  readonly errorLog: ReadonlyMap<PayloadId, number>;
  /** What the delivery could not archive; undefined where the stack delivers nothing to the archive. */
  readonly notArchived: NotArchived | undefined;
  readonly gaveUp: GaveUp;
}

/** Puts each reading of an acknowledged publish, and of another client's message, into one place, the best one that it is found in. */
export async function takeAccount(parts: AsyncIterable<EvidencePart>, known: Known): Promise<Account> {
  const [fleet, external] = [noCounts(), noCounts()];
  let [messages, unacknowledged, anomalies, archived] = [0, 0, 0, 0];
  const latencies: number[] = [];
  for await (const part of parts) {
    const units = unitsIn(part, known.notArchived);
    const placed = placedUnits(part, units, known);
    for (const [payload, entry] of part.entries) {
      if (!entry.acknowledged) {
        unacknowledged += entry.readings;
        continue;
      }
      messages += 1;
      let isStored = false;
      for (const unit of unitIds(payload, entry.readings)) {
        const [{ place, id }] = placed(unit, 1) as [Placed];
        fleet[place] += 1;
        if (place !== "stored") continue;
        isStored = true;
        const { record = "", item } = units.all.get(id ?? "") ?? {};
        if (part.rows.has(rowId(record, item))) archived += 1;
        if (part.items.get(item?.key ?? "")?.isAnomaly) anomalies += 1;
      }
      if (isStored && entry.settledAt !== undefined) latencies.push(entry.settledAt - entry.publishedAt);
    }
    countExternal(external, part, units, placed);
  }
  latencies.sort((a, b) => a - b);
  const { ruleErrors } = external;
  return {
    published: total(fleet),
    messages,
    ...countsOf(fleet),
    anomalies,
    archived,
    latencyMs: { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) },
    unacknowledged,
    external: { taken: total(external) - ruleErrors, ...countsOf(external) },
  };
}

/** A reading, where it is, and as which reading of a record. */
interface Placed {
  readonly place: Place;
  readonly id: UnitId | undefined;
}

/** Gives the best places of a reading's messages: a put that was made twice, and a redelivery, leave more records than messages. */
function placedUnits({ entries, external }: EvidencePart, units: Units, { errorLog, gaveUp }: Known) {
  const byPayload = new Map<UnitId, Placed[]>();
  const add = (payload: UnitId, placed: Placed) => {
    const known = byPayload.get(payload);
    if (known) known.push(placed);
    else byPayload.set(payload, [placed]);
  };
  const places = placesOf(units, gaveUp);
  for (const [id, { payload }] of units.all) add(payload, { id, place: places.get(id) ?? "nowhere" });
  for (const [payload, count] of errorLog) {
    const { readings = 1 } = entries.get(payload) ?? external.get(payload) ?? {};
    for (const unit of unitIds(payload, readings))
      for (let n = 0; n < count; n += 1) add(unit, { id: undefined, place: "ruleErrors" });
  }
  // It never came to the stream: it still waits for it, or it is lost.
  const missing: Placed = { id: undefined, place: gaveUp.processing ? "unfinished" : "nowhere" };
  return (payload: UnitId, messages: number): Placed[] => {
    const known = (byPayload.get(payload) ?? []).sort((a, b) => PLACES.indexOf(a.place) - PLACES.indexOf(b.place));
    return Array.from({ length: messages }, (_, at) => known[at] ?? missing);
  };
}

/** Adds other clients' readings. */
function countExternal(
  counts: Record<Place, number>,
  { entries, external, items }: EvidencePart,
  { all }: Units,
  placed: (payload: UnitId, messages: number) => Placed[],
): void {
  const known = new Map<UnitId, ExternalMessages>();
  for (const [payload, messages] of external)
    for (const unit of unitIds(payload, messages.readings)) known.set(unit, messages);
  const ofFleet = new Set([...entries].flatMap(([payload, { readings }]) => unitIds(payload, readings)));
  const ownKeys = new Set<string>();
  const recordsOf = new Map<UnitId, number>();
  for (const { payload, item } of all.values()) {
    if (item) ownKeys.add(item.key);
    if (!ofFleet.has(payload)) recordsOf.set(payload, (recordsOf.get(payload) ?? 0) + 1);
  }
  for (const payload of new Set([...known.keys(), ...recordsOf.keys()])) {
    const { taken = 0, failedPuts = 0 } = known.get(payload) ?? {};
    // More records than messages and failed puts: the others came into the stream past the broker.
    const messages = Math.max(taken, (recordsOf.get(payload) ?? 0) - failedPuts);
    for (const { place } of placed(payload, messages)) counts[place] += 1;
  }
  // What was written past the stream, by an invocation or into the table itself.
  for (const key of items.keys()) if (!ownKeys.has(key)) counts.stored += 1;
}

function total(counts: Readonly<Record<Place, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function noCounts(): Record<Place, number> {
  return Object.fromEntries(PLACES.map((place) => [place, 0])) as Record<Place, number>;
}

function countsOf({ nowhere, inTableOnly, inArchiveOnly, ...others }: Readonly<Record<Place, number>>): Counts {
  return {
    ...others,
    lost: nowhere + inTableOnly + inArchiveOnly,
    lostFrom: { nowhere, inTableOnly, inArchiveOnly },
  };
}

import type { RecordId } from "../../contract/stream-record";
import type { ExternalMessages, LedgerEntry } from "./ledger";
import { allRecords, type GaveUp, PLACES, type Place, placesOf, type StreamEvidence } from "./places";
import type { ReadBack } from "./read-back";
import type { PayloadId } from "./seen-record";

/** Where messages ended. Each is in one of these. */
export interface Counts {
  /** Its item can be read back. */
  readonly stored: number;
  /** Set aside in `rejected/`. */
  readonly rejected: number;
  /** Only in the failure destination. */
  readonly failed: number;
  /** Only in the error log of the rule. */
  readonly ruleErrors: number;
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
  /** What the fleet sent at QoS 1 and the broker acknowledged: the sum of its counts. */
  readonly published: number;
  /** Of the stored. */
  readonly anomalies: number;
  /** In the cold tier's Parquet, read back: of those stored. */
  readonly archived: number;
  /** From publish to the answer of the invocation that stored it. */
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  /** Sent by the fleet and never acknowledged; they may be anywhere. */
  readonly unacknowledged: number;
  /**
   * Other clients' messages. `taken`: what the rules engine handed on, what came into the stream past it, and what the stores hold of
   * neither. It is the sum of its counts without `ruleErrors`.
   */
  readonly external: Counts & { readonly taken: number };
}

/** What the run knows of its messages. */
export interface Evidence extends StreamEvidence {
  readonly entries: ReadonlyMap<PayloadId, LedgerEntry>;
  readonly external: ReadonlyMap<PayloadId, Readonly<ExternalMessages>>;
  /** How many messages with this payload stand in the error log. */
  readonly errorLog: ReadonlyMap<PayloadId, number>;
}

/** Puts each acknowledged publish, and each message of another client, into exactly one place, the best one that it is found in. */
export function takeAccount(evidence: Evidence, found: ReadBack, gaveUp: GaveUp): Account {
  const { entries } = evidence;
  const placed = placedMessages(evidence, found, gaveUp);
  const fleet = noCounts();
  let [unacknowledged, anomalies, archived] = [0, 0, 0];
  const latencies: number[] = [];
  for (const [payload, entry] of entries) {
    if (!entry.acknowledged) {
      unacknowledged += 1;
      continue;
    }
    const [{ place, id }] = placed(payload, 1) as [Placed];
    fleet[place] += 1;
    if (place !== "stored") continue;
    const key = evidence.records.get(id ?? "")?.item?.key;
    if (found.archive?.records.has(id ?? "")) archived += 1;
    if (found.items.get(key ?? "")?.isAnomaly) anomalies += 1;
    if (entry.settledAt !== undefined) latencies.push(entry.settledAt - entry.publishedAt);
  }
  latencies.sort((a, b) => a - b);
  return {
    published: entries.size - unacknowledged,
    ...countsOf(fleet),
    anomalies,
    archived,
    latencyMs: { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) },
    unacknowledged,
    external: externalAccount(evidence, found, placed),
  };
}

/** A message, where it is, and as which record. */
interface Placed {
  readonly place: Place;
  readonly id: RecordId | undefined;
}

/** Gives the best places of a payload's messages: a put that was made twice, and a redelivery, leave more records than messages. */
function placedMessages(evidence: Evidence, found: ReadBack, gaveUp: GaveUp) {
  const byPayload = new Map<PayloadId, Placed[]>();
  const add = (payload: PayloadId, placed: Placed) => {
    const known = byPayload.get(payload);
    if (known) known.push(placed);
    else byPayload.set(payload, [placed]);
  };
  const places = placesOf(evidence, found, gaveUp);
  for (const [id, { payload }] of allRecords(evidence, found)) add(payload, { id, place: places.get(id) ?? "nowhere" });
  for (const [payload, count] of evidence.errorLog)
    for (let n = 0; n < count; n += 1) add(payload, { id: undefined, place: "ruleErrors" });
  // It never came to the stream: it still waits for it, or it is lost.
  const missing: Placed = { id: undefined, place: gaveUp.processing ? "unfinished" : "nowhere" };
  return (payload: PayloadId, messages: number): Placed[] => {
    const known = (byPayload.get(payload) ?? []).sort((a, b) => PLACES.indexOf(a.place) - PLACES.indexOf(b.place));
    return Array.from({ length: messages }, (_, at) => known[at] ?? missing);
  };
}

function externalAccount(
  evidence: Evidence,
  found: ReadBack,
  placed: (payload: PayloadId, messages: number) => Placed[],
): Account["external"] {
  const { entries, external } = evidence;
  const counts = noCounts();
  const records = allRecords(evidence, found);
  const ownKeys = new Set<string>();
  const recordsOf = new Map<PayloadId, number>();
  for (const { payload, item } of records.values()) {
    if (item) ownKeys.add(item.key);
    if (!entries.has(payload)) recordsOf.set(payload, (recordsOf.get(payload) ?? 0) + 1);
  }
  for (const payload of new Set([...external.keys(), ...recordsOf.keys()])) {
    const { taken = 0, failedPuts = 0 } = external.get(payload) ?? {};
    // More records than messages and failed puts: the others came into the stream past the broker.
    const messages = Math.max(taken, (recordsOf.get(payload) ?? 0) - failedPuts);
    for (const { place } of placed(payload, messages)) counts[place] += 1;
  }
  // What was written past the stream, by an invocation or into the table itself.
  for (const key of found.items.keys()) if (!ownKeys.has(key)) counts.stored += 1;
  const { ruleErrors } = counts;
  const taken = Object.values(counts).reduce((sum, count) => sum + count, 0) - ruleErrors;
  return { taken, ...countsOf(counts) };
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

/** The value that this share of the sorted values does not exceed (nearest rank); 0 for none. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

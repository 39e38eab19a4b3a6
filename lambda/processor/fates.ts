import type { RejectedEntry } from "../../contract/rejected";
import type { CheckedReading } from "../reading/checked-reading";
import { type Rejection, reject } from "../reading/rejection";
import type { Accepted } from "./assess";
import type { AnomalyWrites, ItemWrite, ObjectWrite } from "./batch-plan";

/** The outcome of one write. */
export type WriteOutcome =
  | { readonly kind: "written" }
  /** Not needed: the item stored under this key arrived later. */
  | { readonly kind: "superseded" }
  /** Not now, maybe later. */
  | { readonly kind: "failed" }
  /** Never: the store rejects its content. */
  | { readonly kind: "refused"; readonly message: string };

/** The outcome of a record. */
export interface Fate {
  /** Whether Lambda must send the record again; it then counts as nothing else. */
  readonly isFailed: boolean;
  /** Readings in the record; a message that is rejected as a whole counts as one. */
  readonly readings: number;
  /** Readings that are stored. */
  readonly stored: number;
  /** Stored readings that are out of bounds. */
  readonly anomalies: number;
  /** Readings in whose place one with the same identity that arrived later is stored. */
  readonly superseded: number;
  /** The message's rejection, or that of some of its entries. */
  readonly rejection: Rejection | undefined;
}

/** Characters of a store's message that a detail holds. */
const MAX_MESSAGE_CHARACTERS = 300;

/** Each record's fate, from its check and the outcomes of its writes. */
export function decideFates(
  assessed: readonly (Accepted | Rejection)[],
  plan: { readonly items: readonly ItemWrite[]; readonly anomalies: AnomalyWrites },
  items: ReadonlyMap<ItemWrite, WriteOutcome>,
  objects: ReadonlyMap<ObjectWrite, WriteOutcome>,
): Fate[] {
  const tallies = assessed.map((entry) => new Tally(entry));
  for (const write of plan.items) {
    const outcome = items.get(write) ?? { kind: "failed" };
    const last = write.records.at(-1);
    for (const record of write.records) tallies[record]?.add(write, outcome, record === last);
  }
  // An anomaly is stored when both its object and its item are. A missing object is written by the retry.
  for (const write of [...plan.anomalies.superseded, ...plan.anomalies.current])
    if (objects.get(write)?.kind !== "written") for (const record of write.records) tallies[record]?.objectMissing();
  return tallies.map((tally) => tally.fate());
}

/** The index of the first record that Lambda must send again; the number of records if there is none. */
export function checkpointOf(fates: readonly Fate[]): number {
  const failed = fates.findIndex(({ isFailed }) => isFailed);
  return failed === -1 ? fates.length : failed;
}

/** How many readings of a record are rejected. */
export function rejectedCount({ rejection }: Pick<Fate, "rejection">): number {
  return rejection === undefined ? 0 : (rejection.entries?.length ?? 1);
}

/** Adds up what becomes of one record's items. */
class Tally {
  readonly #entry: Accepted | Rejection;
  readonly #refused: RejectedEntry[] = [];
  #stored = 0;
  #anomalies = 0;
  #superseded = 0;
  #failed = false;
  #written = false;

  constructor(entry: Accepted | Rejection) {
    this.#entry = entry;
  }

  /** @param isLast Whether the item that was to be written is this record's, and not a later one's of the same key. */
  add({ range, readings }: ItemWrite, outcome: WriteOutcome, isLast: boolean): void {
    if (outcome.kind === "failed") this.#failed = true;
    if (outcome.kind === "written") this.#written = true;
    if (outcome.kind === "superseded" || (outcome.kind === "written" && !isLast)) this.#superseded += readings.length;
    if (outcome.kind === "written" && isLast) {
      this.#stored += readings.length;
      this.#anomalies += readings.filter(({ isAnomaly }) => isAnomaly).length;
    }
    if (outcome.kind !== "refused") return;
    const { reason, detail } = refusal(outcome.message);
    for (const { index } of this.#readingsOf(range)) this.#refused.push({ index, reason, detail });
  }

  /** The object of the record's anomalies was not written. */
  objectMissing(): void {
    // Without a stored item there is no stored anomaly.
    if (this.#written) this.#failed = true;
  }

  fate(): Fate {
    const rejection = this.#rejection();
    const counts = { stored: this.#stored, anomalies: this.#anomalies, superseded: this.#superseded };
    const readings = this.#entry.ok
      ? this.#entry.items.reduce((sum, item) => sum + item.readings.length, this.#entry.rejected.length)
      : rejectedCount({ rejection });
    return { isFailed: this.#failed, readings, ...counts, rejection };
  }

  #readingsOf(range: string): readonly CheckedReading[] {
    return (this.#entry.ok && this.#entry.items.find((item) => item.range === range)?.readings) || [];
  }

  #rejection(): Rejection | undefined {
    if (!this.#entry.ok) return this.#entry;
    const entries = [...this.#entry.rejected, ...this.#refused].sort((a, b) => a.index - b.index);
    const [first] = entries;
    if (first === undefined) return undefined;
    const { reason, detail } = first;
    return this.#entry.isList ? { ok: false, reason, detail, entries } : { ok: false, reason, detail };
  }
}

function refusal(message: string): Rejection {
  return reject("refused_by_store", `DynamoDB refused this item: ${message.slice(0, MAX_MESSAGE_CHARACTERS)}`);
}

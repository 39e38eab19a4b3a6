import { DatabaseSync } from "node:sqlite";
import { setImmediate as turn } from "node:timers/promises";
import { wordsOf } from "../../contract/error-words";
import type { RecordId } from "../../contract/stream-record";
import { divideByDevice } from "./divide-by-device";
import { EvidenceTable } from "./evidence-table";
import type { PayloadId } from "./payload-id";
import type { SeenRecord } from "./seen-record";

/** What is known of one publish of the fleet. */
export interface LedgerEntry {
  /** Readings in it; a message that is no reading counts as one. */
  readonly readings: number;
  readonly publishedAt: number;
  acknowledged: boolean;
  /** How often the rules engine accepted it: more than once after a redelivery at QoS 1. */
  accepted: number;
  /** When the invocation that settled it answered. */
  settledAt: number | undefined;
}

/** A record that was read from the stream. */
export interface StreamedRecord extends SeenRecord {
  /** The mapping is done with it. */
  isSettled: boolean;
}

/** What is known of the messages of other clients that have one payload. */
export interface ExternalMessages {
  /** Readings in each of them. */
  readonly readings: number;
  /** How many the rules engine took. */
  taken: number;
  /** Puts of these that failed: each may have left a record all the same. */
  failedPuts: number;
  /** Records of the stream with this payload. */
  records: number;
}

/** What the account needs of an item. */
export interface StoredItem {
  readonly device: string;
  readonly isAnomaly: boolean;
  /** Its value; of items whose records arrived in one millisecond, each one's: nothing in them says which came last. */
  readonly values: readonly number[];
  /** When the record arrived that it was written from; undefined where the item does not say. */
  readonly arrivedAt: number | undefined;
}

/** A record in `rejected/` or in the failure destination; of one that is rejected in part, the places of the rejected entries. */
export type SetAside = SeenRecord & { readonly entries?: readonly number[] | undefined };

/** All that is known of some messages, and of the devices that they came from. */
export interface EvidencePart {
  /** The fleet's publishes. */
  readonly entries: ReadonlyMap<PayloadId, LedgerEntry>;
  /** Other clients' messages, by their payload. */
  readonly external: ReadonlyMap<PayloadId, Readonly<ExternalMessages>>;
  /** What was read from the stream, in its order. */
  readonly records: ReadonlyMap<RecordId, StreamedRecord>;
  readonly rejected: ReadonlyMap<RecordId, SetAside>;
  readonly failed: ReadonlyMap<RecordId, SetAside>;
  /** Readings in the table by `itemKey`, whichever way they are packed. */
  readonly items: ReadonlyMap<string, StoredItem>;
  /** Readings that have a row in the archive, by `rowId`. */
  readonly rows: ReadonlyMap<string, unknown>;
}

/** Readings of a part, about; of one device, or of devices that sent the same message, there may be more. */
const PART_SIZE = 50_000;
/** SQLite's cache, in KiB. */
const CACHE_KB = 16 * 1024;

/**
 * What a run knows of its messages and has found in the stores. It lies on disk, so that a run of days does not fill the memory, and goes
 * with the process.
 */
export class EvidenceStore {
  readonly #database: DatabaseSync;
  readonly entries: EvidenceTable<LedgerEntry>;
  readonly external: EvidenceTable<ExternalMessages>;
  readonly records: EvidenceTable<StreamedRecord>;
  readonly rejected: EvidenceTable<SetAside>;
  readonly failed: EvidenceTable<SetAside>;
  readonly items: EvidenceTable<StoredItem>;
  readonly rows: EvidenceTable<{ readonly device: string }>;

  /** The part that is gone through, from 1; undefined before the first. */
  underway: { readonly part: number; readonly parts: number } | undefined;

  /** @param onBroken Is called with the reason when the disk does not take any more. The evidence is worth nothing then. */
  constructor(onBroken: (why: string) => void) {
    // The database without a name is a file without a name: nothing of it is left, however the process ends.
    const database = new DatabaseSync("");
    database.exec(`PRAGMA synchronous = OFF; PRAGMA cache_size = -${CACHE_KB}; BEGIN`);
    this.#database = database;
    const onFailed = (error: unknown) => onBroken(diskWords(error));
    this.entries = new EvidenceTable(database, "entries", onFailed);
    this.external = new EvidenceTable(database, "external", onFailed);
    this.records = new EvidenceTable(database, "records", onFailed, withItems);
    this.rejected = new EvidenceTable(database, "rejected", onFailed, withItems);
    this.failed = new EvidenceTable(database, "failed", onFailed, withItems);
    this.items = new EvidenceTable(database, "items", onFailed);
    this.rows = new EvidenceTable(database, "archiveRows", onFailed);
  }

  /**
   * Divides everything into parts: what belongs to one message, to one device or to one item is in the same part. They can be gone through
   * several times; other work has its turn between them.
   * @throws Error where the disk does not take what this needs
   */
  divide(partSize = PART_SIZE): AsyncIterable<EvidencePart> {
    try {
      const parts = divideByDevice(this.#database, partSize);
      return { [Symbol.asyncIterator]: () => this.#parts(parts) };
    } catch (error) {
      throw new Error(diskWords(error));
    }
  }

  async *#parts(parts: number): AsyncGenerator<EvidencePart> {
    for (let part = 0; part < parts; part += 1) {
      this.underway = { part: part + 1, parts };
      await turn();
      yield {
        entries: this.entries.ofPart(part),
        external: this.external.ofPart(part),
        records: this.records.ofPart(part),
        rejected: this.rejected.ofPart(part),
        failed: this.failed.ofPart(part),
        items: this.items.ofPart(part),
        rows: this.rows.ofPart(part),
      };
    }
  }
}

/** JSON has null for what is no reading. */
function withItems<R extends SeenRecord>(record: R): R {
  return { ...record, readings: record.readings.map((reading) => reading ?? undefined) };
}

function diskWords(error: unknown): string {
  const why = wordsOf(error);
  return (
    `what the run knows of its messages cannot be written: ${why}. ` +
    "Free some space in the folder of temporary files, or set SQLITE_TMPDIR to another folder"
  );
}

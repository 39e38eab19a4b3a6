import { partsOf } from "../../contract/parts";
import { eventRecord, type ReplayedRecord, type StreamRecord } from "../../contract/stream-record";

/** Most records of a batch: the default of an event source mapping. */
export const MAX_RECORDS = 100;
/** An event has 6 MB at most: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_BYTES = 5_000_000;

/** Gathers the records of a shard, up to the most that an invocation takes. */
export class BatchBuffer {
  readonly #streamArn: string;
  #records: StreamRecord[] = [];
  #bytes = 0;

  constructor(streamArn: string) {
    this.#streamArn = streamArn;
  }

  /** Whether the record of this sequence number is in it. */
  has(sequenceNumber: string): boolean {
    return this.#records.some((record) => record.sequenceNumber === sequenceNumber);
  }

  /** Adds a record. Returns the records before it if it does not fit in with them, else none. */
  add(record: StreamRecord): StreamRecord[] {
    const bytes = bytesOf(eventRecord(record, { streamArn: this.#streamArn }));
    const isFull = this.#records.length === MAX_RECORDS || this.#bytes + bytes > MAX_BYTES;
    const before = isFull ? this.flush() : [];
    this.#records.push(record);
    this.#bytes += bytes;
    return before;
  }

  /** Empties it, and returns its records in the order of the stream. */
  flush(): StreamRecord[] {
    const records = this.#records.sort((a, b) => (BigInt(a.sequenceNumber) < BigInt(b.sequenceNumber) ? -1 : 1));
    this.#records = [];
    this.#bytes = 0;
    return records;
  }
}

/** An event's records in parts that an invocation takes. A record above the limit is alone in its part. */
export function invocationsOf(records: readonly ReplayedRecord[]): Iterable<readonly ReplayedRecord[]> {
  return partsOf(records, bytesOf, MAX_BYTES);
}

function bytesOf(record: ReplayedRecord): number {
  return Buffer.byteLength(JSON.stringify(record));
}

import type { StreamRecord } from "../../../contract/stream-record";
import type { HashKeyRange } from "./hash-key";
import { KinesisError } from "./kinesis-error";
import { RecordLog } from "./record-log";
import { SequenceNumbers } from "./sequence-number";
import { TokenBucket } from "./token-bucket";

/** Limits of a shard: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const WRITE = { bytesPerSecond: 1024 * 1024, recordsPerSecond: 1000 } as const;
const READ = { bytesPerSecond: 2 * 1024 * 1024, callsPerSecond: 5 } as const;
/** Most that one GetRecords returns: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html */
export const MAX_READ = { records: 10_000, bytes: 10 * 1024 * 1024 } as const;

/** What a shard starts from. */
export interface ShardArgs {
  /** Its number in the stream, from 0. */
  readonly number: number;
  /** The hash keys that it takes. */
  readonly range: HashKeyRange;
  /** The shard that was split, or the two that were merged; none for those that the stream began with. */
  readonly parents: readonly Shard[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Where old records are kept; undefined: in memory. */
  readonly folder: string | undefined;
}

/** What a read gives. */
export interface ReadPage {
  readonly records: readonly StreamRecord[];
  /** The place to go on from; undefined at the end of a closed shard. */
  readonly nextPlace: number | undefined;
  /** Age of the last record that was read, at least 1, where others follow it; 0 at the tip. */
  readonly millisBehindLatest: number;
}

/** One shard of a stream: an ordered log with a limited throughput. */
export class Shard {
  readonly id: string;
  readonly children: Shard[] = [];
  readonly #numbers: SequenceNumbers;
  readonly #log: RecordLog;
  readonly #writeBytes: TokenBucket;
  readonly #writeRecords: TokenBucket;
  readonly #readBytes: TokenBucket;
  readonly #readCalls: TokenBucket;
  /** When it was closed by a split or a merge, milliseconds since the epoch. */
  closedAt: number | undefined;

  constructor(readonly args: ShardArgs) {
    const { number, createdAt, folder, parents } = args;
    this.id = `shardId-${String(number).padStart(12, "0")}`;
    this.#numbers = new SequenceNumbers(number, createdAt);
    this.#log = new RecordLog(folder);
    this.#writeBytes = new TokenBucket(WRITE.bytesPerSecond, createdAt);
    this.#writeRecords = new TokenBucket(WRITE.recordsPerSecond, createdAt);
    this.#readBytes = new TokenBucket(READ.bytesPerSecond, createdAt);
    this.#readCalls = new TokenBucket(READ.callsPerSecond, createdAt);
    for (const parent of parents) parent.children.push(this);
  }

  get isOpen(): boolean {
    return this.closedAt === undefined;
  }

  get startingSequenceNumber(): string {
    return this.#numbers.start;
  }

  /** Greater than the number of every record; undefined while it is open. */
  get endingSequenceNumber(): string | undefined {
    return this.isOpen ? undefined : this.#numbers.at(this.#log.length);
  }

  /** The place of the next record. */
  get tip(): number {
    return this.#log.length;
  }

  /** The place of the oldest record that is left. */
  get horizon(): number {
    return this.#log.firstPlace;
  }

  /**
   * Appends a record of this size (its key and its data, bytes) and returns it.
   * @throws KinesisError ProvisionedThroughputExceededException where the shard is full
   */
  put(record: { readonly partitionKey: string; readonly data: string }, bytes: number, now: number): StreamRecord {
    if (!this.#writeRecords.has(1, now) || !this.#writeBytes.has(bytes, now)) throw new RateExceeded();
    this.#writeRecords.take(1);
    this.#writeBytes.take(bytes);
    const { partitionKey, data } = record;
    const stored = {
      shardId: this.id,
      sequenceNumber: this.#numbers.at(this.#log.length),
      partitionKey,
      data,
      // A clock that is set back does not reorder a shard.
      arrivedAt: Math.max(now, this.#log.lastArrival),
    };
    this.#log.append(stored);
    return stored;
  }

  /**
   * Reads from this place on. All readers of a shard share its limits.
   * @throws KinesisError ProvisionedThroughputExceededException where they are used up
   */
  async read(place: number, limit: number, now: number): Promise<ReadPage> {
    // After a read of 10 MB the next five seconds refuse: the bytes go into debt.
    if (!this.#readCalls.has(1, now) || !this.#readBytes.has(1, now)) throw new RateExceeded();
    this.#readCalls.take(1);
    const records: StreamRecord[] = [];
    let bytes = 0;
    let next = Math.max(place, this.#log.firstPlace);
    while (records.length < limit && bytes < MAX_READ.bytes) {
      const more = await this.#log.read(next, limit - records.length);
      if (more.length === 0) break;
      for (const record of more) {
        const size = sizeOf(record);
        if (records.length > 0 && bytes + size > MAX_READ.bytes) {
          bytes = MAX_READ.bytes;
          break;
        }
        bytes += size;
        records.push(record);
        next += 1;
      }
    }
    this.#readBytes.take(bytes);
    const atTip = next >= this.#log.length;
    return {
      records,
      nextPlace: atTip && !this.isOpen ? undefined : next,
      millisBehindLatest: atTip ? 0 : Math.max(1, now - (records.at(-1)?.arrivedAt ?? now)),
    };
  }

  /** The place of the first record that arrived at this moment or later. */
  placeAt(moment: number): Promise<number> {
    return this.#log.placeAt(moment);
  }

  /** The place that a sequence number stands for; undefined for one that did not come from this shard. */
  placeOf(sequenceNumber: string): number | undefined {
    const place = this.#numbers.placeOf(sequenceNumber);
    return place !== undefined && place <= this.#log.length ? place : undefined;
  }

  /** Forgets what arrived before this moment. */
  trim(moment: number): void {
    this.#log.trim(moment);
  }

  /** Takes no more records. */
  close(now: number): void {
    this.closedAt = now;
  }
}

/** Whoever knows the stream's name gives the message. */
export class RateExceeded extends KinesisError {
  constructor() {
    super("ProvisionedThroughputExceededException", "Rate exceeded for shard");
  }
}

/** Bytes of a record's data before base64. */
function sizeOf({ data }: StreamRecord): number {
  return (data.length * 3) / 4;
}

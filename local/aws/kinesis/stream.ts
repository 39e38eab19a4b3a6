import path from "node:path";
import type { StreamRecord } from "../../../contract/stream-record";
import type { StreamDeclaration } from "../../stack/declaration";
import { parseArn } from "../arn";
import { HASH_KEYS, type HashKeyRange, hashKeyOf, placeOf, uniformRanges } from "./hash-key";
import { KinesisError } from "./kinesis-error";
import { RateExceeded, Shard } from "./shard";

/** Largest record, key and data together: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
export const MAX_RECORD_BYTES = 1024 * 1024;
/** Longest partition key, in characters: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html */
export const MAX_KEY_LENGTH = 256;
/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html */
const RESHARDS_PER_DAY = 10;
const DAY_MS = 86_400_000;
/** How long the stream is UPDATING. AWS takes minutes; here it is long enough to be seen. */
const UPDATING_MS = 250;

/** The declared stream, with its clock and the folder of its old records. */
export interface StreamArgs extends StreamDeclaration {
  /** Where old records are kept; undefined: in memory. */
  readonly folder: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Whether the shard that begins at `place` (0 to 1 of the hash keys) is full, as if another writer used it up. @default none is */
  readonly isFull?: (place: number) => boolean;
  /** Calls back after this time. */
  readonly later: (ms: number, then: () => void) => void;
}

/** A Kinesis data stream: shards, their lineage, and what changes them. */
export class Stream {
  readonly createdAt: number;
  readonly #accountId: string;
  readonly #shards: Shard[] = [];
  readonly #resharded: number[] = [];
  #status: "ACTIVE" | "UPDATING" = "ACTIVE";
  retentionHours: number;

  constructor(readonly args: StreamArgs) {
    this.createdAt = args.now();
    this.#accountId = parseArn(args.arn).accountId;
    this.retentionHours = args.retentionHours;
    for (const range of uniformRanges(args.shardCount)) this.#add(range, []);
  }

  get status(): "ACTIVE" | "UPDATING" {
    return this.#status;
  }

  /** Every shard whose records have not all expired, in the order of their numbers. */
  get shards(): readonly Shard[] {
    const horizon = this.#horizon();
    return this.#shards.filter(({ closedAt }) => closedAt === undefined || closedAt >= horizon);
  }

  get openShards(): readonly Shard[] {
    return this.#shards.filter(({ isOpen }) => isOpen);
  }

  /**
   * The shard of this name.
   * @throws KinesisError ResourceNotFoundException
   */
  shard(id: string): Shard {
    const shard = this.shards.find((candidate) => candidate.id === id);
    if (shard) return shard;

    throw new KinesisError(
      "ResourceNotFoundException",
      `Could not find shard ${id} in stream ${this.args.name} under account ${this.#accountId}.`,
    );
  }

  /**
   * Appends a record to the shard of its key. `data` is in base64.
   * @throws KinesisError where it is too large or the shard is full
   */
  put(partitionKey: string, data: string, hashKey: bigint = hashKeyOf(partitionKey)): StreamRecord {
    const now = this.args.now();
    const shard = this.#shardOf(hashKey);
    const bytes = Buffer.byteLength(data, "base64") + Buffer.byteLength(partitionKey);
    if (bytes > MAX_RECORD_BYTES)
      throw new KinesisError(
        "ValidationException",
        `1 validation error detected: Value at 'data' failed to satisfy constraint: Member must have length less than or equal to ${MAX_RECORD_BYTES}.`,
      );
    if (this.args.isFull?.(placeOf(shard.args.range))) throw this.#rateExceeded(shard);
    try {
      return shard.put({ partitionKey, data }, bytes, now);
    } catch (error) {
      throw error instanceof RateExceeded ? this.#rateExceeded(shard) : error;
    }
  }

  /**
   * Reads a shard from this place on, what has expired left out.
   * @throws KinesisError where the shard's reading limits are used up
   */
  async read(shard: Shard, place: number, limit: number) {
    shard.trim(this.#horizon());
    try {
      return await shard.read(place, limit, this.args.now());
    } catch (error) {
      throw error instanceof RateExceeded ? this.#rateExceeded(shard) : error;
    }
  }

  /**
   * Splits an open shard in two at this hash key, which begins the second child.
   * @throws KinesisError
   */
  split(shardId: string, newStart: bigint): void {
    this.mustBeActive();
    const parent = this.#open(shardId);
    const { start, end } = parent.args.range;
    if (newStart <= start || newStart > end)
      throw new KinesisError(
        "InvalidArgumentException",
        `NewStartingHashKey ${newStart} used in SplitShard() on shard ${shardId} in stream ${this.args.name} is not both greater than one plus the shard's StartingHashKey ${start} and less than the shard's EndingHashKey ${end}.`,
      );
    this.#update(() => this.#split(parent, newStart));
  }

  /**
   * Merges two open shards whose ranges touch.
   * @throws KinesisError
   */
  merge(shardId: string, adjacentShardId: string): void {
    this.mustBeActive();
    const [shard, adjacent] = [this.#open(shardId), this.#open(adjacentShardId)];
    if (!touch(shard, adjacent) && !touch(adjacent, shard))
      throw new KinesisError(
        "InvalidArgumentException",
        `Shards ${shardId} and ${adjacentShardId} in stream ${this.args.name} are not an adjacent pair of shards eligible for merging`,
      );
    this.#update(() => this.#merge(shard, adjacent));
  }

  /**
   * Splits and merges until there are this many open shards of the same size.
   * @throws KinesisError beyond double or half of today's count, and at the eleventh time in a day
   */
  resize(target: number): void {
    this.mustBeActive();
    const { name, mode, now } = this.args;
    if (mode === "ON_DEMAND")
      throw new KinesisError(
        "ValidationException",
        `Request is invalid. Stream ${name} is in ON_DEMAND mode: its shard count cannot be set.`,
      );
    const count = this.openShards.length;
    const refuse = (why: string) =>
      new KinesisError("LimitExceededException", `UpdateShardCount of stream ${name} is refused: ${why}`);
    if (target > 2 * count) throw refuse(`from ${count} open shards it goes to ${2 * count} at most, got ${target}`);
    if (target < count / 2)
      throw refuse(`from ${count} open shards it goes to ${Math.ceil(count / 2)} at least, got ${target}`);
    const today = this.#resharded.filter((at) => at > now() - DAY_MS);
    if (today.length >= RESHARDS_PER_DAY) throw refuse(`it was done ${RESHARDS_PER_DAY} times in 24 hours`);
    this.#resharded.push(now());
    this.#update(() => {
      const wanted = uniformRanges(target);
      for (const { start } of wanted.slice(1)) {
        const shard = this.#shardOf(start);
        if (shard.args.range.start < start) this.#split(shard, start);
      }
      for (const { start, end } of wanted)
        for (let shard = this.#shardOf(start); shard.args.range.end < end; shard = this.#shardOf(start))
          this.#merge(shard, this.#shardOf(shard.args.range.end + 1n));
    });
  }

  /** @throws KinesisError ResourceInUseException */
  mustBeActive(): void {
    if (this.#status === "ACTIVE") return;
    throw new KinesisError(
      "ResourceInUseException",
      `Stream ${this.args.name} under account ${this.#accountId} not ACTIVE, instead in state ${this.#status}`,
    );
  }

  #horizon(): number {
    return this.args.now() - this.retentionHours * 3_600_000;
  }

  #add(range: HashKeyRange, parents: readonly Shard[]): void {
    const number = this.#shards.length;
    const { folder, now } = this.args;
    this.#shards.push(
      new Shard({
        number,
        range,
        parents,
        // Its numbers must be greater than its parents', also where the clock was set back.
        createdAt: Math.max(now(), ...parents.map(({ args }) => args.createdAt)),
        folder: folder === undefined ? undefined : path.join(folder, String(number)),
      }),
    );
  }

  #split(parent: Shard, newStart: bigint): void {
    const { start, end } = parent.args.range;
    parent.close(this.args.now());
    this.#add({ start, end: newStart - 1n }, [parent]);
    this.#add({ start: newStart, end }, [parent]);
  }

  #merge(shard: Shard, adjacent: Shard): void {
    const isFirst = shard.args.range.start < adjacent.args.range.start;
    const [first, second] = isFirst ? [shard, adjacent] : [adjacent, shard];
    for (const parent of [shard, adjacent]) parent.close(this.args.now());
    this.#add({ start: first.args.range.start, end: second.args.range.end }, [shard, adjacent]);
  }

  #shardOf(hashKey: bigint): Shard {
    const shard = this.#shards.find(
      ({ isOpen, args: { range } }) => isOpen && range.start <= hashKey && hashKey <= range.end,
    );
    if (!shard) throw new Error(`No open shard has the hash key ${hashKey}: this is a bug`);
    return shard;
  }

  #open(shardId: string): Shard {
    const shard = this.shard(shardId);
    if (shard.isOpen) return shard;
    throw new KinesisError(
      "ResourceInUseException",
      `Shard ${shardId} in stream ${this.args.name} under account ${this.#accountId} is closed.`,
    );
  }

  #update(change: () => void): void {
    this.#status = "UPDATING";
    this.args.later(UPDATING_MS, () => {
      change();
      this.#status = "ACTIVE";
    });
  }

  #rateExceeded(shard: Shard): KinesisError {
    return new KinesisError(
      "ProvisionedThroughputExceededException",
      `Rate exceeded for shard ${shard.id} in stream ${this.args.name} under account ${this.#accountId}.`,
    );
  }
}

function touch(lower: Shard, upper: Shard): boolean {
  return lower.args.range.end + 1n === upper.args.range.start && upper.args.range.end < HASH_KEYS;
}

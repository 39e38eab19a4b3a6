import type { ShardListing } from "../../kinesis/kinesis-reader";
import type { Counters } from "./counters";
import type { MappingDeps } from "./deps";
import { type RecordSink, Shard } from "./shard";

const LIST_AGAIN_MS = 1000;

/** Who takes what is read of one shard. */
export interface ShardConsumer {
  /** Records go to one of these by their partition key. */
  readonly sinks: readonly RecordSink[];
  /** Resolves when what the sinks were given is dealt with. */
  readonly idle: () => Promise<void>;
}

/**
 * Reads every shard of a stream from its oldest record on. Where a shard was split or merged, its children are read when it was read to
 * its end and its records are dealt with, so that a key's records stay in order:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html
 */
export class StreamReader {
  readonly #deps: Pick<MappingDeps, "kinesis" | "sleep">;
  readonly #counters: Pick<Counters, "polled">;
  readonly #stopping: AbortSignal;
  /** Called once for each shard, when its turn has come. */
  readonly #consume: (shardId: string) => ShardConsumer;
  readonly #reading = new Map<string, Shard>();
  readonly #finished = new Set<string>();
  readonly #polling: Promise<unknown>[] = [];
  readonly #waiting: (() => void)[] = [];
  #isListed = false;

  constructor(
    deps: Pick<MappingDeps, "kinesis" | "sleep">,
    counters: Pick<Counters, "polled">,
    stopping: AbortSignal,
    consume: (shardId: string) => ShardConsumer,
  ) {
    this.#deps = deps;
    this.#counters = counters;
    this.#stopping = stopping;
    this.#consume = consume;
  }

  start(): void {
    this.#polling.push(this.#startReady());
  }

  /** Resolves when what is in the stream by now was read; with a moment, what arrived up to it. Also when it is stopped. */
  async reachTip(moment?: number): Promise<void> {
    while (!this.#stopping.aborted) {
      const changed = new Promise<void>((resolve) => this.#waiting.push(resolve));
      const shards = [...this.#reading.values()];
      const reached = Promise.all(shards.map((shard) => shard.reachTip(moment)));
      if (this.#isListed) await Promise.race([reached, changed]);
      else await changed;
      // A shard that has ended brings its children in, which have a tip of their own.
      const isLast = [...this.#reading.values()].every((shard) => shards.includes(shard) && !shard.isClosed);
      if (isLast) return;
      await changed;
    }
  }

  /** Resolves when it was stopped and no read is under way. */
  async stopped(): Promise<void> {
    while (this.#polling.length > 0) await Promise.all(this.#polling.splice(0));
  }

  /** Begins with each shard that is not read yet and has no parent left to read. */
  async #startReady(): Promise<void> {
    const shards = await this.#list();
    const listed = new Set(shards.map(({ shardId }) => shardId));
    const isDone = (shardId: string) => this.#finished.has(shardId) || !listed.has(shardId);
    for (const { shardId, parents } of shards) {
      if (this.#reading.has(shardId) || this.#finished.has(shardId) || !parents.every(isDone)) continue;
      const { sinks, idle } = this.#consume(shardId);
      const shard = new Shard(shardId, sinks, this.#deps, this.#counters, this.#stopping);
      this.#reading.set(shardId, shard);
      this.#polling.push(this.#read(shardId, shard, idle));
    }
    this.#isListed = true;
    this.#announce();
  }

  async #read(shardId: string, shard: Shard, idle: ShardConsumer["idle"]): Promise<void> {
    await shard.poll();
    await idle();
    if (this.#stopping.aborted) return this.#announce();
    this.#finished.add(shardId);
    this.#reading.delete(shardId);
    await this.#startReady();
  }

  #announce(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #list(): Promise<readonly ShardListing[]> {
    while (!this.#stopping.aborted) {
      try {
        return await this.#deps.kinesis.listShards();
      } catch {
        await this.#deps.sleep(LIST_AGAIN_MS, this.#stopping);
      }
    }
    return [];
  }
}

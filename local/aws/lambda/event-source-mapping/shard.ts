import type { StreamRecord } from "../../../../contract/stream-record";
import type { RecordsPage } from "../../kinesis/kinesis-reader";
import type { Counters } from "./counters";
import type { MappingDeps } from "./deps";
import { laneOf } from "./lane-of";

/** A shard is polled once per second: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html */
const IDLE_POLL_MS = 1000;
/** A shard allows five reads per second: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const BUSY_POLL_MS = 200;
/** As many as one read may return. With more pending records the shard is not read, so that a stuck lane does not fill the memory. */
const MAX_PENDING = 10_000;

/** The answer for a closed shard whose records have all expired: Kinesis keeps neither, and its children are next. */
const GONE: RecordsPage = { records: [], nextIterator: undefined, millisBehindLatest: 0 };

/** Receives the records of a shard. */
export interface RecordSink {
  /** Records that it has not settled. */
  readonly pending: number;
  push(record: StreamRecord): void;
}

/** Reads a shard from its oldest record on, and deals the records out to lanes by their key. */
export class Shard {
  readonly #shardId: string;
  readonly #lanes: readonly RecordSink[];
  readonly #deps: Pick<MappingDeps, "kinesis" | "sleep">;
  readonly #counters: Pick<Counters, "polled">;
  readonly #stopping: AbortSignal;
  #iterator: string | undefined;
  #lastRead: string | undefined;
  #waiting: { readonly moment: number; readonly resolve: () => void }[] = [];
  #closed = false;

  constructor(
    shardId: string,
    lanes: readonly RecordSink[],
    deps: Pick<MappingDeps, "kinesis" | "sleep">,
    counters: Pick<Counters, "polled">,
    stopping: AbortSignal,
  ) {
    this.#shardId = shardId;
    this.#lanes = lanes;
    this.#deps = deps;
    this.#counters = counters;
    this.#stopping = stopping;
  }

  /** Whether nothing is left to read: a closed shard was read to its end, or has expired before. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Resolves when stopped, at the end of a closed shard, or where the shard is gone. */
  async poll(): Promise<void> {
    while (!this.#stopping.aborted && !this.#closed) {
      const pending = this.#lanes.reduce((sum, lane) => sum + lane.pending, 0);
      const pauseMs = pending >= MAX_PENDING ? BUSY_POLL_MS : await this.#read();
      await this.#deps.sleep(pauseMs, this.#stopping);
    }
  }

  /**
   * Resolves when a read that began after the call has found nothing more, or only what arrived after this moment:
   * where records keep coming, no read finds nothing.
   */
  reachTip(moment = Number.POSITIVE_INFINITY): Promise<void> {
    return this.#closed ? Promise.resolve() : new Promise((resolve) => this.#waiting.push({ moment, resolve }));
  }

  async #read(): Promise<number> {
    const waiting = this.#waiting.splice(0);
    const page = await this.#page();
    const atTip = page !== undefined && page.records.length === 0 && page.millisBehindLatest === 0;
    this.#closed = page !== undefined && page.nextIterator === undefined;
    for (const record of page?.records ?? [])
      this.#lanes[laneOf(record.partitionKey, this.#lanes.length)]?.push(record);
    const arrived = page?.records.at(-1)?.arrivedAt ?? 0;
    for (const tip of waiting) {
      if (atTip || this.#closed || arrived > tip.moment) tip.resolve();
      else this.#waiting.push(tip);
    }
    return page && page.millisBehindLatest > 0 ? BUSY_POLL_MS : IDLE_POLL_MS;
  }

  /** Undefined where the read has failed. The next one asks for a new iterator: this one may have expired. */
  async #page(): Promise<RecordsPage | undefined> {
    try {
      const iterator = this.#iterator ?? (await this.#deps.kinesis.getIterator(this.#shardId, this.#lastRead));
      this.#iterator = undefined;
      const page = await this.#deps.kinesis.getRecords(this.#shardId, iterator, this.#stopping);
      this.#iterator = page.nextIterator;
      this.#lastRead = page.records.at(-1)?.sequenceNumber ?? this.#lastRead;
      this.#counters.polled += page.records.length;
      return page;
    } catch (error) {
      return error instanceof Error && error.name === "ResourceNotFoundException" ? GONE : undefined;
    }
  }
}

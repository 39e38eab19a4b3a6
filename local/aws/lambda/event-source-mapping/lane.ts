import type { StreamRecord } from "../../../../contract/stream-record";
import { nextBatch } from "./batching";
import type { Counters } from "./counters";
import type { MappingDeps } from "./deps";
import type { FailureDestination } from "./failure-destination";
import type { GivenUp } from "./failure-object";
import { outcomeOf } from "./invocation-outcome";
import { kinesisEvent } from "./kinesis-event";
import { afterAttempt, type Batch, backoffMs, expiredCount } from "./retry-policy";
import type { MappingSettings } from "./settings";

type Invoked = Awaited<ReturnType<MappingDeps["invoke"]>>;

/** Part of a shard whose records are processed strictly in order, a batch at a time. */
export class Lane {
  readonly #settings: MappingSettings;
  readonly #deps: MappingDeps;
  readonly #counters: Counters;
  readonly #destination: FailureDestination;
  readonly #stopping: AbortSignal;
  readonly #queue: StreamRecord[] = [];
  /** By the clock that only goes forward. */
  #firstQueuedAt = 0;
  #running: Promise<void> | undefined;
  #window: AbortController | undefined;
  /** Records that are queued or in the batch at hand. */
  #pending = 0;

  constructor(
    settings: MappingSettings,
    deps: MappingDeps,
    counters: Counters,
    destination: FailureDestination,
    stopping: AbortSignal,
  ) {
    this.#settings = settings;
    this.#deps = deps;
    this.#counters = counters;
    this.#destination = destination;
    this.#stopping = stopping;
  }

  get pending(): number {
    return this.#pending;
  }

  push(record: StreamRecord): void {
    if (this.#queue.length === 0) this.#firstQueuedAt = this.#deps.elapsed();
    this.#pending += 1;
    this.#queue.push(record);
    if (this.#queue.length >= this.#settings.batchSize) this.#window?.abort();
    this.#running ??= this.#work();
  }

  /** Resolves when nothing is queued and nothing is in flight. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #work(): Promise<void> {
    // What is pushed in the same turn goes into the same batch.
    await undefined;
    while (this.#queue.length > 0 && !this.#stopping.aborted) {
      await this.#fill();
      const records = this.#queue.splice(0, nextBatch(this.#queue, this.#settings.batchSize).length);
      this.#firstQueuedAt = this.#deps.elapsed();
      await this.#settle(records);
      this.#pending -= records.length;
    }
    this.#running = undefined;
  }

  /** Waits until the batch is full or its window has passed. */
  async #fill(): Promise<void> {
    const window = new AbortController();
    this.#window = window;
    const either = AbortSignal.any([window.signal, this.#stopping]);
    for (;;) {
      const left = this.#firstQueuedAt + this.#settings.windowMs - this.#deps.elapsed();
      if (left <= 0 || either.aborted || nextBatch(this.#queue, this.#settings.batchSize).full) break;
      await this.#deps.sleep(left, either);
    }
    this.#window = undefined;
  }

  /** Invokes the function until each of these records is processed or given up. */
  async #settle(records: readonly StreamRecord[]): Promise<void> {
    const todo: Batch[] = [{ records, failures: 0, invocations: 0 }];
    let last: Invoked | undefined;
    for (let batch = todo.shift(); batch && !this.#stopping.aborted; batch = todo.shift()) {
      const current = await this.#withoutExpired(batch, last);
      if (!current) continue;
      const result = await this.#invoke(current);
      if (this.#stopping.aborted) return;
      if (!result) {
        // Not invoked: such a failure does not count, the records only grow old.
        await this.#deps.sleep(backoffMs(0, this.#deps.random), this.#stopping);
        todo.unshift(current);
        continue;
      }
      last = result;
      const outcome = outcomeOf(current.records, result, this.#settings.reportBatchItemFailures);
      if (outcome.kind !== "success") this.#counters.failedInvoke += current.records.length;
      const { processed, next, exhausted } = afterAttempt(current, outcome, this.#settings);
      if (processed.length > 0) this.#deps.onSettled({ records: processed, how: "processed", at: this.#deps.now() });
      await this.#giveUp({
        records: exhausted,
        condition: "RetryAttemptsExhausted",
        invocations: current.invocations + 1,
        last,
      });
      const retried = next[0];
      if (retried && retried.failures > current.failures)
        await this.#deps.sleep(backoffMs(current.failures, this.#deps.random), this.#stopping);
      todo.unshift(...next);
    }
  }

  async #withoutExpired(batch: Batch, last: Invoked | undefined): Promise<Batch | undefined> {
    const expired = expiredCount(batch.records, this.#deps.now(), this.#settings);
    if (expired === 0) return batch;
    const { invocations } = batch;
    const records = batch.records.slice(0, expired);
    await this.#giveUp({
      records,
      condition: "RecordAgeExceeded",
      invocations,
      last: invocations > 0 ? last : undefined,
    });
    return expired === batch.records.length ? undefined : { ...batch, records: batch.records.slice(expired) };
  }

  async #invoke({ records }: Batch): Promise<Invoked | undefined> {
    try {
      this.#counters.lagMs = Math.max(0, this.#deps.now() - (records.at(-1)?.arrivedAt ?? 0));
      const result = await this.#deps.invoke(kinesisEvent(records, this.#settings));
      this.#counters.invoked += records.length;
      return result;
    } catch {
      return undefined;
    }
  }

  async #giveUp({
    records: [first, ...others],
    ...why
  }: Omit<GivenUp, "records"> & { readonly records: readonly StreamRecord[] }) {
    if (first) await this.#destination.take({ records: [first, ...others], ...why });
  }
}

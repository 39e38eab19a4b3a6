import { setTimeout as sleep } from "node:timers/promises";
import pMap from "p-map";

/** How work on many things is paced. */
export interface Pace {
  /** Begun per second, at most. */
  readonly perSecond: number;
  /** Under way together, at most. */
  readonly maxConcurrent: number;
  /** No more work is begun after it. */
  readonly signal: AbortSignal;
}

/** Does the work for each item. Resolves when all begun work has ended; rejects where one piece does, and begins no more. */
export async function paced<T>(
  items: AsyncIterable<T> | Iterable<T>,
  { perSecond, maxConcurrent, signal }: Pace,
  work: (item: T) => Promise<void>,
): Promise<void> {
  await pMap(atRate(items, perSecond, signal), work, { concurrency: maxConcurrent });
}

/** The items, each no earlier than the rate allows, until the signal aborts. */
async function* atRate<T>(
  items: AsyncIterable<T> | Iterable<T>,
  perSecond: number,
  signal: AbortSignal,
): AsyncGenerator<T> {
  let nextAt = performance.now();
  for await (const item of items) {
    await sleep(Math.max(0, nextAt - performance.now()), undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    nextAt = Math.max(nextAt, performance.now()) + 1000 / perSecond;
    yield item;
  }
}

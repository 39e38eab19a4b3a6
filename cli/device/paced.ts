import { setTimeout as sleep } from "node:timers/promises";

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
  const working = new Set<Promise<void>>();
  let nextAt = performance.now();
  for await (const item of items) {
    await sleep(Math.max(0, nextAt - performance.now()), undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
    nextAt = Math.max(nextAt, performance.now()) + 1000 / perSecond;
    const piece = work(item).finally(() => working.delete(piece));
    piece.catch(() => {});
    working.add(piece);
    if (working.size >= maxConcurrent) await Promise.race(working);
  }
  await Promise.all(working);
}

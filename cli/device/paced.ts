import { setTimeout as sleep } from "node:timers/promises";

/** How work on many things is paced. */
export interface Pace {
  /** Begun a second, at most. */
  readonly perSecond: number;
  readonly atOnce: number;
  /** Nothing more is begun after it. */
  readonly signal: AbortSignal;
}

/** Does this for each item. Resolves when what was begun has ended; rejects where one does, and begins nothing more. */
export async function paced<T>(
  items: AsyncIterable<T> | Iterable<T>,
  { perSecond, atOnce, signal }: Pace,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const working = new Set<Promise<void>>();
  let nextAt = performance.now();
  for await (const item of items) {
    await sleep(Math.max(0, nextAt - performance.now()), undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
    nextAt = Math.max(nextAt, performance.now()) + 1000 / perSecond;
    const one = work(item).finally(() => working.delete(one));
    one.catch(() => {});
    working.add(one);
    if (working.size >= atOnce) await Promise.race(working);
  }
  await Promise.all(working);
}

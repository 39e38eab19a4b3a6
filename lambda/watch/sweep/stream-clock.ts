/** What a sweep sees of one shard, at one look. */
export interface ShardView {
  readonly shardId: string;
  /** Arrival of the last record that the watch has judged and stored; absent where it has none yet. */
  readonly judgedUpTo?: number;
  /** The first record after it that the watch may still be given. */
  readonly next:
    | { readonly kind: "record"; readonly arrivedAt: number }
    /** None was found. Behind by more than 0, it was not looked for everywhere. */
    | { readonly kind: "none"; readonly behindMs: number }
    /** The shard is closed, and read to its end. */
    | { readonly kind: "end" }
    /** The shard could not be read. */
    | { readonly kind: "unknown" };
}

/**
 * The stream's clock: all that arrived before it has been judged. Silence is judged by it, not by the wall's, or a watch that
 * stands still would find the whole plant silent.
 * @param now The wall's time before the first shard was looked at.
 * @returns undefined where it cannot be told: then nothing is due.
 */
export function streamClock(shards: readonly ShardView[], now: number): number | undefined {
  let least = now;
  if (shards.length === 0) return undefined;
  for (const shard of shards) {
    const upTo = judgedBefore(shard, now);
    if (upTo === undefined) return undefined;
    least = Math.min(least, upTo);
  }
  return least;
}

/** Up to when nothing of the shard waits to be judged. */
function judgedBefore({ judgedUpTo, next }: ShardView, now: number): number | undefined {
  switch (next.kind) {
    case "record":
      return next.arrivedAt;
    case "none":
      return next.behindMs > 0 ? judgedUpTo : now;
    case "end":
      return now;
    case "unknown":
      return judgedUpTo;
  }
}

import type { Watermark } from "../../../watch/store/watch-store";
import type { ShardView } from "./stream-clock";

/** What a look at the shards goes by. */
export interface Looking {
  readonly watermarks: ReadonlyMap<string, Watermark>;
  /** Where a shard without a watermark is looked at from. */
  readonly watchedFrom: number;
  /** The wall's time. */
  readonly now: number;
  /** Called for each shard that cannot be read: its view says so, and the others are looked at all the same. */
  readonly onError: (error: unknown) => void;
}

/** Looks at every shard behind its watermark. */
export interface ClockReader {
  look(looking: Looking): Promise<readonly ShardView[]>;
}

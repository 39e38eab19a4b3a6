import type { Watermark } from "../../../watch/store/watch-store";
import type { ShardView } from "./stream-clock";

/** Looks at every shard behind its watermark, or behind `watchedFrom` where it has none yet. */
export interface ClockReader {
  look(watermarks: ReadonlyMap<string, Watermark>, watchedFrom: number): Promise<readonly ShardView[]>;
}

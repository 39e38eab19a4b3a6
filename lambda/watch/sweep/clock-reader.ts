import type { Watermark } from "../../../watch/store/watch-store";
import type { ShardView } from "./stream-clock";

/** Looks at every shard behind its watermark. */
export interface ClockReader {
  look(watermarks: ReadonlyMap<string, Watermark>): Promise<readonly ShardView[]>;
}

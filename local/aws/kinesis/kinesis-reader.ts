import type { StreamRecord } from "../../../contract/stream-record";

/** One answer of GetRecords. */
export interface RecordsPage {
  readonly records: readonly StreamRecord[];
  /** Undefined at the end of a closed shard. */
  readonly nextIterator: string | undefined;
  /** How far the page is from the shard's tip. */
  readonly millisBehindLatest: number;
}

/** A shard of the stream, open or closed. */
export interface ShardListing {
  readonly shardId: string;
  /** The shards that it was made of; they may have expired. */
  readonly parents: readonly string[];
}

/** The stream, as the event source mapping and the delivery stream read it. */
export interface KinesisReader {
  listShards(): Promise<readonly ShardListing[]>;
  /** After this sequence number, or from the oldest record on (TRIM_HORIZON). */
  getIterator(shardId: string, after: string | undefined): Promise<string>;
  getRecords(shardId: string, iterator: string, signal: AbortSignal): Promise<RecordsPage>;
}

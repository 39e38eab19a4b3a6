import type { StreamRecord } from "../../../../contract/stream-record";
import type { InvokeResult } from "../function-host/invoke-result";

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

/** The stream, as the mapping reads it. */
export interface KinesisReader {
  listShards(): Promise<readonly ShardListing[]>;
  /** After this sequence number, or from the oldest record on (TRIM_HORIZON). */
  getIterator(shardId: string, after: string | undefined): Promise<string>;
  getRecords(shardId: string, iterator: string, signal: AbortSignal): Promise<RecordsPage>;
}

/** Records that the mapping is done with: the function has processed them, or the destination or no one has them. */
export interface Outcome {
  readonly records: readonly StreamRecord[];
  readonly how: "processed" | "delivered" | "dropped";
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What the mapping needs of the world. */
export interface MappingPorts {
  readonly kinesis: KinesisReader;
  /** Rejects only where the function was not invoked. */
  readonly invoke: (event: unknown) => Promise<InvokeResult & { readonly requestId: string }>;
  readonly putFailure: (bucket: string, key: string, body: string) => Promise<void>;
  readonly now: () => number;
  /** Resolves after the time, or at once when the signal is given. Never rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
  readonly onBatch: (outcome: Outcome) => void;
}

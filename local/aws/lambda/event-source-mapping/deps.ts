import type { StreamRecord } from "../../../../contract/stream-record";
import type { KinesisReader } from "../../kinesis/kinesis-reader";
import type { InvocationResult } from "../function-host/invoke-result";

/** Records that the mapping is done with: processed by the function, delivered to the failure destination, or dropped. */
export interface SettledRecords {
  readonly records: readonly StreamRecord[];
  readonly how: "processed" | "delivered" | "dropped";
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What the mapping depends on. */
export interface MappingDeps {
  readonly kinesis: KinesisReader;
  /** Rejects only if the function was not invoked. */
  readonly invoke: (event: unknown) => Promise<InvocationResult>;
  readonly putFailure: (bucket: string, key: string, body: string) => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds of a clock that only goes forward: how long something waits must not depend on a clock that is set. */
  readonly elapsed: () => number;
  /** Resolves after this time, or as soon as the signal aborts. Never rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
  /** Is called with records as soon as they are settled. */
  readonly onSettled: (settled: SettledRecords) => void;
}

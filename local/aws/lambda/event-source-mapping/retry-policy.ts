import type { StreamRecord } from "../../../../contract/stream-record";
import type { InvocationOutcome } from "./invocation-outcome";
import type { MappingSettings } from "./settings";

/** Records that are invoked together. */
export interface Batch {
  readonly records: readonly StreamRecord[];
  /** Attempts that have failed and that count towards `maximumRetryAttempts`. */
  readonly failures: number;
  /** Invocations that these records were in. */
  readonly invocations: number;
}

/** What follows an attempt. */
export interface AttemptResult {
  readonly processed: readonly StreamRecord[];
  /** What is invoked next, in this order, before anything else of the lane. */
  readonly next: readonly Batch[];
  /** What is given up: its retries are used up. */
  readonly exhausted: readonly StreamRecord[];
}

type RetrySettings = Pick<
  MappingSettings,
  "bisectBatchOnFunctionError" | "maximumRetryAttempts" | "maximumRecordAgeSeconds"
>;

const NONE: readonly never[] = [];

/** Decides what follows an attempt: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html */
export function afterAttempt(
  { records, ...batch }: Batch,
  outcome: InvocationOutcome,
  settings: RetrySettings,
): AttemptResult {
  if (outcome.kind === "success") return { processed: records, next: NONE, exhausted: NONE };
  const invocations = batch.invocations + 1;
  if (outcome.kind === "failure" && settings.bisectBatchOnFunctionError && records.length > 1) {
    // Splitting does not use up a retry, and goes on whether or not failures are reported:
    // https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
    const middle = Math.ceil(records.length / 2);
    const halves = [records.slice(0, middle), records.slice(middle)];
    return {
      processed: NONE,
      next: halves.map((half) => ({ records: half, failures: batch.failures, invocations })),
      exhausted: NONE,
    };
  }
  // Up to the checkpoint all is done; only what remains is tried again, with and without bisection alike.
  const checkpoint = outcome.kind === "partial" ? outcome.checkpoint : 0;
  const processed = records.slice(0, checkpoint);
  const remaining = records.slice(checkpoint);
  // AWS does not say whether a partial response uses up a retry, nor whether progress gives retries back. Here it does, and it
  // does not: what is stored in time here is stored in time there.
  const failures = batch.failures + 1;
  const { maximumRetryAttempts } = settings;
  return maximumRetryAttempts >= 0 && failures > maximumRetryAttempts
    ? { processed, next: NONE, exhausted: remaining }
    : { processed, next: [{ records: remaining, failures, invocations }], exhausted: NONE };
}

/**
 * How many of the first records are too old to be sent to the function: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html.
 * AWS does not say whether the young records of a batch go with the old ones; here they stay.
 */
export function expiredCount(records: readonly StreamRecord[], now: number, settings: RetrySettings): number {
  const { maximumRecordAgeSeconds } = settings;
  if (maximumRecordAgeSeconds < 0) return 0;
  const young = records.findIndex(({ arrivedAt }) => now - arrivedAt <= maximumRecordAgeSeconds * 1000);
  return young === -1 ? records.length : young;
}

const FIRST_BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 10_000;

/** Wait before a retry. AWS says that it backs off, not how: here it doubles, half of it at random. */
export function backoffMs(failures: number, random: () => number): number {
  const full = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures, 16));
  return (full / 2) * (1 + random());
}

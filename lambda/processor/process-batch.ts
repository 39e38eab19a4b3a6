import type { KinesisStreamBatchResponse } from "aws-lambda";
import type { StreamRecord } from "../../contract/stream-record";
import type { Settings } from "../reading/settings";
import { assess } from "./assess";
import { Deadline } from "./deadline";
import { checkpointOf, decideFates } from "./fates";
import { AS_THEY_COME, type Manner } from "./invocation";
import { metricsLine } from "./metrics-line";
import { rejectedObjects } from "./rejected-objects";
import type { Stores } from "./stores";
import { writeBatch } from "./write-batch";
import { totalEffort, type WriteEffort } from "./write-result";

/** Stop writing readings this long before the function's timeout. */
const WRITE_RESERVE_MS = 10_000;
/** Stop writing rejected records this long before the function's timeout. */
const REJECT_RESERVE_MS = 5_000;

/** What a batch's processing depends on. */
export interface ProcessorDeps {
  readonly settings: Settings;
  readonly stores: Stores;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Writes the batch's one line to the log. */
  readonly log: (line: string) => void;
}

/**
 * Stores or rejects each record, lets it give way to a later one, or hands it back. Whatever a record holds and a store does, it does
 * not throw.
 */
export async function processBatch(
  records: readonly StreamRecord[],
  remainingMs: number,
  { settings, stores, now, log }: ProcessorDeps,
  manner: Manner = AS_THEY_COME,
): Promise<KinesisStreamBatchResponse> {
  const startedAt = now();
  const writing = new Deadline(remainingMs - WRITE_RESERVE_MS);
  const rejecting = new Deadline(remainingMs - REJECT_RESERVE_MS);
  try {
    const assessed = records.map((record) => assess(record, settings, startedAt, manner.asArrived));
    const { plan, items, objects } = await writeBatch(assessed, stores, manner.isReplay, writing);
    const fates = decideFates(assessed, plan, items.outcomes, objects.outcomes);
    const efforts: WriteEffort[] = [items, objects];

    // Rejected records behind the first failure belong to the retry. Those that cannot be written now are retried themselves.
    let checkpoint = checkpointOf(fates);
    const rejected = rejectedObjects(records, fates, checkpoint);
    if (rejected.length > 0) {
      const result = await stores.objects.write(rejected, "application/x-ndjson", rejecting);
      const missing = rejected.filter((object) => result.outcomes.get(object)?.kind !== "written");
      checkpoint = Math.min(checkpoint, ...missing.flatMap((object) => object.records));
      efforts.push(result);
    }

    const failed = records[checkpoint]?.sequenceNumber;
    log(
      metricsLine({
        environment: settings.environment,
        shardId: records[0]?.shardId ?? "",
        fates,
        checkpoint,
        checkpointSequenceNumber: failed,
        effort: totalEffort(efforts),
        now: startedAt,
        durationMs: now() - startedAt,
      }),
    );
    // Lambda retries from the lowest number on: one is enough.
    // https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
    return { batchItemFailures: failed === undefined ? [] : [{ itemIdentifier: failed }] };
  } finally {
    writing.clear();
    rejecting.clear();
  }
}

import type { KinesisStreamBatchResponse } from "aws-lambda";
import type { StreamRecord } from "../../contract/stream-record";
import type { Settings } from "../reading/settings";
import { assess } from "./assess";
import { planBatch } from "./batch-plan";
import { Deadline } from "./deadline";
import { checkpointOf, decideFates } from "./fates";
import { AS_THEY_COME, type Manner } from "./invocation";
import { metricsLine } from "./metrics-line";
import { rejectedObject } from "./rejected-object";
import type { Stores } from "./stores";
import { writeBatch } from "./write-batch";
import { WriteReport } from "./write-report";

/** Time before the function's timeout in which no reading is written any more. */
export const WRITE_RESERVE_MS = 10_000;
/** Time before the function's timeout in which nothing is set aside any more either. */
export const SET_ASIDE_RESERVE_MS = 5_000;

/** What the batch's processing takes from outside. */
export interface Surroundings {
  readonly settings: Settings;
  readonly stores: Stores;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Writes the batch's one line to the log. */
  readonly log: (line: string) => void;
}

/**
 * Stores, sets aside or hands back every record, or lets it give way to a later one. Never throws for what a record holds or a store does.
 */
export async function processBatch(
  records: readonly StreamRecord[],
  remainingMs: number,
  { settings, stores, now, log }: Surroundings,
  manner: Manner = AS_THEY_COME,
): Promise<KinesisStreamBatchResponse> {
  const startedAt = now();
  const report = new WriteReport();
  const writing = new Deadline(remainingMs - WRITE_RESERVE_MS);
  const settingAside = new Deadline(remainingMs - SET_ASIDE_RESERVE_MS);
  try {
    const assessed = records.map((record) => assess(record, settings, startedAt, manner.asArrived));
    const plan = planBatch(assessed);
    const { items, objects } = await writeBatch(plan, stores, manner.isReplay, writing, report);
    const fates = decideFates(assessed, plan, items, objects);

    // Poison behind the first failure belongs to the retry; what cannot be set aside now must be retried itself.
    let checkpoint = checkpointOf(fates);
    const rejected = rejectedObject(records, fates, checkpoint);
    if (rejected) {
      const written = await stores.objects.write([rejected], "application/x-ndjson", settingAside, report);
      if (written.get(rejected)?.kind !== "written") checkpoint = rejected.records[0] ?? checkpoint;
    }

    const failed = records[checkpoint]?.sequenceNumber;
    log(
      metricsLine({
        environment: settings.environment,
        shardId: records[0]?.shardId ?? "",
        fates,
        checkpoint,
        checkpointSequenceNumber: failed,
        writesRetried: report.retried,
        storeErrors: report.errors,
        now: startedAt,
        durationMs: now() - startedAt,
      }),
    );
    // Lambda retries from the lowest number on: one is enough.
    // https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
    return { batchItemFailures: failed === undefined ? [] : [{ itemIdentifier: failed }] };
  } finally {
    writing.clear();
    settingAside.clear();
  }
}

import type { Context, KinesisStreamBatchResponse } from "aws-lambda";
import { streamRecord } from "../../contract/stream-record";
import { recordsOf } from "../reading/kinesis-batch";
import { watchBatch } from "./batch/watch-batch";
import { connectWatch } from "./connect";

const surroundings = connectWatch(process.env, __dirname);

/** Entry point of the watch: a batch of one shard's records, in order. It never sees a replay. */
export async function handler(
  event: unknown,
  context: Pick<Context, "getRemainingTimeInMillis">,
): Promise<KinesisStreamBatchResponse> {
  const records = recordsOf(event);
  if (records.length === 0) return { batchItemFailures: [] };
  return watchBatch(records.map(streamRecord), context.getRemainingTimeInMillis(), surroundings);
}

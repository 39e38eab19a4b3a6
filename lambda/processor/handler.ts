import type { Context, KinesisStreamBatchResponse } from "aws-lambda";
import { streamRecord } from "../../contract/stream-record";
import { readSettings } from "../reading/settings";
import { recordsOf } from "../reading/kinesis-batch";
import { type Invocation, mannerOf } from "./invocation";
import { processBatch, type Surroundings } from "./process-batch";
import { connectStores } from "./stores";

const settings = readSettings(process.env);

const surroundings: Surroundings = {
  settings,
  stores: connectStores(settings),
  now: Date.now,
  // Raw: what goes through the console is wrapped under JSON log format, and then no metrics are found in it.
  log: (line) => process.stdout.write(line),
};

/** Entry point of the function: a batch of one shard's records, in order. */
export async function handler(
  event: Invocation,
  context: Pick<Context, "getRemainingTimeInMillis">,
): Promise<KinesisStreamBatchResponse> {
  const records = recordsOf(event);
  if (records.length === 0) return { batchItemFailures: [] };
  return processBatch(records.map(streamRecord), context.getRemainingTimeInMillis(), surroundings, mannerOf(event));
}

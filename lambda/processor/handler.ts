import type { Context, KinesisStreamBatchResponse } from "aws-lambda";
import { streamRecord } from "../../contract/stream-record";
import { recordsOf } from "../reading/kinesis-batch";
import { readSettings } from "../reading/settings";
import { type Invocation, mannerOf } from "./invocation";
import { type ProcessorDeps, processBatch } from "./process-batch";
import { connectStores } from "./stores";

const settings = readSettings(process.env);

const deps: ProcessorDeps = {
  settings,
  stores: connectStores(settings),
  now: Date.now,
  // Not by the console: under the JSON log format it wraps the line, and CloudWatch then finds no metrics in it.
  log: (line) => process.stdout.write(line),
};

/** Entry point of the function: processes a batch of one shard's records, in order. */
export async function handler(
  event: Invocation,
  context: Pick<Context, "getRemainingTimeInMillis">,
): Promise<KinesisStreamBatchResponse> {
  const records = recordsOf(event);
  if (records.length === 0) return { batchItemFailures: [] };
  return processBatch(records.map(streamRecord), context.getRemainingTimeInMillis(), deps, mannerOf(event));
}

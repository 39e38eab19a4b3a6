import { type Guard, jsonRefusal } from "./guard";

const PREFIX = "Kinesis_20131202.";

/** What the emulator does truly. The stream is declared, so nothing that changes one is here. */
const DONE = new Set([
  "DescribeLimits",
  "DescribeStream",
  "DescribeStreamSummary",
  "GetRecords",
  "GetShardIterator",
  "ListShards",
  "ListStreams",
  "PutRecord",
  "PutRecords",
]);

/** Before the Kinesis emulator: refuses by name what changes a stream, or what it would answer without the declaration. */
export function kinesisGuard(streamName: string): Guard {
  return ({ headers }) => {
    const target = String(headers["x-amz-target"] ?? "");
    const operation = target.startsWith(PREFIX) ? target.slice(PREFIX.length) : target;
    if (DONE.has(operation)) return undefined;
    const message = `The local run does not do ${operation === "" ? "a request without X-Amz-Target" : operation}; "${streamName}" is as it was.`;
    return async () => jsonRefusal(400, "NotImplemented", message);
  };
}

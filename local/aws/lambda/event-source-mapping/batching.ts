import type { StreamRecord } from "../../../../contract/stream-record";

/** Largest payload of an invocation: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

/** What a record adds to the event beside its data and its key: the names of its fields, ARNs, numbers. An upper bound. */
const ENVELOPE_BYTES = 1024;

/**
 * How many of the queue's first records make the next batch, and whether waiting could not make it larger. A batch goes out when it has its
 * size, or its window has passed, or its payload is full: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html
 */
export function nextBatch(
  queue: readonly StreamRecord[],
  batchSize: number,
): { readonly length: number; readonly full: boolean } {
  let bytes = 0;
  let length = 0;
  for (const record of queue) {
    if (length === batchSize) return { length, full: true };
    // A partition key is text of any kind: escaped in JSON, a character takes up to six bytes.
    bytes += record.data.length + 6 * record.partitionKey.length + ENVELOPE_BYTES;
    // A record alone is always a batch: Kinesis holds none that is larger than the payload.
    if (bytes > MAX_PAYLOAD_BYTES && length > 0) return { length, full: true };
    length += 1;
  }
  return { length, full: length === batchSize };
}

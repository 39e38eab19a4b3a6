/** Sizes and times that the stack declares and that `iot cost` prices. Nothing of Pulumi is imported here, so that a command loads fast. */

import { WATCH_MAX_AGE_SECONDS } from "../contract/watch";

const MINUTE = 60;

/** Memory and time of each function. */
export const FUNCTION_SIZES = {
  processor: { memoryMb: 512, timeoutSeconds: MINUTE },
  archive: { memoryMb: 256, timeoutSeconds: MINUTE },
  watch: { memoryMb: 512, timeoutSeconds: MINUTE },
  // Over before the next one begins.
  sweep: { memoryMb: 512, timeoutSeconds: 50 },
} as const;

/** How long the processor's event source mapping waits for a batch to fill, in seconds. */
export const BATCHING_WINDOW_SECONDS = 5;

/**
 * The watch's event source mapping. Its window decides when a batch is full, so that each device's state is read once in it: Lambda takes
 * 10,000 records at most. https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html
 */
export const WATCH_BATCH = { records: 10_000, maxAgeSeconds: WATCH_MAX_AGE_SECONDS } as const;

/** The delivery writes an object when it holds this much, counted as JSON, or after this time: large objects, and a bounded delay. */
export const ARCHIVE_BUFFER = { megabytes: 128, seconds: 15 * MINUTE } as const;

/**
 * The delivery calls the transform function with this much, the least that Firehose accepts, or after this time. A reading's row is up to
 * twenty times as long as its place in a message of many, and the answer must stay below 6 MB. The time is Firehose's default: https://docs.aws.amazon.com/firehose/latest/dev/data-transform.html
 */
export const TRANSFORM_BUFFER = { megabytes: 0.2, seconds: MINUTE } as const;

/** Ages in days at which an object of the archive changes its storage class, and at which it expires. */
export const ARCHIVE_DAYS = { glacier: 90, deepArchive: 180, expiry: 365 } as const;

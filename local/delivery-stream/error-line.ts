import type { StreamRecord } from "../event-source-mapping/stream-record";

/** A line of an object under the error prefix. https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html */
export interface ErrorLine {
  readonly attemptsMade: number;
  /** Milliseconds since the epoch. */
  readonly arrivalTimestamp: number;
  readonly errorCode: string;
  readonly errorMessage: string;
  readonly attemptEndingTimestamp: number;
  /** What went wrong, in base64: the stream's own bytes, or what the transform made of them. */
  readonly rawData: string;
  readonly lambdaArn: string;
  readonly shardId: string;
  readonly sequenceNumber: string;
}

/** The line of a record that could not be delivered. */
export function errorLine(
  { shardId, sequenceNumber, arrivedAt }: StreamRecord,
  rawData: string,
  failure: {
    readonly errorCode: string;
    readonly errorMessage: string;
    readonly attempts: number;
    readonly at: number;
    readonly functionArn: string;
  },
): ErrorLine {
  return {
    attemptsMade: failure.attempts,
    arrivalTimestamp: arrivedAt,
    errorCode: failure.errorCode,
    errorMessage: failure.errorMessage,
    attemptEndingTimestamp: failure.at,
    rawData,
    lambdaArn: failure.functionArn,
    shardId,
    sequenceNumber,
  };
}

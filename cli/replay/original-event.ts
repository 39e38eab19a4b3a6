/** A record of the stream as it first arrived. */
export interface OriginalRecord {
  readonly shardId: string;
  readonly sequenceNumber: string;
  /** The thing that published. */
  readonly partitionKey: string;
  /** Kinesis' approximate arrival time, milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** The original bytes, in base64. */
  readonly data: string;
}

/** A record of the function's event, as far as a replay looks at it. */
export interface EventRecord {
  readonly kinesis: { readonly sequenceNumber: string };
}

/**
 * The record of an event that Lambda would have made: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
 * Only the role that read the stream, `invokeIdentityArn`, is left out: this time none did.
 */
export function eventRecord(
  { shardId, sequenceNumber, partitionKey, arrivedAt, data }: OriginalRecord,
  streamArn: string,
) {
  return {
    kinesis: {
      kinesisSchemaVersion: "1.0",
      partitionKey,
      sequenceNumber,
      data,
      // Seconds, with the milliseconds as a fraction.
      approximateArrivalTimestamp: arrivedAt / 1000,
    },
    eventSource: "aws:kinesis",
    eventVersion: "1.0",
    eventID: `${shardId}:${sequenceNumber}`,
    eventName: "aws:kinesis:record",
    awsRegion: streamArn.split(":")[3] ?? "",
    eventSourceARN: streamArn,
  };
}

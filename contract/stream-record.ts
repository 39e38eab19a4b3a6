import type { KinesisStreamRecord } from "aws-lambda";

/** A record of the stream, in this project's words. */
export interface ReceivedRecord {
  readonly shardId: string;
  readonly sequenceNumber: string;
  /** The thing that published. */
  readonly partitionKey: string;
  /** Kinesis' approximate arrival time, milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** The payload's bytes, in base64. */
  readonly data: string;
}

/** A record as Lambda hands it over. https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html */
export function receivedRecord({ eventID, kinesis }: KinesisStreamRecord): ReceivedRecord {
  return {
    // `shardId-000000000006:<sequence number>`
    shardId: eventID.split(":", 1)[0] ?? "",
    sequenceNumber: kinesis.sequenceNumber,
    partitionKey: kinesis.partitionKey,
    // Seconds, with the milliseconds as a fraction.
    arrivedAt: Math.round(kinesis.approximateArrivalTimestamp * 1000),
    data: kinesis.data,
  };
}

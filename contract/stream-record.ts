import type { KinesisStreamRecord } from "aws-lambda";
import { isObject } from "./json";

/** A record of the stream, in this project's words. */
export interface StreamRecord {
  readonly shardId: string;
  readonly sequenceNumber: string;
  /** The thing that published. */
  readonly partitionKey: string;
  /** Kinesis' approximate arrival time, milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** The payload's bytes, in base64. */
  readonly data: string;
}

/** A record's identity, `<shardId>:<sequenceNumber>`; Lambda's own `eventID` has the same form. */
export type RecordId = string;

/** The identity of a record, wherever it is found. */
export function recordId({ shardId, sequenceNumber }: Pick<StreamRecord, "shardId" | "sequenceNumber">): RecordId {
  return `${shardId}:${sequenceNumber}`;
}

/** Where the records of an event come from. */
export interface EventSource {
  readonly streamArn: string;
  /** ARN of the role that read the stream; absent where none did, as in a replay. */
  readonly roleArn?: string;
}

/** A record of an event, as far as a replay looks at it. */
export interface ReplayedRecord {
  readonly kinesis: { readonly sequenceNumber: string };
}

/** A record in the form of Lambda's event: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html */
export function eventRecord(record: StreamRecord, { streamArn, roleArn }: EventSource) {
  const { sequenceNumber, partitionKey, arrivedAt, data } = record;
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
    eventID: recordId(record),
    eventName: "aws:kinesis:record",
    ...(roleArn === undefined ? {} : { invokeIdentityArn: roleArn }),
    awsRegion: streamArn.split(":")[3] ?? "",
    eventSourceARN: streamArn,
  };
}

/** Whether a value has what is read of a record of Lambda's event. */
export function isEventRecord(value: unknown): value is KinesisStreamRecord {
  if (!isObject(value) || typeof value.eventID !== "string" || !isObject(value.kinesis)) return false;
  const { data, partitionKey, sequenceNumber, approximateArrivalTimestamp } = value.kinesis;
  return (
    [data, partitionKey, sequenceNumber].every((field) => typeof field === "string") &&
    typeof approximateArrivalTimestamp === "number"
  );
}

/** The record of Lambda's event, the inverse of `eventRecord`. */
export function streamRecord({ eventID, kinesis }: Pick<KinesisStreamRecord, "eventID" | "kinesis">): StreamRecord {
  return {
    shardId: eventID.split(":", 1)[0] ?? "",
    sequenceNumber: kinesis.sequenceNumber,
    partitionKey: kinesis.partitionKey,
    arrivedAt: Math.round(kinesis.approximateArrivalTimestamp * 1000),
    data: kinesis.data,
  };
}

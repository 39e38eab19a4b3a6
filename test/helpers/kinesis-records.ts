import type { KinesisStreamRecord } from "aws-lambda";

/** Arrival of the first record of a test's batch. */
export const ARRIVED_AT = 1_767_225_600_000;

const FIRST_SEQUENCE = 49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_898n;

/** The sequence number of a batch's record by its place. */
export function sequenceNumber(place: number): string {
  return String(FIRST_SEQUENCE + BigInt(place));
}

export interface RecordOptions {
  readonly partitionKey?: string;
  /** Milliseconds since the epoch. */
  readonly arrivedAt?: number;
}

/** A record as Lambda hands it over: bytes and text as they are, anything else as JSON. */
export function kinesisRecord(place: number, payload: unknown, options: RecordOptions = {}): KinesisStreamRecord {
  const { partitionKey = "sensor-001", arrivedAt = ARRIVED_AT } = options;
  const bytes = Buffer.isBuffer(payload)
    ? payload
    : Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload));
  return {
    awsRegion: "sa-east-1",
    eventID: `shardId-000000000002:${sequenceNumber(place)}`,
    eventName: "aws:kinesis:record",
    eventSource: "aws:kinesis",
    eventSourceARN: "arn:aws:kinesis:sa-east-1:123456789012:stream/iot-sensor-stream-dev",
    eventVersion: "1.0",
    invokeIdentityArn: "arn:aws:iam::123456789012:role/iot-processor-lambda-role-dev",
    kinesis: {
      approximateArrivalTimestamp: arrivedAt / 1000,
      data: bytes.toString("base64"),
      kinesisSchemaVersion: "1.0",
      partitionKey,
      sequenceNumber: sequenceNumber(place),
    },
  };
}

/** A payload as a device sends it, with what a test wants otherwise. */
export function payload(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    deviceId: "sensor-001",
    sensorType: "temperature",
    value: 25.5,
    timestamp: ARRIVED_AT - 1000,
    metadata: { location: "assembly-line-1" },
    ...changes,
  };
}

/** The payload of the batch's record at a place: a good reading, each with a key of its own. */
export function goodPayload(place: number): Record<string, unknown> {
  return payload({ timestamp: ARRIVED_AT - 1_000_000 + place });
}

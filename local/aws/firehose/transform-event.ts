import { recordId, type StreamRecord } from "../../../contract/stream-record";
import type { InvokeResult } from "../lambda/function-host/invoke-result";

/** What became of one record. */
export type Transformed =
  | { readonly result: "Ok"; readonly data: string }
  | { readonly result: "Dropped" }
  | {
      readonly result: "ProcessingFailed";
      readonly errorCode: string;
      readonly errorMessage: string;
      /** Invocations that it took to know. */
      readonly attempts: number;
    };

/** The event that Firehose invokes a transform function with, for records of a stream. https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html */
export function transformEvent(
  records: readonly StreamRecord[],
  names: { readonly deliveryStreamArn: string; readonly streamArn: string; readonly region: string },
  invocationId: string,
): unknown {
  return {
    invocationId,
    deliveryStreamArn: names.deliveryStreamArn,
    sourceKinesisStreamArn: names.streamArn,
    region: names.region,
    records: records.map(({ shardId, sequenceNumber, partitionKey, data, arrivedAt }) => ({
      recordId: recordId({ shardId, sequenceNumber }),
      approximateArrivalTimestamp: arrivedAt,
      data,
      kinesisRecordMetadata: {
        shardId,
        partitionKey,
        approximateArrivalTimestamp: arrivedAt,
        sequenceNumber,
        subsequenceNumber: 0,
      },
    })),
  };
}

/**
 * What the function's answer says of each record; undefined where the invocation failed and is to be tried again. Codes as captured on
 * AWS: an answer that cannot be read is not tried again.
 */
export function readAnswer(
  records: readonly StreamRecord[],
  answer: InvokeResult,
  attempts: number,
): readonly Transformed[] | { readonly errorCode: string; readonly errorMessage: string } {
  if (!answer.ok)
    return { errorCode: "Lambda.FunctionError", errorMessage: `${answer.errorType}: ${answer.errorMessage}` };
  const returned = (answer.payload as { records?: unknown } | null)?.records;
  const byId = new Map<string, Returned[]>();
  for (const each of Array.isArray(returned) ? returned : [])
    byId.set(each?.recordId, [...(byId.get(each?.recordId) ?? []), each]);
  return records.map((record) => {
    const [first, second] = byId.get(recordId(record)) ?? [];
    const failed = (errorCode: string, errorMessage: string) => ({
      result: "ProcessingFailed" as const,
      errorCode,
      errorMessage,
      attempts,
    });
    if (second) return failed("Lambda.DuplicatedRecordId", "Multiple records were returned with the same record ID.");
    if (!first) return failed("Lambda.MissingRecordId", "One or more record IDs were not returned.");
    if (first.result === "Dropped") return { result: "Dropped" };
    if (first.result === "ProcessingFailed")
      return failed("Lambda.ProcessingFailedStatus", "ProcessingFailed status set for record");
    if (first.result !== "Ok" || typeof first.data !== "string")
      return failed("Lambda.InvalidReturnFormat", "The Lambda function output must have the record's data and result.");
    return { result: "Ok", data: Buffer.from(first.data, "base64").toString("utf8") };
  });
}

interface Returned {
  readonly result?: unknown;
  readonly data?: unknown;
}

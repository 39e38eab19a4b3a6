import type { StreamRecord } from "../event-source-mapping/stream-record";
import type { InvokeResult } from "../function-host/function-host";

/** What became of one record. */
export type Transformed =
  | { readonly result: "Ok"; readonly data: string }
  | { readonly result: "Dropped" }
  | { readonly result: "ProcessingFailed"; readonly errorCode: string; readonly errorMessage: string };

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

/** What the function's answer says of each record; undefined where the invocation failed and is to be tried again. */
export function readAnswer(
  records: readonly StreamRecord[],
  answer: InvokeResult,
): readonly Transformed[] | { readonly errorCode: string; readonly errorMessage: string } {
  if (!answer.ok)
    return { errorCode: "Lambda.FunctionError", errorMessage: `${answer.errorType}: ${answer.errorMessage}` };
  const returned = (answer.payload as { records?: unknown } | null)?.records;
  if (!Array.isArray(returned))
    return { errorCode: "Lambda.InvalidReturnFormat", errorMessage: 'the answer has no "records"' };
  const byId = new Map<string, { result?: unknown; data?: unknown }>(returned.map((each) => [each?.recordId, each]));
  return records.map((record) => {
    const { result, data } = byId.get(recordId(record)) ?? {};
    if (result === "Dropped") return { result };
    if (result === "Ok" && typeof data === "string")
      return { result, data: Buffer.from(data, "base64").toString("utf8") };
    if (result === "ProcessingFailed")
      return {
        result,
        errorCode: "Lambda.ProcessingFailedStatus",
        errorMessage: "ProcessingFailed status set for record",
      };
    return {
      result: "ProcessingFailed",
      errorCode: "Lambda.MissingRecordId",
      errorMessage: "the answer has no result for the record",
    };
  });
}

function recordId({ shardId, sequenceNumber }: Pick<StreamRecord, "shardId" | "sequenceNumber">): string {
  return `${shardId}:${sequenceNumber}`;
}

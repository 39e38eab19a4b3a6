import type { StreamRecord } from "../../../../contract/stream-record";
import type { InvocationResult } from "../function-host/invoke-result";
import { kinesisEvent } from "./kinesis-event";
import type { MappingSettings } from "./settings";

/** Why records are given up. The documentation shows the first name; the second is ours. */
export type Condition = "RetryAttemptsExhausted" | "RecordAgeExceeded";

/** Records that are given up, and what became of them before. */
export interface GivenUp {
  readonly records: readonly [StreamRecord, ...StreamRecord[]];
  readonly condition: Condition;
  readonly invocations: number;
  /** The last invocation, unless there was none. */
  readonly last: InvocationResult | undefined;
}

/** Where a failed batch is kept: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html */
export function failureKey(mappingUuid: string, shardId: string, at: number, uuid: string): string {
  const time = new Date(at).toISOString().slice(0, 19);
  const [day = ""] = time.split("T");
  return `aws/lambda/${mappingUuid}/${shardId}/${day.replaceAll("-", "/")}/${time.replaceAll(":", ".")}-${uuid}`;
}

/** A failed batch as the destination receives it. Only S3 gets the payload, which is the whole event as a JSON string. */
export function failureBody(
  { records, condition, invocations, last }: GivenUp,
  settings: Pick<MappingSettings, "functionArn" | "streamArn" | "roleArn" | "region">,
  at: number,
): string {
  const first = records[0];
  const final = records.at(-1) ?? first;
  return JSON.stringify({
    requestContext: {
      requestId: last?.requestId ?? "",
      functionArn: settings.functionArn,
      condition,
      approximateInvokeCount: invocations,
    },
    ...(last === undefined
      ? {}
      : {
          responseContext: {
            statusCode: 200,
            executedVersion: "$LATEST",
            functionError: last.ok ? null : "Unhandled",
          },
        }),
    version: "1.0",
    timestamp: new Date(at).toISOString(),
    KinesisBatchInfo: {
      shardId: first.shardId,
      startSequenceNumber: first.sequenceNumber,
      endSequenceNumber: final.sequenceNumber,
      approximateArrivalOfFirstRecord: new Date(first.arrivedAt).toISOString(),
      approximateArrivalOfLastRecord: new Date(final.arrivedAt).toISOString(),
      batchSize: records.length,
      streamArn: settings.streamArn,
    },
    payload: JSON.stringify(kinesisEvent(records, settings)),
  });
}

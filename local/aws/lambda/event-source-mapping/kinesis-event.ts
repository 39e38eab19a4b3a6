import type { MappingSettings } from "./settings";
import type { StreamRecord } from "./stream-record";

/** The event of a batch, as the function receives it: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html */
export function kinesisEvent(
  records: readonly StreamRecord[],
  { roleArn, region, streamArn }: Pick<MappingSettings, "roleArn" | "region" | "streamArn">,
) {
  return {
    Records: records.map(({ shardId, sequenceNumber, partitionKey, data, arrivedAt }) => ({
      kinesis: {
        kinesisSchemaVersion: "1.0",
        partitionKey,
        sequenceNumber,
        data,
        approximateArrivalTimestamp: arrivedAt / 1000,
      },
      eventSource: "aws:kinesis",
      eventVersion: "1.0",
      eventID: `${shardId}:${sequenceNumber}`,
      eventName: "aws:kinesis:record",
      invokeIdentityArn: roleArn,
      awsRegion: region,
      eventSourceARN: streamArn,
    })),
  };
}

import { PREFIX } from "../contract/objects";
import { ownBucket, type Statement } from "./policy-document";

/** What a function may do on the stream so that an event source mapping can read for it. */
export function readStream(streamArn: string): Statement {
  return {
    Sid: "ReadStream",
    Effect: "Allow",
    // The managed policy adds kinesis:ListStreams, which names no resource; the mapping knows its stream.
    Action: [
      "kinesis:DescribeStream",
      "kinesis:DescribeStreamSummary",
      "kinesis:GetRecords",
      "kinesis:GetShardIterator",
      "kinesis:ListShards",
    ],
    Resource: streamArn,
  };
}

/**
 * Lambda writes failed batches to the mapping's destination under the function's role:
 * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export function deliverFailedBatches(bucketArn: string, accountId: string): readonly Statement[] {
  return [
    {
      Sid: "DeliverFailedBatches",
      Effect: "Allow",
      Action: "s3:PutObject",
      Resource: `${bucketArn}/${PREFIX.failed}*`,
      Condition: ownBucket(accountId),
    },
    {
      Sid: "FindFailureDestination",
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: bucketArn,
      Condition: ownBucket(accountId),
    },
  ];
}

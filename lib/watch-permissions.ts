import { DUE_INDEX, LISTED_INDEX } from "../contract/watch";
import type { Statement } from "./policy-document";
import { deliverFailedBatches, readStream } from "./stream-reader";

/** ARNs that the watch's roles name. */
export interface WatchResources {
  readonly streamArn: string;
  readonly tableArn: string;
  /** Topics of the notices. */
  readonly topicArns: readonly string[];
}

/** Beside them, what only the watch needs. */
export interface MappedResources extends WatchResources {
  readonly bucketArn: string;
  readonly accountId: string;
  /** The watch's own connection to the stream; undefined where it shares the stream's. */
  readonly consumerArn: string | undefined;
}

/** The watch reads and writes states by their keys, and never queries. */
export function watchPermissions(resources: MappedResources): readonly Statement[] {
  const { streamArn, bucketArn, accountId, consumerArn } = resources;
  return [
    readStream(streamArn),
    ...(consumerArn === undefined ? [] : [subscribe(consumerArn)]),
    ...keepStateAndTell(resources),
    ...deliverFailedBatches(bucketArn, accountId),
  ];
}

/** The sweep finds what is due, and reads the stream's clock. */
export function sweepPermissions(resources: WatchResources): readonly Statement[] {
  const { streamArn, tableArn } = resources;
  return [
    {
      Sid: "ReadClock",
      Effect: "Allow",
      Action: ["kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"],
      Resource: streamArn,
    },
    ...keepStateAndTell(resources),
    {
      Sid: "FindWhatIsDue",
      Effect: "Allow",
      Action: "dynamodb:Query",
      Resource: [tableArn, `${tableArn}/index/${DUE_INDEX}`, `${tableArn}/index/${LISTED_INDEX}`],
    },
  ];
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html */
function subscribe(consumerArn: string): Statement {
  return {
    Sid: "Subscribe",
    Effect: "Allow",
    Action: ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"],
    Resource: consumerArn,
  };
}

function keepStateAndTell({ tableArn, topicArns }: WatchResources): readonly Statement[] {
  return [
    {
      Sid: "KeepState",
      Effect: "Allow",
      Action: [
        "dynamodb:BatchGetItem",
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
      ],
      Resource: tableArn,
    },
    { Sid: "Tell", Effect: "Allow", Action: "sns:Publish", Resource: topicArns },
  ];
}

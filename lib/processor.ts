import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { PREFIX } from "../contract/objects";
import { ENV } from "../contract/variables";
import type { StackConfig } from "./config";
import { boundaryOf, type Environment, tagsOf } from "./environment";
import { bundleFunction, NOTICES_FILE, readNotices } from "./function-bundle";
import { type PolicyDocument, policyDocument, policyText, trustPolicy } from "./policy-document";

export interface ProcessorArgs {
  readonly environment: Environment;
  readonly config: Pick<
    StackConfig,
    | "anomalyLimits"
    | "batchSize"
    | "hotRetentionDays"
    | "logRetentionDays"
    | "parallelizationFactor"
    | "reservedConcurrency"
    | "retryAttempts"
    | "retryMaxAgeSeconds"
  >;
  /** Where the readings come from. */
  readonly stream: aws.kinesis.Stream;
  /** Where they are stored. */
  readonly table: aws.dynamodb.Table;
  /** Where anomalies, what was set aside and failed batches are kept. */
  readonly bucket: aws.s3.Bucket;
}

/** From the stream into the stores: the function, its role and log, and the mapping that calls it. */
export class Processor extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;
  readonly mapping: aws.lambda.EventSourceMapping;

  constructor(name: string, args: ProcessorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("iot:index:Processor", name, {}, opts);
    const { environment, config, stream, table, bucket } = args;
    const { names, suffix } = environment;
    const parent = { parent: this };
    const logName = `/aws/lambda/${names.processor}`;
    const log = new aws.cloudwatch.LogGroup(
      `${name}-log`,
      {
        name: logName,
        retentionInDays: config.logRetentionDays,
        tags: tagsOf(environment, logName, "Log of the processor"),
      },
      parent,
    );
    const role = new aws.iam.Role(
      `${name}-role`,
      {
        name: names.processorRole,
        assumeRolePolicy: JSON.stringify(trustPolicy("lambda.amazonaws.com")),
        ...boundaryOf(environment),
        tags: tagsOf(environment, names.processorRole, "What the processor may do"),
      },
      parent,
    );
    const rolePolicy = new aws.iam.RolePolicy(
      `${name}-role-policy`,
      {
        name: "read-stream-and-store",
        role: role.id,
        policy: policyText(
          {
            streamArn: stream.arn,
            tableArn: table.arn,
            bucketArn: bucket.arn,
            logArn: log.arn,
            accountId: environment.accountId,
          },
          processorRolePolicy,
        ),
      },
      parent,
    );
    const { code } = bundleFunction("processor");
    this.function = new aws.lambda.Function(
      `${name}-function`,
      {
        name: names.processor,
        description: "Checks, judges and stores the readings of the stream.",
        role: role.arn,
        runtime: "nodejs24.x",
        architectures: ["arm64"],
        handler: "index.handler",
        code: new pulumi.asset.AssetArchive({
          "index.js": new pulumi.asset.StringAsset(code),
          [NOTICES_FILE]: new pulumi.asset.StringAsset(readNotices()),
        }),
        memorySize: 512,
        timeout: 60,
        ...(config.reservedConcurrency === undefined
          ? {}
          : { reservedConcurrentExecutions: config.reservedConcurrency }),
        // AWS_REGION is Lambda's own: setting it makes the deployment fail.
        environment: {
          variables: {
            [ENV.table]: table.name,
            [ENV.bucket]: bucket.bucket,
            [ENV.environment]: suffix,
            [ENV.anomalyLimits]: JSON.stringify(config.anomalyLimits),
            [ENV.hotRetentionDays]: String(config.hotRetentionDays),
          },
        },
        tags: tagsOf(environment, names.processor, "Checks and stores the readings"),
      },
      // Without its log group the function would make one that keeps everything for ever.
      { ...parent, dependsOn: [log, rolePolicy] },
    );
    this.mapping = new aws.lambda.EventSourceMapping(
      `${name}-mapping`,
      {
        eventSourceArn: stream.arn,
        functionName: this.function.arn,
        // With LATEST, what arrives between the stream's creation and the first poll is never read.
        startingPosition: "TRIM_HORIZON",
        batchSize: config.batchSize,
        maximumBatchingWindowInSeconds: 5,
        parallelizationFactor: config.parallelizationFactor,
        maximumRetryAttempts: config.retryAttempts,
        maximumRecordAgeInSeconds: config.retryMaxAgeSeconds,
        bisectBatchOnFunctionError: true,
        functionResponseTypes: ["ReportBatchItemFailures"],
        destinationConfig: { onFailure: { destinationArn: bucket.arn } },
        metricsConfig: { metrics: ["EventCount"] },
        tags: tagsOf(environment, names.processor, "From the stream to the processor"),
      },
      { ...parent, dependsOn: [rolePolicy] },
    );
    this.registerOutputs({ functionName: this.function.name });
  }
}

interface ProcessorResources {
  readonly streamArn: string;
  readonly tableArn: string;
  readonly bucketArn: string;
  readonly logArn: string;
  readonly accountId: string;
}

/** What the processor does, and no more: it neither queries nor updates nor deletes. */
export function processorRolePolicy({
  streamArn,
  tableArn,
  bucketArn,
  logArn,
  accountId,
}: ProcessorResources): PolicyDocument {
  // A bucket that somebody else made under this name, after it was deleted here, gets nothing.
  const ownBucket = { StringEquals: { "s3:ResourceAccount": accountId } };
  return policyDocument(
    {
      Sid: "ReadStream",
      Effect: "Allow",
      // The managed policy's kinesis:ListStreams has no resource to name, and the mapping knows its stream.
      Action: [
        "kinesis:DescribeStream",
        "kinesis:DescribeStreamSummary",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
      ],
      Resource: streamArn,
    },
    {
      Sid: "StoreReadings",
      Effect: "Allow",
      // A replay puts item by item: BatchWriteItem takes no condition.
      Action: ["dynamodb:BatchWriteItem", "dynamodb:PutItem"],
      Resource: tableArn,
    },
    {
      Sid: "KeepAnomaliesAndSetAside",
      Effect: "Allow",
      Action: "s3:PutObject",
      Resource: [`${bucketArn}/${PREFIX.anomalies}*`, `${bucketArn}/${PREFIX.rejected}*`],
      Condition: ownBucket,
    },
    {
      Sid: "DeliverFailedBatches",
      Effect: "Allow",
      // Lambda itself does this, in the function's name: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
      Action: "s3:PutObject",
      Resource: `${bucketArn}/${PREFIX.failed}*`,
      Condition: ownBucket,
    },
    {
      Sid: "FindFailureDestination",
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: bucketArn,
      Condition: ownBucket,
    },
    {
      Sid: "WriteLog",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: `${logArn}:*`,
    },
  );
}

import * as pulumi from "@pulumi/pulumi";
import { PREFIX } from "../contract/objects";
import { ENV } from "../contract/variables";
import * as aws from "./aws";
import type { StackConfig } from "./config";
import { type Environment, tagsOf } from "./environment";
import { NOTICES_FILE, readNotices } from "./function-bundle";
import { NodeFunction } from "./node-function";
import { ownBucket, type Statement } from "./policy-document";
import { BATCHING_WINDOW_SECONDS, FUNCTION_SIZES } from "./sizes";
import { deliverFailedBatches, readStream } from "./stream-reader";

/** Arguments of `Processor`. */
export interface ProcessorArgs {
  /** Where the stack is deployed, and its physical names. */
  readonly environment: Environment;
  /** Keys of the configuration that this part reads. */
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
  /** The stream that the records come from. */
  readonly stream: aws.kinesis.Stream;
  /** The hot tier, which stores the readings. */
  readonly table: aws.dynamodb.Table;
  /** The bucket that keeps anomalies, rejected records and failed batches. */
  readonly bucket: aws.s3.Bucket;
}

/** From the stream into the stores: the function, and the event source mapping that calls it. */
export class Processor extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;
  readonly mapping: aws.lambda.EventSourceMapping;

  constructor(name: string, args: ProcessorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("iot:index:Processor", name, {}, opts);
    const { environment, config, stream, table, bucket } = args;
    const { names, accountId } = environment;
    const childOptions = { parent: this };
    const processor = new NodeFunction(
      name,
      {
        environment,
        config,
        bundle: "processor",
        files: { [NOTICES_FILE]: readNotices() },
        functionName: names.processor,
        roleName: names.processorRole,
        title: "the processor",
        description: "Checks, judges and stores the readings of the stream.",
        purpose: "Checks and stores the readings",
        ...FUNCTION_SIZES.processor,
        reservedConcurrency: config.reservedConcurrency,
        variables: variables(args),
        policyName: "read-stream-and-store",
        permissions: pulumi
          .output({ streamArn: stream.arn, tableArn: table.arn, bucketArn: bucket.arn, accountId })
          .apply(processorPermissions),
        formerParent: this,
      },
      childOptions,
    );
    this.function = processor.function;
    this.mapping = new aws.lambda.EventSourceMapping(
      `${name}-mapping`,
      { functionName: this.function.arn, ...mappingSettings(args) },
      { ...childOptions, dependsOn: [processor.rolePolicy] },
    );
    this.registerOutputs({ functionName: this.function.name });
  }
}

function variables({ environment, config, table, bucket }: ProcessorArgs): Record<string, pulumi.Input<string>> {
  return {
    [ENV.table]: table.name,
    [ENV.bucket]: bucket.bucket,
    [ENV.environment]: environment.suffix,
    [ENV.anomalyLimits]: JSON.stringify(config.anomalyLimits),
    [ENV.hotRetentionDays]: String(config.hotRetentionDays),
  };
}

function mappingSettings(args: ProcessorArgs): Omit<aws.lambda.EventSourceMappingArgs, "functionName"> {
  const { environment, config, stream, bucket } = args;
  return {
    eventSourceArn: stream.arn,
    // With LATEST, records that arrive between the stream's creation and the first poll are never read.
    startingPosition: "TRIM_HORIZON",
    batchSize: config.batchSize,
    maximumBatchingWindowInSeconds: BATCHING_WINDOW_SECONDS,
    parallelizationFactor: config.parallelizationFactor,
    maximumRetryAttempts: config.retryAttempts,
    maximumRecordAgeInSeconds: config.retryMaxAgeSeconds,
    bisectBatchOnFunctionError: true,
    functionResponseTypes: ["ReportBatchItemFailures"],
    destinationConfig: { onFailure: { destinationArn: bucket.arn } },
    metricsConfig: { metrics: ["EventCount"] },
    tags: tagsOf(environment, environment.names.processor, "From the stream to the processor"),
  };
}

interface ProcessorResources {
  readonly streamArn: string;
  readonly tableArn: string;
  readonly bucketArn: string;
  readonly accountId: string;
}

/** The processor writes and never queries, updates or deletes. */
function processorPermissions({ streamArn, tableArn, bucketArn, accountId }: ProcessorResources): readonly Statement[] {
  return [
    readStream(streamArn),
    {
      Sid: "StoreReadings",
      Effect: "Allow",
      // A replay puts item by item, because BatchWriteItem takes no condition.
      Action: ["dynamodb:BatchWriteItem", "dynamodb:PutItem"],
      Resource: tableArn,
    },
    {
      Sid: "KeepAnomaliesAndRejected",
      Effect: "Allow",
      Action: "s3:PutObject",
      Resource: [`${bucketArn}/${PREFIX.anomalies}*`, `${bucketArn}/${PREFIX.rejected}*`],
      Condition: ownBucket(accountId),
    },
    ...deliverFailedBatches(bucketArn, accountId),
  ];
}

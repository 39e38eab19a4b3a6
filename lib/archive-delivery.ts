import * as pulumi from "@pulumi/pulumi";
import { PREFIX } from "../contract/objects";
import { ENV } from "../contract/variables";
import * as aws from "./aws";
import type { StackConfig } from "./config";
import { arnOf, type Environment, tagsOf } from "./environment";
import { logGroup } from "./log-group";
import { NodeFunction } from "./node-function";
import { ownBucket, type PolicyDocument, policyDocument, policyText, trustPolicy } from "./policy-document";
import { type ServiceRole, serviceRole } from "./service-role";
import { ARCHIVE_BUFFER, FUNCTION_SIZES, TRANSFORM_BUFFER } from "./sizes";

/** Arguments of `ArchiveDelivery`. */
export interface ArchiveDeliveryArgs {
  /** Where the stack is deployed, and its physical names. */
  readonly environment: Environment;
  /** Keys of the configuration that this part reads. */
  readonly config: Pick<StackConfig, "anomalyLimits" | "hotRetentionDays" | "logRetentionDays">;
  /** The stream that the records come from. */
  readonly stream: aws.kinesis.Stream;
  /** The bucket of the archive. */
  readonly bucket: aws.s3.Bucket;
  /** The columns of an archived reading. */
  readonly table: aws.glue.CatalogTable;
}

const LOG_STREAM = "DestinationDelivery";

/** From the stream into the archive: Firehose, and the function that transforms payloads into rows. */
export class ArchiveDelivery extends pulumi.ComponentResource {
  readonly deliveryStream: aws.kinesis.FirehoseDeliveryStream;
  /** Transforms payloads into rows. */
  readonly transform: aws.lambda.Function;

  constructor(name: string, args: ArchiveDeliveryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("iot:index:ArchiveDelivery", name, {}, opts);
    const { environment, config } = args;
    const { archiveDelivery } = environment.names;
    const childOptions = { parent: this };
    this.transform = this.#createTransform(`${name}-transform`, args);
    const log = logGroup(
      `${name}-log`,
      {
        environment,
        logGroupName: `/aws/kinesisfirehose/${archiveDelivery}`,
        retentionDays: config.logRetentionDays,
        purpose: "Errors of the delivery to the archive",
      },
      childOptions,
    );
    const logStream = new aws.cloudwatch.LogStream(
      `${name}-log-stream`,
      { name: LOG_STREAM, logGroupName: log.name },
      childOptions,
    );
    const { role, rolePolicy } = this.#createRole(`${name}-role`, args, log);
    this.deliveryStream = new aws.kinesis.FirehoseDeliveryStream(
      `${name}-delivery`,
      {
        name: archiveDelivery,
        destination: "extended_s3",
        kinesisSourceConfiguration: { kinesisStreamArn: args.stream.arn, roleArn: role.arn },
        extendedS3Configuration: destination(args, { role, logStream, transform: this.transform }),
        tags: tagsOf(environment, archiveDelivery, "From the stream to the archive"),
      },
      { ...childOptions, dependsOn: [rolePolicy] },
    );
    this.registerOutputs({ deliveryStreamName: this.deliveryStream.name });
  }

  #createTransform(name: string, { environment, config }: ArchiveDeliveryArgs): aws.lambda.Function {
    const { archiveTransform, archiveTransformRole } = environment.names;
    const transform = new NodeFunction(
      name,
      {
        environment,
        config,
        bundle: "archive",
        functionName: archiveTransform,
        roleName: archiveTransformRole,
        title: "the archive transform",
        description: "Turns the stream's readings into rows of the archive.",
        purpose: "Turns readings into rows of the archive",
        ...FUNCTION_SIZES.archive,
        variables: {
          [ENV.environment]: environment.suffix,
          [ENV.anomalyLimits]: JSON.stringify(config.anomalyLimits),
          [ENV.hotRetentionDays]: String(config.hotRetentionDays),
        },
        policyName: "write-log",
        logicalName: name,
        formerParent: this,
      },
      { parent: this },
    );
    return transform.function;
  }

  #createRole(name: string, args: ArchiveDeliveryArgs, log: aws.cloudwatch.LogGroup): ServiceRole {
    const { environment, stream, bucket, table } = args;
    const { names, accountId } = environment;
    return serviceRole(
      name,
      {
        environment,
        roleName: names.archiveDeliveryRole,
        purpose: "What the delivery to the archive may do",
        // Without a condition: AWS documents none for Firehose, and CreateDeliveryStream may check the role without the context for one.
        // docs/decisions/09-least-privilege.md says why that is safe.
        trust: JSON.stringify(trustPolicy("firehose.amazonaws.com")),
        policyName: "read-stream-and-archive",
        policy: policyText(
          {
            streamArn: stream.arn,
            bucketArn: bucket.arn,
            transformArn: this.transform.arn,
            logArn: log.arn,
            catalogArn: arnOf(environment, "glue", "catalog"),
            databaseArn: arnOf(environment, "glue", `database/${names.historyDatabase}`),
            tableArn: table.arn,
            accountId,
          },
          deliveryRolePolicy,
        ),
      },
      { parent: this },
    );
  }
}

interface DestinationResources {
  readonly role: aws.iam.Role;
  readonly logStream: aws.cloudwatch.LogStream;
  readonly transform: aws.lambda.Function;
}

function destination(
  { environment, bucket, table }: ArchiveDeliveryArgs,
  { role, logStream, transform }: DestinationResources,
): aws.types.input.kinesis.FirehoseDeliveryStreamExtendedS3Configuration {
  return {
    bucketArn: bucket.arn,
    roleArn: role.arn,
    // The arrival of the object's oldest reading, UTC. https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
    prefix: `${PREFIX.readings}!{timestamp:yyyy}/!{timestamp:MM}/!{timestamp:dd}/!{timestamp:HH}/`,
    errorOutputPrefix: `${PREFIX.archiveErrors}!{firehose:error-output-type}/!{timestamp:yyyy}/!{timestamp:MM}/!{timestamp:dd}/!{timestamp:HH}/`,
    bufferingSize: ARCHIVE_BUFFER.megabytes,
    bufferingInterval: ARCHIVE_BUFFER.seconds,
    // Parquet compresses its own pages.
    compressionFormat: "UNCOMPRESSED",
    cloudwatchLoggingOptions: { enabled: true, logGroupName: logStream.logGroupName, logStreamName: logStream.name },
    processingConfiguration: { enabled: true, processors: [{ type: "Lambda", parameters: parameters(transform) }] },
    dataFormatConversionConfiguration: {
      enabled: true,
      inputFormatConfiguration: { deserializer: { openXJsonSerDe: {} } },
      outputFormatConfiguration: { serializer: { parquetSerDe: { compression: "SNAPPY" } } },
      schemaConfiguration: {
        databaseName: table.databaseName,
        tableName: table.name,
        roleArn: role.arn,
        region: environment.region,
      },
    },
  };
}

/**
 * The provider drops a parameter that equals AWS's default (3 retries, 60 seconds, the destination's role) when it reads the delivery
 * stream, and each plan would show it as a change. So only the others are declared.
 */
function parameters(transform: aws.lambda.Function) {
  return [
    { parameterName: "LambdaArn", parameterValue: pulumi.interpolate`${transform.arn}:$LATEST` },
    { parameterName: "BufferSizeInMBs", parameterValue: String(TRANSFORM_BUFFER.megabytes) },
  ];
}

interface DeliveryResources {
  readonly streamArn: string;
  readonly bucketArn: string;
  readonly transformArn: string;
  readonly logArn: string;
  readonly catalogArn: string;
  readonly databaseArn: string;
  readonly tableArn: string;
  readonly accountId: string;
}

/** What Firehose does for this stream: https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-s3 */
function deliveryRolePolicy({
  streamArn,
  bucketArn,
  transformArn,
  logArn,
  catalogArn,
  databaseArn,
  tableArn,
  accountId,
}: DeliveryResources): PolicyDocument {
  return policyDocument(
    {
      Sid: "ReadStream",
      Effect: "Allow",
      Action: ["kinesis:DescribeStream", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"],
      Resource: streamArn,
    },
    {
      Sid: "Transform",
      Effect: "Allow",
      Action: ["lambda:InvokeFunction", "lambda:GetFunctionConfiguration"],
      Resource: `${transformArn}:$LATEST`,
    },
    {
      Sid: "ReadSchema",
      Effect: "Allow",
      Action: ["glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions"],
      Resource: [catalogArn, databaseArn, tableArn],
    },
    {
      Sid: "Archive",
      Effect: "Allow",
      Action: ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
      Resource: [`${bucketArn}/${PREFIX.readings}*`, `${bucketArn}/${PREFIX.archiveErrors}*`],
      Condition: ownBucket(accountId),
    },
    {
      Sid: "FindBucket",
      Effect: "Allow",
      Action: ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
      Resource: bucketArn,
      Condition: ownBucket(accountId),
    },
    { Sid: "WriteLog", Effect: "Allow", Action: "logs:PutLogEvents", Resource: `${logArn}:log-stream:${LOG_STREAM}` },
  );
}

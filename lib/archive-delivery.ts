import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { PREFIX } from "../contract/objects";
import { ENV } from "../contract/variables";
import { ARCHIVE_BUFFER } from "./archive-buffer";
import type { StackConfig } from "./config";
import { arnOf, boundaryOf, type Environment, tagsOf } from "./environment";
import { bundleFunction } from "./function-bundle";
import { type PolicyDocument, policyDocument, policyText, trustPolicy } from "./policy-document";

export interface ArchiveDeliveryArgs {
  readonly environment: Environment;
  readonly config: Pick<StackConfig, "anomalyLimits" | "hotRetentionDays" | "logRetentionDays">;
  /** Where the readings come from. */
  readonly stream: aws.kinesis.Stream;
  /** Where they are archived. */
  readonly bucket: aws.s3.Bucket;
  /** The columns that they are archived with. */
  readonly table: aws.glue.CatalogTable;
}

/**
 * What the function receives in one call: the least that Firehose takes. A row of each reading is up to twenty times as long as its place
 * in a packed message, and the answer must stay below 6 MB.
 */
const TRANSFORM_BUFFER_MB = 0.2;
const LOG_STREAM = "DestinationDelivery";

/** From the stream into the cold tier: Firehose, and the function that turns payloads into rows. */
export class ArchiveDelivery extends pulumi.ComponentResource {
  readonly deliveryStream: aws.kinesis.FirehoseDeliveryStream;
  readonly transform: aws.lambda.Function;

  constructor(name: string, args: ArchiveDeliveryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("iot:index:ArchiveDelivery", name, {}, opts);
    const { environment, config, stream, bucket, table } = args;
    const { names } = environment;
    const parent = { parent: this };
    this.transform = this.createTransform(name, environment, config);
    const logName = `/aws/kinesisfirehose/${names.archiveDelivery}`;
    const log = new aws.cloudwatch.LogGroup(
      `${name}-log`,
      {
        name: logName,
        retentionInDays: config.logRetentionDays,
        tags: tagsOf(environment, logName, "Errors of the delivery to the cold tier"),
      },
      parent,
    );
    const logStream = new aws.cloudwatch.LogStream(
      `${name}-log-stream`,
      { name: LOG_STREAM, logGroupName: log.name },
      parent,
    );
    const role = new aws.iam.Role(
      `${name}-role`,
      {
        name: names.archiveDeliveryRole,
        // No condition: no page of AWS shows one for Firehose, and CreateDeliveryStream may try the role without its context.
        // docs/decisions/09-least-privilege.md says why that is safe.
        assumeRolePolicy: JSON.stringify(trustPolicy("firehose.amazonaws.com")),
        ...boundaryOf(environment),
        tags: tagsOf(environment, names.archiveDeliveryRole, "What the delivery to the cold tier may do"),
      },
      parent,
    );
    const rolePolicy = new aws.iam.RolePolicy(
      `${name}-role-policy`,
      {
        name: "read-stream-and-archive",
        role: role.id,
        policy: policyText(
          {
            streamArn: stream.arn,
            bucketArn: bucket.arn,
            transformArn: this.transform.arn,
            logArn: log.arn,
            catalogArn: arnOf(environment, "glue", "catalog"),
            databaseArn: arnOf(environment, "glue", `database/${names.historyDatabase}`),
            tableArn: table.arn,
            accountId: environment.accountId,
          },
          deliveryRolePolicy,
        ),
      },
      parent,
    );
    this.deliveryStream = new aws.kinesis.FirehoseDeliveryStream(
      `${name}-delivery`,
      {
        name: names.archiveDelivery,
        destination: "extended_s3",
        kinesisSourceConfiguration: { kinesisStreamArn: stream.arn, roleArn: role.arn },
        extendedS3Configuration: {
          bucketArn: bucket.arn,
          roleArn: role.arn,
          // The arrival of the object's oldest reading, UTC. https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
          prefix: `${PREFIX.readings}!{timestamp:yyyy}/!{timestamp:MM}/!{timestamp:dd}/!{timestamp:HH}/`,
          errorOutputPrefix: `${PREFIX.archiveErrors}!{firehose:error-output-type}/!{timestamp:yyyy}/!{timestamp:MM}/!{timestamp:dd}/!{timestamp:HH}/`,
          bufferingSize: ARCHIVE_BUFFER.megabytes,
          bufferingInterval: ARCHIVE_BUFFER.seconds,
          // Parquet is compressed within.
          compressionFormat: "UNCOMPRESSED",
          cloudwatchLoggingOptions: { enabled: true, logGroupName: log.name, logStreamName: logStream.name },
          processingConfiguration: {
            enabled: true,
            processors: [
              {
                type: "Lambda",
                // The provider drops a parameter that equals AWS's default (3 retries, 60 seconds, the destination's role) when it
                // reads, and each plan would show it as a change.
                parameters: [
                  { parameterName: "LambdaArn", parameterValue: pulumi.interpolate`${this.transform.arn}:$LATEST` },
                  { parameterName: "BufferSizeInMBs", parameterValue: String(TRANSFORM_BUFFER_MB) },
                ],
              },
            ],
          },
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
        },
        tags: tagsOf(environment, names.archiveDelivery, "From the stream to the cold tier"),
      },
      { ...parent, dependsOn: [rolePolicy] },
    );
    this.registerOutputs({ deliveryStreamName: this.deliveryStream.name });
  }

  private createTransform(
    name: string,
    environment: Environment,
    config: ArchiveDeliveryArgs["config"],
  ): aws.lambda.Function {
    const { archiveTransform: functionName, archiveTransformRole: roleName } = environment.names;
    const parent = { parent: this };
    const logName = `/aws/lambda/${functionName}`;
    const log = new aws.cloudwatch.LogGroup(
      `${name}-transform-log`,
      {
        name: logName,
        retentionInDays: config.logRetentionDays,
        tags: tagsOf(environment, logName, "Log of the archive transform"),
      },
      parent,
    );
    const role = new aws.iam.Role(
      `${name}-transform-role`,
      {
        name: roleName,
        assumeRolePolicy: JSON.stringify(trustPolicy("lambda.amazonaws.com")),
        ...boundaryOf(environment),
        tags: tagsOf(environment, roleName, "What the archive transform may do"),
      },
      parent,
    );
    const rolePolicy = new aws.iam.RolePolicy(
      `${name}-transform-role-policy`,
      { name: "write-log", role: role.id, policy: policyText({ logArn: log.arn }, transformRolePolicy) },
      parent,
    );
    return new aws.lambda.Function(
      `${name}-transform`,
      {
        name: functionName,
        description: "Turns the stream's readings into rows of the cold tier.",
        role: role.arn,
        runtime: "nodejs24.x",
        architectures: ["arm64"],
        handler: "index.handler",
        code: new pulumi.asset.AssetArchive({
          "index.js": new pulumi.asset.StringAsset(bundleFunction("archive").code),
        }),
        memorySize: 256,
        timeout: 60,
        environment: {
          variables: {
            [ENV.anomalyLimits]: JSON.stringify(config.anomalyLimits),
            [ENV.hotRetentionDays]: String(config.hotRetentionDays),
          },
        },
        tags: tagsOf(environment, functionName, "Turns readings into rows of the cold tier"),
      },
      { ...parent, dependsOn: [log, rolePolicy] },
    );
  }
}

/** Its own log, and nothing else: it calls nobody. */
export function transformRolePolicy({ logArn }: { logArn: string }): PolicyDocument {
  return policyDocument({
    Sid: "WriteLog",
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: `${logArn}:*`,
  });
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

/** What Firehose does for this stream. https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-s3 */
export function deliveryRolePolicy({
  streamArn,
  bucketArn,
  transformArn,
  logArn,
  catalogArn,
  databaseArn,
  tableArn,
  accountId,
}: DeliveryResources): PolicyDocument {
  const ownBucket = { StringEquals: { "s3:ResourceAccount": accountId } };
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
      Condition: ownBucket,
    },
    {
      Sid: "FindBucket",
      Effect: "Allow",
      Action: ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
      Resource: bucketArn,
      Condition: ownBucket,
    },
    { Sid: "WriteLog", Effect: "Allow", Action: "logs:PutLogEvents", Resource: `${logArn}:log-stream:${LOG_STREAM}` },
  );
}

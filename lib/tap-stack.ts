import * as pulumi from "@pulumi/pulumi";
import type { OutputName } from "../contract/outputs";
import { ArchiveBucket } from "./archive-bucket";
import { ArchiveDelivery } from "./archive-delivery";
import * as aws from "./aws";
import { REGION, type StackConfig } from "./config";
import { DeviceAccess } from "./device-access";
import { DeviceWatch } from "./device-watch";
import type { Environment } from "./environment";
import { History } from "./history";
import { HotStore } from "./hot-store";
import { Ingestion } from "./ingestion";
import { Monitoring } from "./monitoring";
import { physicalNames } from "./names";
import { Processor } from "./processor";
import { ReadingStream } from "./reading-stream";

/** Arguments of `TapStack`. */
export interface TapStackArgs {
  /** The stack's configuration, checked. */
  readonly config: StackConfig;
}

/** The stack's outputs, by name. */
export type TapStackOutputs = Readonly<Record<OutputName, pulumi.Output<string>>>;

/** One environment of a plant: from the sensors' topics to the stores, and its monitoring. */
export class TapStack extends pulumi.ComponentResource {
  /** What the program exports. */
  readonly outputs: TapStackOutputs;

  constructor(name: string, { config }: TapStackArgs, opts?: pulumi.ComponentResourceOptions) {
    super("iot:index:TapStack", name, {}, opts);
    const childOptions = { parent: this };
    // The resources of these parts inherit it: all that receives, keeps, guards or reads back readings refuses deletion.
    const keptOptions = { ...childOptions, protect: config.protectData };
    const environment = environmentOf(config, this);

    const { bucket } = new ArchiveBucket(`${name}-archive`, { environment }, keptOptions);
    const { table } = new HotStore(`${name}-hot-store`, { environment }, keptOptions);
    const history = new History(`${name}-history`, { environment, config, bucket }, keptOptions);
    const { stream } = new ReadingStream(`${name}-stream`, { environment, config }, keptOptions);
    const processor = new Processor(`${name}-processor`, { environment, config, stream, table, bucket }, keptOptions);
    const { deliveryStream, transform } = new ArchiveDelivery(
      `${name}-archive-delivery`,
      { environment, config, stream, bucket, table: history.readings },
      keptOptions,
    );
    const { rule, errorLog } = new Ingestion(
      `${name}-ingestion`,
      { environment, config, stream, readers: [deliveryStream] },
      keptOptions,
    );
    const watch =
      config.watchRules.length === 0
        ? undefined
        : new DeviceWatch(`${name}-device-watch`, { environment, config, stream, bucket }, keptOptions);
    const { policy } = new DeviceAccess(`${name}-device-access`, { environment, config }, keptOptions);
    const { function: fn, mapping } = processor;
    const { topic, dashboard } = new Monitoring(
      `${name}-monitoring`,
      { environment, config, stream, rule, table, bucket, function: fn, mapping, deliveryStream, transform, watch },
      childOptions,
    );

    const parts = { stream, table, bucket, history, function: fn, errorLog, policy, topic, dashboard, watch };
    this.outputs = outputsOf(parts, config, this);
    this.registerOutputs(this.outputs);
  }
}

function environmentOf(config: StackConfig, parent: pulumi.Resource): Environment {
  const { environmentSuffix: suffix, protectData, permissionsBoundaryArn } = config;
  const accountId = aws.getCallerIdentityOutput({}, { parent }).accountId;
  return { suffix, region: REGION, accountId, names: physicalNames(suffix, ""), protectData, permissionsBoundaryArn };
}

/** The parts that an output names. */
interface Parts {
  readonly stream: aws.kinesis.Stream;
  readonly table: aws.dynamodb.Table;
  readonly bucket: aws.s3.Bucket;
  readonly function: aws.lambda.Function;
  readonly policy: aws.iot.Policy;
  readonly topic: aws.sns.Topic;
  readonly dashboard: aws.cloudwatch.Dashboard;
  readonly history: History;
  readonly errorLog: aws.cloudwatch.LogGroup;
  readonly watch: DeviceWatch | undefined;
}

function outputsOf(parts: Parts, { topicPrefix }: StackConfig, parent: pulumi.Resource): TapStackOutputs {
  const console = `https://${REGION}.console.aws.amazon.com`;
  return {
    kinesis_stream_name: parts.stream.name,
    kinesis_stream_arn: parts.stream.arn,
    dynamodb_table_name: parts.table.name,
    s3_bucket_name: parts.bucket.bucket,
    lambda_function_name: parts.function.name,
    iot_policy_name: parts.policy.name,
    alarm_topic_arn: parts.topic.arn,
    region: pulumi.output(REGION),
    iot_endpoint: aws.iot.getEndpointOutput({ endpointType: "iot:Data-ATS" }, { parent }).endpointAddress,
    dashboard_url: pulumi.interpolate`${console}/cloudwatch/home?region=${REGION}#dashboards/dashboard/${parts.dashboard.dashboardName}`,
    athena_database: parts.history.database.name,
    athena_workgroup: parts.history.workgroup.name,
    rule_error_log: parts.errorLog.name,
    topic_prefix: pulumi.output(topicPrefix),
    watch_table_name: parts.watch?.table.name ?? pulumi.output(""),
    watch_topic_arn: parts.watch?.topic.arn ?? pulumi.output(""),
    watch_feed_topic_arn: parts.watch?.feed.arn ?? pulumi.output(""),
  };
}

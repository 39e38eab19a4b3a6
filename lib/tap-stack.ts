import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { OutputName } from "../contract/outputs";
import { ArchiveBucket } from "./archive-bucket";
import { ArchiveDelivery } from "./archive-delivery";
import { REGION, type StackConfig } from "./config";
import { DeviceAccess } from "./device-access";
import type { Environment } from "./environment";
import { History } from "./history";
import { HotStore } from "./hot-store";
import { Ingestion } from "./ingestion";
import { Monitoring } from "./monitoring";
import { physicalNames } from "./names";
import { Processor } from "./processor";
import { ReadingStream } from "./reading-stream";

export interface TapStackArgs {
  readonly config: StackConfig;
}

/** The stack's outputs, by name. */
export type TapStackOutputs = Readonly<Record<OutputName, pulumi.Output<string>>>;

/** One environment of a plant: from the sensors' topics to the stores, and who watches over it. */
export class TapStack extends pulumi.ComponentResource {
  readonly outputs: TapStackOutputs;

  constructor(name: string, { config }: TapStackArgs, opts?: pulumi.ComponentResourceOptions) {
    super("iot:index:TapStack", name, {}, opts);
    const parent = { parent: this };
    // The parts' resources inherit it: deletion is refused for what takes readings in, keeps, guards or reads them back.
    const kept = { ...parent, protect: config.protectData };
    const environment = environmentOf(config, this);

    const { bucket } = new ArchiveBucket(`${name}-archive`, { environment }, kept);
    const { table } = new HotStore(`${name}-hot-store`, { environment }, kept);
    const history = new History(`${name}-history`, { environment, config, bucket }, kept);
    const { stream } = new ReadingStream(`${name}-stream`, { environment, config }, kept);
    const processor = new Processor(`${name}-processor`, { environment, config, stream, table, bucket }, kept);
    const { deliveryStream, transform } = new ArchiveDelivery(
      `${name}-archive-delivery`,
      { environment, config, stream, bucket, table: history.readings },
      kept,
    );
    const { rule, errorLog } = new Ingestion(
      `${name}-ingestion`,
      { environment, config, stream, readers: [deliveryStream] },
      kept,
    );
    const { policy } = new DeviceAccess(`${name}-device-access`, { environment, config }, kept);
    const monitoring = new Monitoring(
      `${name}-monitoring`,
      {
        environment,
        config,
        stream,
        rule,
        table,
        bucket,
        function: processor.function,
        mapping: processor.mapping,
        deliveryStream,
        transform,
      },
      parent,
    );

    this.outputs = {
      kinesis_stream_name: stream.name,
      kinesis_stream_arn: stream.arn,
      dynamodb_table_name: table.name,
      s3_bucket_name: bucket.bucket,
      lambda_function_name: processor.function.name,
      iot_policy_name: policy.name,
      alarm_topic_arn: monitoring.topic.arn,
      region: pulumi.output(REGION),
      iot_endpoint: aws.iot.getEndpointOutput({ endpointType: "iot:Data-ATS" }, parent).endpointAddress,
      dashboard_url: pulumi.interpolate`https://${REGION}.console.aws.amazon.com/cloudwatch/home?region=${REGION}#dashboards/dashboard/${monitoring.dashboard.dashboardName}`,
      athena_database: history.database.name,
      athena_workgroup: history.workgroup.name,
      rule_error_log: errorLog.name,
      topic_prefix: pulumi.output(config.topicPrefix),
    };
    this.registerOutputs(this.outputs);
  }
}

function environmentOf(config: StackConfig, parent: pulumi.Resource): Environment {
  const { environmentSuffix: suffix, protectData, permissionsBoundaryArn } = config;
  const accountId = aws.getCallerIdentityOutput({}, { parent }).accountId;
  return { suffix, region: REGION, accountId, names: physicalNames(suffix, ""), protectData, permissionsBoundaryArn };
}

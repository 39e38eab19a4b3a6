import * as pulumi from "@pulumi/pulumi";
import { type Alarm, alarms } from "./alarms";
import * as aws from "./aws";
import type { StackConfig } from "./config";
import { dashboardBody } from "./dashboard";
import type { DeviceWatch } from "./device-watch";
import { arnOf, type Environment, tagsOf } from "./environment";
import { mailTopic, type Publishers } from "./mail-topic";
import { type Metric, metricsOf, type Watched } from "./metrics";
import { alarmName } from "./names";

/** Arguments of `Monitoring`: what is watched. */
export interface MonitoringArgs {
  /** Where the stack is deployed, and its physical names. */
  readonly environment: Environment;
  /** Thresholds of the alarms, and the addresses that they are sent to. */
  readonly config: StackConfig;
  /** The stream of the readings. */
  readonly stream: aws.kinesis.Stream;
  /** The rule from the device topics into the stream. */
  readonly rule: aws.iot.TopicRule;
  /** The hot tier. */
  readonly table: aws.dynamodb.Table;
  /** The archive bucket. */
  readonly bucket: aws.s3.Bucket;
  /** The processor. */
  readonly function: aws.lambda.Function;
  /** The event source mapping from the stream to the processor. */
  readonly mapping: aws.lambda.EventSourceMapping;
  /** The delivery from the stream to the archive. */
  readonly deliveryStream: aws.kinesis.FirehoseDeliveryStream;
  /** The function that transforms payloads into rows of the archive. */
  readonly transform: aws.lambda.Function;
  /** The device watch; undefined where there are no rules. */
  readonly watch: DeviceWatch | undefined;
}

/** The alarm topic with its subscribers, the alarms, and the dashboard. */
export class Monitoring extends pulumi.ComponentResource {
  /** Receives every alarm and every recovery. */
  readonly topic: aws.sns.Topic;
  readonly dashboard: aws.cloudwatch.Dashboard;

  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("iot:index:Monitoring", name, {}, opts);
    const { environment, config } = args;
    const { names, region } = environment;
    const childOptions = { parent: this };
    const watched = watchedBy(args);
    const { topic, topicPolicy } = mailTopic(
      name,
      {
        environment,
        topicName: names.alarmTopic,
        purpose: "Alarms and recoveries",
        emails: config.alarmEmails,
        publishers: letAlarmsPublish(environment),
      },
      childOptions,
    );
    this.topic = topic;
    const metrics = metricsOf(watched);
    for (const alarm of alarms(config)) {
      new aws.cloudwatch.MetricAlarm(
        `${name}-${alarm.key}`,
        alarmSettings(alarm, metrics[alarm.metric], this.topic, environment),
        { ...childOptions, dependsOn: [topicPolicy] },
      );
    }
    const body = pulumi.output(watched).apply((known) => JSON.stringify(dashboardBody(known, region)));
    this.dashboard = new aws.cloudwatch.Dashboard(
      `${name}-dashboard`,
      { dashboardName: names.dashboard, dashboardBody: body },
      childOptions,
    );
    this.registerOutputs({ topicArn: this.topic.arn });
  }
}

function watchedBy(args: MonitoringArgs): Watched<pulumi.Output<string>> {
  const { watch } = args;
  return {
    suffix: args.environment.suffix,
    streamName: args.stream.name,
    ruleName: args.rule.name,
    tableName: args.table.name,
    bucketName: args.bucket.bucket,
    functionName: args.function.name,
    mappingUuid: args.mapping.uuid,
    deliveryStreamName: args.deliveryStream.name,
    transformName: args.transform.name,
    deviceWatch: watch && {
      functionName: watch.function.name,
      mappingUuid: watch.mapping.uuid,
      sweepName: watch.sweep.name,
      tableName: watch.table.name,
    },
  };
}

function alarmSettings(
  alarm: Alarm,
  { namespace, name, dimensions, unit }: Metric<pulumi.Output<string>>,
  topic: aws.sns.Topic,
  environment: Environment,
): aws.cloudwatch.MetricAlarmArgs {
  const physicalName = alarmName(alarm.key, environment.suffix);
  const counted = alarm.statistic === "Maximum" ? `maximum age, ${unit}` : unit;
  return {
    name: physicalName,
    alarmDescription: `${alarm.description} (${counted}). What to do: docs/operations.md#${alarm.key}`,
    namespace,
    metricName: name,
    dimensions,
    statistic: alarm.statistic,
    comparisonOperator: alarm.comparison,
    threshold: alarm.threshold,
    period: alarm.periodSeconds,
    evaluationPeriods: alarm.periods,
    treatMissingData: alarm.missingData,
    alarmActions: [topic.arn],
    okActions: [topic.arn],
    tags: tagsOf(environment, physicalName, "Alarm"),
  };
}

/** Only alarms of this account may publish. */
function letAlarmsPublish(environment: Environment): pulumi.Output<Publishers> {
  const alarmArns = arnOf(environment, "cloudwatch", "alarm:*");
  return pulumi.output({ alarmArns, accountId: environment.accountId }).apply(
    (known): Publishers => ({
      Sid: "LetAlarmsPublish",
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Condition: {
        ArnLike: { "aws:SourceArn": known.alarmArns },
        StringEquals: { "aws:SourceAccount": known.accountId },
      },
    }),
  );
}

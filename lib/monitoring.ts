import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { alarms } from "./alarms";
import type { StackConfig } from "./config";
import { dashboardBody } from "./dashboard";
import { arnOf, type Environment, tagsOf } from "./environment";
import { alarmName } from "./names";
import { denyPlainHttp, type PolicyDocument, policyDocument, policyText } from "./policy-document";

export interface MonitoringArgs {
  readonly environment: Environment;
  readonly config: StackConfig;
  readonly stream: aws.kinesis.Stream;
  readonly rule: aws.iot.TopicRule;
  readonly table: aws.dynamodb.Table;
  readonly bucket: aws.s3.Bucket;
  readonly function: aws.lambda.Function;
  readonly mapping: aws.lambda.EventSourceMapping;
  readonly deliveryStream: aws.kinesis.FirehoseDeliveryStream;
  readonly transform: aws.lambda.Function;
}

/** Who is told, of what, and where to look: the alarm topic and its subscribers, the alarms, the dashboard. */
export class Monitoring extends pulumi.ComponentResource {
  readonly topic: aws.sns.Topic;
  readonly dashboard: aws.cloudwatch.Dashboard;

  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("iot:index:Monitoring", name, {}, opts);
    const { environment, config, stream, rule, table, bucket, mapping } = args;
    const { names, suffix, region } = environment;
    const parent = { parent: this };
    this.topic = new aws.sns.Topic(
      `${name}-topic`,
      // No key: with alias/aws/sns CloudWatch may not publish, and no alarm would ever arrive.
      { name: names.alarmTopic, tags: tagsOf(environment, names.alarmTopic, "Alarms and recoveries") },
      parent,
    );
    const topicPolicy = new aws.sns.TopicPolicy(
      `${name}-topic-policy`,
      {
        arn: this.topic.arn,
        policy: policyText(
          {
            topicArn: this.topic.arn,
            alarmArns: arnOf(environment, "cloudwatch", "alarm:*"),
            accountId: environment.accountId,
          },
          alarmTopicPolicy,
        ),
      },
      parent,
    );
    for (const email of config.alarmEmails) {
      new aws.sns.TopicSubscription(
        `${name}-email-${email}`,
        { topic: this.topic.arn, protocol: "email", endpoint: email },
        parent,
      );
    }
    const watched = {
      suffix,
      streamName: stream.name,
      ruleName: rule.name,
      tableName: table.name,
      functionName: args.function.name,
      mappingUuid: mapping.uuid,
      deliveryStreamName: args.deliveryStream.name,
      transformName: args.transform.name,
    };
    for (const alarm of alarms(watched, config)) {
      const physicalName = alarmName(alarm.key, suffix);
      new aws.cloudwatch.MetricAlarm(
        `${name}-${alarm.key}`,
        {
          name: physicalName,
          alarmDescription: `${alarm.description} What to do: docs/operations.md#${alarm.key}`,
          namespace: alarm.namespace,
          metricName: alarm.metric,
          dimensions: alarm.dimensions,
          statistic: alarm.statistic,
          comparisonOperator: alarm.comparison,
          threshold: alarm.threshold,
          period: alarm.periodSeconds,
          evaluationPeriods: alarm.periods,
          treatMissingData: alarm.missingData,
          alarmActions: [this.topic.arn],
          okActions: [this.topic.arn],
          tags: tagsOf(environment, physicalName, "Alarm"),
        },
        { ...parent, dependsOn: [topicPolicy] },
      );
    }
    this.dashboard = new aws.cloudwatch.Dashboard(
      `${name}-dashboard`,
      {
        dashboardName: names.dashboard,
        dashboardBody: pulumi
          .output({ ...watched, region, bucketName: bucket.bucket })
          .apply((shown) => JSON.stringify(dashboardBody(shown))),
      },
      parent,
    );
    this.registerOutputs({ topicArn: this.topic.arn });
  }
}

/** Alarms of this account publish, over TLS; nobody else does. */
export function alarmTopicPolicy({
  topicArn,
  alarmArns,
  accountId,
}: {
  topicArn: string;
  alarmArns: string;
  accountId: string;
}): PolicyDocument {
  return policyDocument(denyPlainHttp("sns:Publish", [topicArn]), {
    Sid: "LetAlarmsPublish",
    Effect: "Allow",
    Principal: { Service: "cloudwatch.amazonaws.com" },
    Action: "sns:Publish",
    Resource: topicArn,
    Condition: { ArnLike: { "aws:SourceArn": alarmArns }, StringEquals: { "aws:SourceAccount": accountId } },
  });
}

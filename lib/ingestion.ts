import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "./config";
import { arnOf, type Environment, tagsOf } from "./environment";
import { type PolicyDocument, policyDocument, policyText, trustPolicy } from "./policy-document";

export interface IngestionArgs {
  readonly environment: Environment;
  readonly config: Pick<StackConfig, "streamMode" | "shardCount" | "streamRetentionHours" | "logRetentionDays">;
}

/** Every shard-level metric that the dashboard and an operator's questions need. */
const SHARD_LEVEL_METRICS = [
  "IncomingBytes",
  "IncomingRecords",
  "OutgoingBytes",
  "OutgoingRecords",
  "WriteProvisionedThroughputExceeded",
  "ReadProvisionedThroughputExceeded",
  "IteratorAgeMilliseconds",
];

/** From the MQTT topic into the stream: the stream, the rule that fills it, the rule's role and its error log. */
export class Ingestion extends pulumi.ComponentResource {
  readonly stream: aws.kinesis.Stream;
  readonly rule: aws.iot.TopicRule;

  constructor(name: string, { environment, config }: IngestionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("iot:index:Ingestion", name, {}, opts);
    const { names } = environment;
    const parent = { parent: this };
    const onDemand = config.streamMode === "ON_DEMAND";
    this.stream = new aws.kinesis.Stream(
      `${name}-stream`,
      {
        name: names.stream,
        streamModeDetails: { streamMode: config.streamMode },
        ...(onDemand ? {} : { shardCount: config.shardCount }),
        retentionPeriod: config.streamRetentionHours,
        shardLevelMetrics: SHARD_LEVEL_METRICS,
        encryptionType: "KMS",
        kmsKeyId: "alias/aws/kinesis",
        tags: tagsOf(environment, names.stream, "Readings on their way to the processor"),
      },
      { ...parent, protect: environment.protectData },
    );
    const errorLog = new aws.cloudwatch.LogGroup(
      `${name}-error-log`,
      {
        name: names.ruleErrorLog,
        retentionInDays: config.logRetentionDays,
        tags: tagsOf(environment, names.ruleErrorLog, "Messages that the rule could not put into the stream"),
      },
      parent,
    );
    const role = new aws.iam.Role(
      `${name}-rule-role`,
      {
        name: names.ruleRole,
        assumeRolePolicy: policyText(
          { account: environment.accountId, arn: arnOf(environment, "iot", `rule/${names.rule}`) },
          (source) => trustPolicy("iot.amazonaws.com", source),
        ),
        tags: tagsOf(environment, names.ruleRole, "Lets the rule write to the stream and to its error log"),
      },
      parent,
    );
    const rolePolicy = new aws.iam.RolePolicy(
      `${name}-rule-role-policy`,
      {
        name: "write-stream-and-error-log",
        role: role.id,
        policy: policyText({ streamArn: this.stream.arn, errorLogArn: errorLog.arn }, ruleRolePolicy),
      },
      parent,
    );
    this.rule = new aws.iot.TopicRule(
      `${name}-rule`,
      {
        name: names.rule,
        description: "Puts each device's readings into the stream, under the name of the thing that published.",
        enabled: true,
        // All of it, and nothing added: only so does a payload that is not JSON pass through as it is.
        sql: "SELECT * FROM 'sensor/data/#'",
        sqlVersion: "2016-03-23",
        // A plain string: AWS IoT substitutes the topic's third level, the thing that published.
        kineses: [{ streamName: this.stream.name, partitionKey: "${topic(3)}", roleArn: role.arn }],
        errorAction: { cloudwatchLogs: { logGroupName: errorLog.name, roleArn: role.arn } },
        tags: tagsOf(environment, names.rule, "From the device topics into the stream"),
      },
      // A rule that is on before its role may write would drop what arrives.
      { ...parent, dependsOn: [rolePolicy] },
    );
    this.registerOutputs({ streamName: this.stream.name, ruleName: this.rule.name });
  }
}

/** What the rule does: put into this stream, and write its own error log. */
export function ruleRolePolicy({ streamArn, errorLogArn }: { streamArn: string; errorLogArn: string }): PolicyDocument {
  return policyDocument(
    { Sid: "PutReadings", Effect: "Allow", Action: "kinesis:PutRecord", Resource: streamArn },
    {
      Sid: "WriteErrorLog",
      Effect: "Allow",
      // https://docs.aws.amazon.com/iot/latest/developerguide/cloudwatch-logs-rule-action.html
      Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
      Resource: [errorLogArn, `${errorLogArn}:*`],
    },
  );
}

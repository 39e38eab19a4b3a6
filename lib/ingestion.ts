import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { topicsOf } from "../contract/topics";
import type { StackConfig } from "./config";
import { arnOf, boundaryOf, type Environment, tagsOf } from "./environment";
import { type PolicyDocument, policyDocument, policyText, trustPolicy } from "./policy-document";

export interface IngestionArgs {
  readonly environment: Environment;
  readonly config: Pick<StackConfig, "logRetentionDays" | "topicPrefix">;
  /** Where the messages go. */
  readonly stream: aws.kinesis.Stream;
  /** What reads the stream from its latest record on: it has to exist before the first message. */
  readonly readers: readonly pulumi.Resource[];
}

/** From the MQTT topic into the stream: the rule, its role and its error log. */
export class Ingestion extends pulumi.ComponentResource {
  readonly rule: aws.iot.TopicRule;
  readonly errorLog: aws.cloudwatch.LogGroup;

  constructor(name: string, args: IngestionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("iot:index:Ingestion", name, {}, opts);
    const { environment, config, stream, readers } = args;
    const { names } = environment;
    const parent = { parent: this };
    const topics = topicsOf(config.topicPrefix);
    this.errorLog = new aws.cloudwatch.LogGroup(
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
        ...boundaryOf(environment),
        tags: tagsOf(environment, names.ruleRole, "Lets the rule write to the stream and to its error log"),
      },
      parent,
    );
    const rolePolicy = new aws.iam.RolePolicy(
      `${name}-rule-role-policy`,
      {
        name: "write-stream-and-error-log",
        role: role.id,
        policy: policyText({ streamArn: stream.arn, errorLogArn: this.errorLog.arn }, ruleRolePolicy),
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
        sql: `SELECT * FROM '${topics.filter}'`,
        sqlVersion: "2016-03-23",
        // AWS IoT substitutes this level of the topic, the thing that published.
        kineses: [{ streamName: stream.name, partitionKey: `\${topic(${topics.thingLevel})}`, roleArn: role.arn }],
        errorAction: { cloudwatchLogs: { logGroupName: this.errorLog.name, roleArn: role.arn } },
        tags: tagsOf(environment, names.rule, "From the device topics into the stream"),
      },
      // A rule that is on before its role may write would drop what arrives.
      { ...parent, dependsOn: [rolePolicy, ...readers] },
    );
    this.registerOutputs({ ruleName: this.rule.name });
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

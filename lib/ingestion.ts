import * as pulumi from "@pulumi/pulumi";
import { topicsOf } from "../contract/topics";
import * as aws from "./aws";
import type { StackConfig } from "./config";
import { arnOf, type Environment, tagsOf } from "./environment";
import { logGroup } from "./log-group";
import { type PolicyDocument, policyDocument, policyText, trustPolicy } from "./policy-document";
import { type ServiceRoleArgs, serviceRole } from "./service-role";

/** Arguments of `Ingestion`. */
export interface IngestionArgs {
  /** Where the stack is deployed, and its physical names. */
  readonly environment: Environment;
  /** Keys of the configuration that this part reads. */
  readonly config: Pick<StackConfig, "logRetentionDays" | "topicPrefix">;
  /** The stream that the messages go to. */
  readonly stream: aws.kinesis.Stream;
  /** Readers that begin at the latest record of the stream: they must exist before the first message. */
  readonly readers: readonly pulumi.Resource[];
}

/** From the MQTT topics into the stream: the rule, its role and its error log. */
export class Ingestion extends pulumi.ComponentResource {
  readonly rule: aws.iot.TopicRule;
  /** Receives the messages that the rule could not put into the stream. */
  readonly errorLog: aws.cloudwatch.LogGroup;

  constructor(name: string, args: IngestionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("iot:index:Ingestion", name, {}, opts);
    const { environment, config, readers } = args;
    const { names } = environment;
    const childOptions = { parent: this };
    this.errorLog = logGroup(
      `${name}-error-log`,
      {
        environment,
        logGroupName: names.ruleErrorLog,
        retentionDays: config.logRetentionDays,
        purpose: "Messages that the rule could not put into the stream",
      },
      childOptions,
    );
    const { role, rolePolicy } = serviceRole(`${name}-rule-role`, this.#ruleRole(args), childOptions);
    this.rule = new aws.iot.TopicRule(
      `${name}-rule`,
      {
        ...ruleSettings(args, role, this.errorLog),
        tags: tagsOf(environment, names.rule, "From the device topics into the stream"),
      },
      // A rule that is enabled before its role may write would drop messages.
      { ...childOptions, dependsOn: [rolePolicy, ...readers] },
    );
    this.registerOutputs({ ruleName: this.rule.name });
  }

  #ruleRole({ environment, stream }: IngestionArgs): ServiceRoleArgs {
    const { names, accountId } = environment;
    return {
      environment,
      roleName: names.ruleRole,
      purpose: "Lets the rule write to the stream and to its error log",
      trust: policyText({ account: accountId, arn: arnOf(environment, "iot", `rule/${names.rule}`) }, (source) =>
        trustPolicy("iot.amazonaws.com", source),
      ),
      policyName: "write-stream-and-error-log",
      policy: policyText({ streamArn: stream.arn, errorLogArn: this.errorLog.arn }, ruleRolePolicy),
    };
  }
}

function ruleSettings(
  { environment, config, stream }: IngestionArgs,
  role: aws.iam.Role,
  errorLog: aws.cloudwatch.LogGroup,
): aws.iot.TopicRuleArgs {
  const topics = topicsOf(config.topicPrefix);
  return {
    name: environment.names.rule,
    description: "Puts each device's readings into the stream, under the name of the thing that published.",
    enabled: true,
    // The whole message and nothing added: only then does a payload that is not JSON pass through unchanged.
    sql: `SELECT * FROM '${topics.filter}'`,
    sqlVersion: "2016-03-23",
    // AWS IoT substitutes this level of the topic: the thing that published.
    kineses: [{ streamName: stream.name, partitionKey: `\${topic(${topics.thingLevel})}`, roleArn: role.arn }],
    errorAction: { cloudwatchLogs: { logGroupName: errorLog.name, roleArn: role.arn } },
  };
}

/** The rule puts records into this stream and writes its own error log. */
function ruleRolePolicy({ streamArn, errorLogArn }: { streamArn: string; errorLogArn: string }): PolicyDocument {
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

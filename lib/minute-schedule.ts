import type * as pulumi from "@pulumi/pulumi";
import * as aws from "./aws";
import { type Environment, tagsOf } from "./environment";

/** Arguments of `minuteSchedule`. */
export interface MinuteScheduleArgs {
  /** Where the stack is deployed, and its physical names. */
  readonly environment: Environment;
  /** Physical name of the rule. */
  readonly ruleName: string;
  /** The `Purpose` tag, also the rule's description. */
  readonly purpose: string;
  /** The function that is called each minute. */
  readonly function: aws.lambda.Function;
}

/** Calls a function each minute. A call that fails is not repeated: the next one does its work. */
export function minuteSchedule(
  name: string,
  { environment, ruleName, purpose, function: called }: MinuteScheduleArgs,
  opts: pulumi.CustomResourceOptions,
): void {
  new aws.lambda.FunctionEventInvokeConfig(
    `${name}-no-retry`,
    {
      functionName: called.name,
      maximumRetryAttempts: 0,
      // A throttled call waits for six hours otherwise: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
      maximumEventAgeInSeconds: 60,
    },
    opts,
  );
  const rule = new aws.cloudwatch.EventRule(
    `${name}-rule`,
    {
      name: ruleName,
      description: purpose,
      scheduleExpression: "rate(1 minute)",
      tags: tagsOf(environment, ruleName, purpose),
    },
    opts,
  );
  const permission = new aws.lambda.Permission(
    `${name}-permission`,
    {
      statementId: "LetScheduleInvoke",
      action: "lambda:InvokeFunction",
      function: called.name,
      principal: "events.amazonaws.com",
      sourceArn: rule.arn,
      sourceAccount: environment.accountId,
    },
    opts,
  );
  new aws.cloudwatch.EventTarget(
    `${name}-target`,
    { rule: rule.name, targetId: "function", arn: called.arn },
    { ...opts, dependsOn: [permission] },
  );
}

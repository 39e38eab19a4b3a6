import type * as pulumi from "@pulumi/pulumi";
import * as aws from "./aws";
import { type Environment, tagsOf } from "./environment";

/** Arguments of `logGroup`. */
export interface LogGroupArgs {
  /** Where the stack is deployed, and its physical names. */
  readonly environment: Environment;
  /** Physical name. Whatever writes to the group must find it: a group that AWS creates by itself never expires. */
  readonly logGroupName: string;
  /** How long a log line is kept, in days: one of the numbers that CloudWatch accepts. */
  readonly retentionDays: number;
  /** The `Purpose` tag. */
  readonly purpose: string;
}

/** A log group whose lines expire. */
export function logGroup(
  name: string,
  { environment, logGroupName, retentionDays, purpose }: LogGroupArgs,
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.LogGroup {
  return new aws.cloudwatch.LogGroup(
    name,
    { name: logGroupName, retentionInDays: retentionDays, tags: tagsOf(environment, logGroupName, purpose) },
    opts,
  );
}

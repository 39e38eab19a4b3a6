import * as pulumi from "@pulumi/pulumi";
import type { PhysicalNames } from "./names";
import { physicalNames } from "./names";

/** Where a stack is deployed, and its physical names. Every component takes it. */
export interface Environment {
  /** Suffix of every physical name. */
  readonly suffix: string;
  /** AWS region of the stack. */
  readonly region: string;
  /** AWS account of the stack, twelve digits. */
  readonly accountId: pulumi.Output<string>;
  /** Physical names. Those of the buckets contain the account's id, so `bucketName` makes them. */
  readonly names: Omit<PhysicalNames, "archiveBucket" | "accessLogBucket">;
  /** Whether the parts that receive, keep, guard or read back readings refuse deletion. */
  readonly protectData: boolean;
  /** ARN of each role's permissions boundary; "" for none. */
  readonly permissionsBoundaryArn: string;
}

/** The physical name of one of the two buckets. */
export function bucketName(
  environment: Environment,
  bucket: "archiveBucket" | "accessLogBucket",
): pulumi.Output<string> {
  return environment.accountId.apply((accountId) => physicalNames(environment.suffix, accountId)[bucket]);
}

/** The tags of a resource: its name, its environment and its purpose. */
export function tagsOf(
  environment: Environment,
  name: pulumi.Input<string>,
  purpose: string,
): Record<string, pulumi.Input<string>> {
  return { Name: name, Environment: environment.suffix, Purpose: purpose };
}

/** `arn:aws:<service>:<region>:<account>:<resource>` in this environment. */
export function arnOf(environment: Environment, service: string, resource: string): pulumi.Output<string> {
  return pulumi.interpolate`arn:aws:${service}:${environment.region}:${environment.accountId}:${resource}`;
}

import * as pulumi from "@pulumi/pulumi";
import type { PhysicalNames } from "./names";
import { physicalNames } from "./names";

/** Where a stack is deployed and how its parts are called there; every component takes it. */
export interface Environment {
  /** Ends every physical name. */
  readonly suffix: string;
  readonly region: string;
  readonly accountId: pulumi.Output<string>;
  /** Names without the account in them; those of the buckets are `bucketName`'s. */
  readonly names: Omit<PhysicalNames, "archiveBucket" | "accessLogBucket">;
  /** Refuse deletion of what holds data. */
  readonly protectData: boolean;
  /** ARN of the policy that bounds what each role may do; "" is none. */
  readonly permissionsBoundaryArn: string;
}

/** The name of one of the two buckets, which holds the account's id. */
export function bucketName(
  environment: Environment,
  bucket: "archiveBucket" | "accessLogBucket",
): pulumi.Output<string> {
  return environment.accountId.apply((accountId) => physicalNames(environment.suffix, accountId)[bucket]);
}

/** The tags of a resource: who it is, which environment it belongs to, and what it is for. */
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

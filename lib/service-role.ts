import type * as pulumi from "@pulumi/pulumi";
import * as aws from "./aws";
import { type Environment, tagsOf } from "./environment";

/** Arguments of `serviceRole`. */
export interface ServiceRoleArgs {
  /** Where the stack is deployed, and its physical names. */
  readonly environment: Environment;
  /** Physical name. */
  readonly roleName: string;
  /** The `Purpose` tag. */
  readonly purpose: string;
  /** Text of the trust policy: which service may assume the role, and for which resource. */
  readonly trust: pulumi.Input<string>;
  /** Name of the inline policy within the role. */
  readonly policyName: string;
  /** Text of the inline policy: everything that the role may do. */
  readonly policy: pulumi.Input<string>;
}

/** A role and its one inline policy. */
export interface ServiceRole {
  /** The role that the service assumes. */
  readonly role: aws.iam.Role;
  /** Must exist before the service uses the role. */
  readonly rolePolicy: aws.iam.RolePolicy;
}

/** A role that one AWS service assumes, within the permissions boundary of the environment. */
export function serviceRole(
  name: string,
  { environment, roleName, purpose, trust, policyName, policy }: ServiceRoleArgs,
  opts: pulumi.CustomResourceOptions,
): ServiceRole {
  const { permissionsBoundaryArn } = environment;
  const role = new aws.iam.Role(
    name,
    {
      name: roleName,
      assumeRolePolicy: trust,
      ...(permissionsBoundaryArn === "" ? {} : { permissionsBoundary: permissionsBoundaryArn }),
      tags: tagsOf(environment, roleName, purpose),
    },
    opts,
  );
  const rolePolicy = new aws.iam.RolePolicy(`${name}-policy`, { name: policyName, role: role.id, policy }, opts);
  return { role, rolePolicy };
}

/** An Amazon Resource Name in its parts. */
export interface Arn {
  readonly service: string;
  /** Empty for a global service. */
  readonly region: string;
  /** Empty for an S3 bucket. */
  readonly accountId: string;
  /** The rest, such as `stream/name`. */
  readonly resource: string;
}

/**
 * Splits an ARN: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 * @throws Error for a string that is not an ARN
 */
export function parseArn(arn: string): Arn {
  const [, service, region, accountId, resource] = /^arn:[^:]+:([^:]+):([^:]*):([^:]*):(.+)$/.exec(arn) ?? [];
  if (service === undefined || region === undefined || accountId === undefined || resource === undefined)
    throw new Error(
      `An ARN must be arn:<partition>:<service>:<region>:<account>:<resource>, got ${JSON.stringify(arn)}`,
    );
  return { service, region, accountId, resource };
}

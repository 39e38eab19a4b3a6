import * as pulumi from "@pulumi/pulumi";

/** One statement of a policy: one purpose, with a name that says it. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: "*" | { readonly Service: string };
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A policy document, as IAM and AWS IoT read it. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/** The document of these statements. */
export function policyDocument(...statements: Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

/** The text of a document that is made of names known only when they exist. */
export function policyText<Names extends object>(
  names: Names,
  document: (names: pulumi.UnwrappedObject<Names>) => PolicyDocument,
): pulumi.Output<string> {
  return pulumi.output(names).apply((known) => JSON.stringify(document(known as pulumi.UnwrappedObject<Names>)));
}

/** Lets one AWS service take a role on, and only for a resource of this account where a source is named. */
export function trustPolicy(
  service: string,
  source?: { readonly account: string; readonly arn: string },
): PolicyDocument {
  return policyDocument({
    Sid: "LetServiceAssumeRole",
    Effect: "Allow",
    Principal: { Service: service },
    Action: "sts:AssumeRole",
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    ...(source && {
      Condition: { StringEquals: { "aws:SourceAccount": source.account }, ArnLike: { "aws:SourceArn": source.arn } },
    }),
  });
}

/** Refuses whoever comes over plain HTTP. */
export function denyPlainHttp(action: string, resources: readonly string[]): Statement {
  return {
    Sid: "DenyPlainHttp",
    Effect: "Deny",
    Principal: "*",
    Action: action,
    Resource: resources,
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}

/** Holds for buckets of this account only: a bucket that somebody else creates under this name, once it is deleted here, gets nothing. */
export function ownBucket(accountId: string): NonNullable<Statement["Condition"]> {
  return { StringEquals: { "s3:ResourceAccount": accountId } };
}

import * as pulumi from "@pulumi/pulumi";

/** A statement of a policy. It serves one purpose, which its `Sid` names. */
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

/** A document with these statements. */
export function policyDocument(...statements: Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

/** The JSON of a document whose names are known only after deployment. */
export function policyText<Names extends object>(
  names: Names,
  document: (names: pulumi.UnwrappedObject<Names>) => PolicyDocument,
): pulumi.Output<string> {
  return pulumi.output(names).apply((known) => JSON.stringify(document(known as pulumi.UnwrappedObject<Names>)));
}

/** Lets one AWS service assume a role; with a source, only on behalf of that resource of that account. */
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

/** Refuses every request over plain HTTP. */
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

/** A condition: the bucket belongs to this account. Bucket names are global, so after a deletion another account can take the name. */
export function ownBucket(accountId: string): NonNullable<Statement["Condition"]> {
  return { StringEquals: { "s3:ResourceAccount": accountId } };
}

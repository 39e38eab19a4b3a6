import { describe, expect, it } from "vitest";
import {
  type Decision,
  evaluatePolicy,
  type PolicyRequest,
  UnsupportedPolicyError,
} from "../../../../local/aws/iam/policy-evaluator";

type Fields = Readonly<Record<string, unknown>>;

const ALLOW = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::plant/a" };
const DENY = { ...ALLOW, Effect: "Deny" };
const GET: PolicyRequest = { action: "s3:GetObject", resource: "arn:aws:s3:::plant/a" };

function policy(...statements: Fields[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** The decision on `request` where the base statement has these fields. */
function decide(fields: Fields, request: Partial<PolicyRequest> = {}): Decision {
  return evaluatePolicy([policy({ ...ALLOW, ...fields })], { ...GET, ...request });
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
describe("the decision", () => {
  it.each([
    ["nothing is allowed by default", [], "implicitDeny"],
    ["a statement that matches allows", [policy(ALLOW)], "allow"],
    ["a statement that matches denies", [policy(DENY)], "explicitDeny"],
    ["a deny wins over an allow before it", [policy(ALLOW, DENY)], "explicitDeny"],
    ["a deny wins over an allow behind it", [policy(DENY, ALLOW)], "explicitDeny"],
    ["a deny in one document wins over an allow in another", [policy(ALLOW), policy(DENY)], "explicitDeny"],
    [
      "a statement that does not match decides nothing",
      [policy({ ...DENY, Action: "s3:PutObject" }), policy(ALLOW)],
      "allow",
    ],
    ["one allow is enough", [policy({ ...ALLOW, Action: "s3:PutObject" }), policy(ALLOW)], "allow"],
  ] as const)("%s", (_rule, documents, decision) => {
    expect(evaluatePolicy(documents, GET)).toBe(decision);
  });

  it("takes one statement without a list", () => {
    expect(evaluatePolicy([JSON.stringify({ Version: "2012-10-17", Statement: ALLOW })], GET)).toBe("allow");
  });
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
describe("actions", () => {
  it.each([
    ["s3:GetObject", "s3:GetObject", true],
    ["S3:getobject", "s3:GetObject", true],
    ["s3:Get*", "s3:GetObject", true],
    ["s3:*", "s3:GetObject", true],
    ["*", "s3:GetObject", true],
    ["s3:GetObjec?", "s3:GetObject", true],
    ["s3:GetObject?", "s3:GetObject", false],
    ["s3:Get", "s3:GetObject", false],
    ["s3.GetObject", "s3:GetObject", false],
    [["s3:PutObject", "s3:GetObject"], "s3:GetObject", true],
    [["s3:PutObject", "s3:ListBucket"], "s3:GetObject", false],
  ])("%j matches %s: %s", (Action, action, matches) => {
    expect(decide({ Action }, { action })).toBe(matches ? "allow" : "implicitDeny");
  });
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
describe("resources", () => {
  it.each([
    ["arn:aws:s3:::plant/a", "arn:aws:s3:::plant/a", true],
    ["arn:aws:s3:::plant/A", "arn:aws:s3:::plant/a", false],
    ["arn:aws:s3:::plant/*", "arn:aws:s3:::plant/a/b/c", true],
    ["arn:aws:s3:::plant/*", "arn:aws:s3:::plant/", true],
    ["arn:aws:s3:::plant/*", "arn:aws:s3:::plant", false],
    ["arn:aws:s3:::plant/?", "arn:aws:s3:::plant/a", true],
    ["arn:aws:s3:::plant/?", "arn:aws:s3:::plant/", false],
    ["arn:aws:s3:::plant/?", "arn:aws:s3:::plant/ab", false],
    ["arn:aws:s3:::plant/a.c", "arn:aws:s3:::plant/abc", false],
    ["arn:aws:s3:::plant/(a)+[b]$", "arn:aws:s3:::plant/(a)+[b]$", true],
    ["arn:aws:s3:::plant/a", "arn:aws:s3:::plant/a\n", false],
    ["arn:aws:s3:::plant/${*}", "arn:aws:s3:::plant/*", true],
    ["arn:aws:s3:::plant/${*}", "arn:aws:s3:::plant/a", false],
    ["arn:aws:s3:::plant/${?}${$}", "arn:aws:s3:::plant/?$", true],
    [["arn:aws:s3:::other/*", "arn:aws:s3:::plant/*"], "arn:aws:s3:::plant/a", true],
    ["*", "arn:aws:s3:::plant/a", true],
  ])("%j matches %j: %s", (Resource, resource, matches) => {
    expect(decide({ Resource }, { resource })).toBe(matches ? "allow" : "implicitDeny");
  });
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
describe("policy variables", () => {
  const Resource = "arn:aws:iot:sa-east-1:1:topic/sensor/data/${iot:Connection.Thing.ThingName}";
  const at = (topic: string) => `arn:aws:iot:sa-east-1:1:topic/${topic}`;
  const as = (thing: string) => ({ "iot:Connection.Thing.ThingName": thing });

  it.each([
    ["sensor/data/s-1", as("s-1"), true],
    ["sensor/data/s-2", as("s-1"), false],
    ["sensor/data/S-1", as("s-1"), false],
    ["sensor/data/s-1", {}, false],
    ["sensor/data/", {}, false],
    ["sensor/data/", as(""), true],
    // A value is text: no wildcard in it has a meaning.
    ["sensor/data/anything", as("*"), false],
    ["sensor/data/*", as("*"), true],
    ["sensor/data/ab", as("a?"), false],
    ["sensor/data/a.c", as("a.c"), true],
    ["sensor/data/abc", as("a.c"), false],
    ["sensor/data/${iot:ClientId}", { ...as("${iot:ClientId}"), "iot:ClientId": "x" }, true],
    ["sensor/data/x", { ...as("${iot:ClientId}"), "iot:ClientId": "x" }, false],
  ])("publishing to %s as %j is allowed: %s", (topic, context, matches) => {
    expect(decide({ Resource }, { resource: at(topic), context })).toBe(matches ? "allow" : "implicitDeny");
  });

  it("finds a key whichever its case", () => {
    const context = { "iot:connection.thing.thingname": "s-1" };
    expect(decide({ Resource }, { resource: at("sensor/data/s-1"), context })).toBe("allow");
  });
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
describe("conditions", () => {
  it.each([
    [{ Bool: { "aws:SecureTransport": "true" } }, { "aws:SecureTransport": "true" }, true],
    [{ Bool: { "aws:SecureTransport": "true" } }, { "aws:SecureTransport": "false" }, false],
    [{ Bool: { "aws:SecureTransport": "true" } }, {}, false],
    [{ Bool: { "AWS:securetransport": "true" } }, { "aws:SecureTransport": "true" }, true],
    [{ StringEquals: { "aws:SourceAccount": "1" } }, { "aws:SourceAccount": "1" }, true],
    [{ StringEquals: { "aws:SourceAccount": "1" } }, { "aws:SourceAccount": "2" }, false],
    [{ StringEquals: { "aws:SourceAccount": ["1", "2"] } }, { "aws:SourceAccount": "2" }, true],
    [{ StringEquals: { "aws:SourceAccount": "*" } }, { "aws:SourceAccount": "2" }, false],
    [{ StringEquals: { key: "Aa" } }, { key: "aa" }, false],
    [{ StringLike: { key: "a*c?" } }, { key: "abbcd" }, true],
    [{ StringLike: { key: "a*c?" } }, { key: "abbc" }, false],
    [
      { ArnLike: { "aws:SourceArn": "arn:aws:iot:*:1:rule/*" } },
      { "aws:SourceArn": "arn:aws:iot:sa-east-1:1:rule/a" },
      true,
    ],
    [
      { ArnLike: { "aws:SourceArn": "arn:aws:iot:*:1:rule/*" } },
      { "aws:SourceArn": "arn:aws:iot:sa-east-1:2:rule/a" },
      false,
    ],
    // A wildcard in one part of an ARN does not reach into the next.
    [
      { ArnLike: { "aws:SourceArn": "arn:aws:iot:*:rule/a" } },
      { "aws:SourceArn": "arn:aws:iot:sa-east-1:1:rule/a" },
      false,
    ],
    [{ ArnEquals: { "aws:SourceArn": "arn:aws:sns:a:1:t:u" } }, { "aws:SourceArn": "arn:aws:sns:a:1:t:u" }, true],
    [{ StringEquals: { a: "1", b: "2" } }, { a: "1", b: "2" }, true],
    [{ StringEquals: { a: "1", b: "2" } }, { a: "1", b: "3" }, false],
    [{ StringEquals: { a: "1" }, Bool: { b: "true" } }, { a: "1", b: "true" }, true],
    [{ StringEquals: { a: "1" }, Bool: { b: "true" } }, { a: "1", b: "false" }, false],
    [
      { StringEquals: { "iot:ClientId": "${iot:Connection.Thing.ThingName}" } },
      { "iot:ClientId": "s", "iot:Connection.Thing.ThingName": "s" },
      true,
    ],
    [
      { StringEquals: { "iot:ClientId": "${iot:Connection.Thing.ThingName}" } },
      { "iot:ClientId": "t", "iot:Connection.Thing.ThingName": "s" },
      false,
    ],
  ] as [Fields, Record<string, string>, boolean][])("%j holds for %j: %s", (Condition, context, holds) => {
    expect(decide({ Condition }, { context })).toBe(holds ? "allow" : "implicitDeny");
  });
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
describe("principals", () => {
  const service = (id: string) => ({ type: "Service" as const, id });
  it.each([
    ["*", service("iot.amazonaws.com"), true],
    ["*", undefined, true],
    [{ Service: "iot.amazonaws.com" }, service("iot.amazonaws.com"), true],
    [{ Service: "iot.amazonaws.com" }, service("lambda.amazonaws.com"), false],
    [{ Service: "iot.amazonaws.com" }, { type: "AWS" as const, id: "iot.amazonaws.com" }, false],
    [{ Service: "iot.amazonaws.com" }, undefined, false],
    [{ AWS: ["1", "2"] }, { type: "AWS" as const, id: "2" }, true],
    [{ AWS: "*" }, { type: "AWS" as const, id: "2" }, true],
  ])("%j is %j: %s", (Principal, principal, matches) => {
    expect(decide({ Principal }, principal ? { principal } : {})).toBe(matches ? "allow" : "implicitDeny");
  });
});

describe("what is not known", () => {
  it.each([
    ["an element", { NotAction: "s3:*" }, 'The policy element must be one that is known here, got "NotAction"'],
    ["another element", { NotResource: "*" }, 'The policy element must be one that is known here, got "NotResource"'],
    ["an operator", { Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } }, ' here, got "IpAddress"'],
    ["a suffixed operator", { Condition: { BoolIfExists: { a: "true" } } }, ' here, got "BoolIfExists"'],
    ["an inherited property as operator", { Condition: { toString: { a: "b" } } }, ' here, got "toString"'],
    ["a variable", { Resource: "arn:${aws:username}" }, ' here, got "${aws:username}"'],
    ["a variable in a condition", { Condition: { StringLike: { a: "${b}" } } }, ' here, got "${b}"'],
    ["a variable with a default", { Resource: "${iot:ClientId, 'x'}" }, "The policy variable must be one of"],
    [
      "a principal",
      { Principal: { Federated: "x" } },
      'The policy principal must be one that is known here, got "Federated"',
    ],
    ["an effect", { Effect: "allow" }, '"Effect" must be "Allow" or "Deny", got "allow"'],
    ["an action that is no text", { Action: 1 }, '"Action" must be a string or a list of strings, got 1'],
    ["no action", { Action: [] }, '"Action" must be a string or a list of strings, got []'],
  ])("is refused, not ignored, even where the statement would not match: %s", (_what, fields, message) => {
    const request = { ...GET, action: "sqs:SendMessage" };
    const evaluate = () => evaluatePolicy([policy(ALLOW, { ...ALLOW, ...fields })], request);
    expect(evaluate).toThrow(UnsupportedPolicyError);
    expect(evaluate).toThrow(message);
  });

  it.each([
    ["an older version, in which variables are text", { Version: "2008-10-17", Statement: [] }],
    ["a document without a version", { Statement: [] }],
    ["an element of the document", { Version: "2012-10-17", Statement: [], Extra: 1 }],
  ])("is refused: %s", (_what, document) => {
    expect(() => evaluatePolicy([JSON.stringify(document)], GET)).toThrow(UnsupportedPolicyError);
  });
});

import { describe, expect, it } from "vitest";
import type { Step } from "./plan";
import { brokenRules } from "./plan-rules";

const step = (type: string, inputs: Step["inputs"]): Step => ({
  op: "create",
  type,
  name: "it",
  inputs,
  outputs: {},
  changed: [],
  protect: false,
  replacing: [],
});
const role = (Service: string, Condition?: object, Action = "sts:AssumeRole") =>
  step("aws:iam/role:Role", {
    name: "role",
    assumeRolePolicy: JSON.stringify({
      Statement: [{ Effect: "Allow", Principal: { Service }, Action, ...(Condition ? { Condition } : {}) }],
    }),
  });
const SOURCE = { StringEquals: { "aws:SourceAccount": "1" }, ArnLike: { "aws:SourceArn": "a" } };
const delivery = (parameters: object[]) =>
  step("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream", {
    name: "archive",
    extendedS3Configuration: {
      roleArn: "r",
      processingConfiguration: { processors: [{ type: "Lambda", parameters }] },
    },
  } as Step["inputs"]);

describe("a rule over a plan", () => {
  it.each([
    ["Lambda's role", role("lambda.amazonaws.com")],
    ["AWS IoT's role for its rule", role("iot.amazonaws.com", SOURCE)],
    ["Firehose's role", role("firehose.amazonaws.com")],
    ["a name at its limit", step("aws:iam/role:Role", { name: "r".repeat(64) })],
    ["a parameter that is no default", delivery([{ parameterName: "BufferSizeInMBs", parameterValue: "0.25" }])],
  ])("is kept by %s", (_what, good) => {
    expect(brokenRules([good])).toEqual([]);
  });

  it.each([
    ["Firehose's role with a condition", role("firehose.amazonaws.com", SOURCE), "without a condition"],
    ["AWS IoT's role without its source", role("iot.amazonaws.com"), "under aws:SourceAccount and aws:SourceArn"],
    ["another service's role", role("ec2.amazonaws.com"), "must trust one service of"],
    [
      "a role that is taken on otherwise",
      role("lambda.amazonaws.com", undefined, "sts:TagSession"),
      "by sts:AssumeRole alone",
    ],
    ["a name above its limit", step("aws:iam/role:Role", { name: "r".repeat(65) }), "at most 64 characters, got 65"],
    [
      "a parameter that is a default",
      delivery([{ parameterName: "NumberOfRetries", parameterValue: "3" }]),
      "drops as a default",
    ],
  ])("is broken by %s", (_what, bad, message) => {
    expect(brokenRules([bad])).toEqual([expect.stringContaining(message)]);
  });
});

import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";
import type { Environment } from "../../lib/environment";
import { physicalNames } from "../../lib/names";
import { NodeFunction, type NodeFunctionArgs } from "../../lib/node-function";
import { record } from "../../local/stack/capture";
import type { Recording } from "../../local/stack/recording";
import { dependenciesOf, policyOf, tags } from "../helpers/stack";

const READ_TABLE = {
  Sid: "ReadTable",
  Effect: "Allow",
  Action: "dynamodb:GetItem",
  Resource: "arn:aws:dynamodb:x",
} as const;

function declare(more: Partial<NodeFunctionArgs> = {}): Promise<Recording> {
  return record(() => {
    const accountId = pulumi.output("123456789012");
    const environment: Environment = {
      suffix: "dev",
      region: "sa-east-1",
      accountId,
      names: physicalNames("dev", ""),
      protectData: false,
      permissionsBoundaryArn: "",
    };
    new NodeFunction("sweep", {
      environment,
      config: { logRetentionDays: 14 },
      bundle: "archive",
      functionName: "iot-sweep-dev",
      roleName: "iot-sweep-role-dev",
      title: "the sweep",
      description: "Sweeps.",
      purpose: "Sweeps each minute",
      memoryMb: 256,
      timeoutSeconds: 30,
      variables: { TABLE: "t" },
      policyName: "sweep",
      ...more,
    });
  });
}

describe("NodeFunction", () => {
  let declared: Recording;
  beforeAll(async () => {
    declared = await declare();
  });

  it("declares the function, without what it is not given", () => {
    const { code: _code, ...inputs } = declared.only("aws:lambda/function:Function").inputs;
    expect(inputs).toEqual({
      name: "iot-sweep-dev",
      description: "Sweeps.",
      role: "arn:aws:iam::123456789012:role/iot-sweep-role-dev",
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      handler: "index.handler",
      memorySize: 256,
      timeout: 30,
      environment: { variables: { TABLE: "t" } },
      tags: tags("iot-sweep-dev", "Sweeps each minute"),
    });
  });

  it("has its log group, its role and the role's policy in place before the function, and each as its child", () => {
    expect(dependenciesOf(declared.only("aws:lambda/function:Function"))).toEqual([
      "sweep-log",
      "sweep-role",
      "sweep-role-policy",
    ]);
    const children = declared.all.filter(({ type }) => type.startsWith("aws:"));
    expect(children.map(({ name, parent }) => [name, parent]).sort()).toEqual(
      ["sweep-function", "sweep-log", "sweep-role", "sweep-role-policy"].map((name) => [
        name,
        "iot:index:NodeFunction",
      ]),
    );
    expect(declared.only("aws:cloudwatch/logGroup:LogGroup").inputs).toEqual({
      name: "/aws/lambda/iot-sweep-dev",
      retentionInDays: 14,
      tags: tags("/aws/lambda/iot-sweep-dev", "Log of the sweep"),
    });
  });

  it.each([
    ["nothing but its log", undefined, ["WriteLog"]],
    ["what it is given and its log", [READ_TABLE], ["ReadTable", "WriteLog"]],
    ["what is known later", pulumi.output([READ_TABLE]), ["ReadTable", "WriteLog"]],
  ])("lets the function do %s", async (_what, permissions, sids) => {
    const { only } = await declare(permissions === undefined ? {} : { permissions });
    const { Statement } = policyOf(only("aws:iam/rolePolicy:RolePolicy")) as { Statement: { Sid: string }[] };
    expect(Statement.map(({ Sid }) => Sid)).toEqual(sids);
    expect(Statement.at(-1)).toEqual({
      Sid: "WriteLog",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: "arn:aws:logs:sa-east-1:123456789012:log-group:/aws/lambda/iot-sweep-dev:*",
    });
  });

  it("takes files beside the bundle, a reserved concurrency and a logical name", async () => {
    const { only } = await declare({ files: { "rules.json": "{}" }, reservedConcurrency: 1, logicalName: "sweeper" });
    const { name, inputs } = only("aws:lambda/function:Function");
    expect([name, inputs.reservedConcurrentExecutions]).toEqual(["sweeper", 1]);
    const { assets } = inputs.code as { assets: Promise<Record<string, { text: Promise<string> }>> };
    expect(Object.keys(await assets).sort()).toEqual(["index.js", "rules.json"]);
    expect(await (await assets)["rules.json"]?.text).toBe("{}");
  });
});

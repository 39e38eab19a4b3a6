import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import * as aws from "../../lib/aws";
import { record } from "../../local/stack/capture";
import type { RecordedResource, Recording } from "../../local/stack/recording";
import { policyTexts, recordStack } from "../helpers/stack";

/** Rules over all resources at once, so that one that is added later is covered too. */
let stack: Recording;
const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
beforeAll(async () => {
  const watchRules = { silent: { silentFor: "15m" } };
  stack = await recordStack("dev", { alarmEmails: ["a@example.com"], watchRules, watchFanOut: true });
});
afterAll(() => warn.mockRestore());

const ofAws = () => stack.all.filter(({ type }) => type.startsWith("aws:"));

describe("tags", () => {
  it("are on everything that takes them", () => {
    const taking = ofAws().filter(takesTags);
    expect(taking.length).toBeGreaterThan(20);
    for (const { type, inputs } of taking) {
      const { Name, Environment, Purpose, ...others } = (inputs.tags ?? {}) as Record<string, string>;
      expect({ type, Name, Environment, others }).toEqual({
        type,
        Name: expect.stringMatching(/dev/),
        Environment: "dev",
        others: {},
      });
      expect(Purpose).toMatch(/^[A-Z].{3,}/);
    }
  });

  it("have characters that every service takes", () => {
    // The narrowest of them is IAM's: https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html
    for (const { inputs } of ofAws())
      for (const value of Object.values((inputs.tags ?? {}) as Record<string, string>))
        expect(value).toMatch(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u);
  });
});

describe("the provider", () => {
  it("warns of nothing deprecated", async () => {
    expect(warn.mock.calls).toEqual([]);
    expect(ofAws().map(({ type }) => type)).not.toContainEqual(expect.stringMatching(/v2$/i));
    // So that the check above does look at something.
    await record(() => {
      new aws.s3.BucketV2("old", {});
    });
    expect(warn.mock.calls).toEqual([[expect.stringContaining("deprecated")]]);
  });

  it("is given no property that its own types call deprecated", () => {
    const deprecated = ofAws().flatMap((resource) =>
      deprecatedProperties(resource).filter((property) => resource.inputs[property] !== undefined),
    );
    expect(deprecated).toEqual([]);
    const bucket = stack.ofType("aws:s3/bucket:Bucket")[0];
    // So that the check above does look at something.
    expect(bucket && deprecatedProperties(bucket)).toContain("versioning");
  });
});

describe("policies", () => {
  it("name each action and resource of what they allow", () => {
    const statements = ofAws().flatMap(policyTexts).flatMap(statementsOf);
    expect(statements.length).toBeGreaterThan(15);
    for (const { Effect, Action, Resource } of statements.filter((statement) => statement.Effect === "Allow")) {
      for (const action of [Action].flat())
        expect([Effect, action]).toEqual(["Allow", expect.not.stringMatching(/\*/)]);
      for (const resource of [Resource ?? []].flat()) expect(resource).toMatch(/^arn:aws:[a-z0-9]+:.*[^*:/]/);
    }
  });

  it("have statements with names of their own", () => {
    for (const text of ofAws().flatMap(policyTexts)) {
      const sids = statementsOf(text).map(({ Sid }) => Sid);
      expect(new Set(sids).size).toBe(sids.length);
      for (const sid of sids) expect(sid).toMatch(/^[A-Z][A-Za-z0-9]+$/);
    }
  });

  it("let nobody in by a wildcard principal", () => {
    const allowed = ofAws()
      .flatMap(policyTexts)
      .flatMap(statementsOf)
      .filter(({ Effect, Principal }) => Effect === "Allow" && Principal !== undefined);
    // In no order: a resource is declared when its inputs are known.
    expect(allowed.map(({ Principal }) => JSON.stringify(Principal)).sort()).toEqual(
      ["cloudwatch", "firehose", "iot", "lambda", "lambda", "lambda", "lambda", "logging.s3"].map((service) =>
        JSON.stringify({ Service: `${service}.amazonaws.com` }),
      ),
    );
  });

  it("are the project's own: none is attached that AWS manages", () => {
    expect(ofAws().map(({ type }) => type)).not.toContainEqual(expect.stringMatching(/Attachment$/));
    for (const { inputs } of ofAws()) expect(JSON.stringify(inputs)).not.toContain("arn:aws:iam::aws:policy/");
  });

  it("fit what AWS takes", () => {
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: inline policies of a role
    for (const { inputs } of stack.ofType("aws:iam/rolePolicy:RolePolicy"))
      expect(String(inputs.policy).length).toBeLessThanOrEqual(10_240);
    // https://docs.aws.amazon.com/general/latest/gr/iot-core.html: a policy document
    for (const { inputs } of stack.ofType("aws:iot/policy:Policy"))
      expect(String(inputs.policy).length).toBeLessThanOrEqual(2048);
  });
});

describe("what keeps data", () => {
  it("is a bucket that nobody outside reaches, over TLS only, encrypted", () => {
    const buckets = stack.ofType("aws:s3/bucket:Bucket").map(({ inputs }) => inputs.bucket);
    const of = (type: string) => new Map(stack.ofType(type).map(({ inputs }) => [inputs.bucket, inputs]));
    const access = of("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");
    const encryption = of("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration");
    const policies = of("aws:s3/bucketPolicy:BucketPolicy");
    for (const bucket of buckets) {
      expect(access.get(bucket)).toMatchObject({
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      });
      expect(encryption.get(bucket)).toBeDefined();
      expect(statementsOf(String(policies.get(bucket)?.policy))).toContainEqual({
        Sid: "DenyPlainHttp",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      });
    }
  });

  it("is encrypted where it is a table or a stream", () => {
    for (const { inputs } of stack.ofType("aws:dynamodb/table:Table"))
      expect(inputs.serverSideEncryption).toMatchObject({ enabled: true });
    for (const { inputs } of stack.ofType("aws:kinesis/stream:Stream"))
      expect(inputs).toMatchObject({ encryptionType: "KMS", kmsKeyId: expect.any(String) });
  });

  it("keeps no log for ever", () => {
    for (const { inputs } of stack.ofType("aws:cloudwatch/logGroup:LogGroup"))
      expect(inputs.retentionInDays).toBeGreaterThan(0);
  });
});

describe("nothing public", () => {
  it("has a door: no function URL, ACL, access point, user or key", () => {
    const doors = /FunctionUrl|Acl|AccessPoint|iam\/(user|accessKey|group)|apigateway|PublicDns/i;
    expect(ofAws().map(({ type }) => type)).not.toContainEqual(expect.stringMatching(doors));
  });

  it("calls a function but this account's schedule", () => {
    const permissions = stack.ofType("aws:lambda/permission:Permission").map(({ inputs }) => inputs);
    expect(permissions).toEqual([
      expect.objectContaining({
        principal: "events.amazonaws.com",
        sourceAccount: "123456789012",
        sourceArn: "arn:aws:events:sa-east-1:123456789012:rule/iot-device-watch-sweep-dev",
      }),
    ]);
  });

  it("says public-read, or a principal of anyone, anywhere", () => {
    for (const { inputs } of ofAws())
      expect(JSON.stringify(inputs)).not.toMatch(/public-read|AllUsers|AuthenticatedUsers/);
  });
});

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
}

function statementsOf(text: string): readonly Statement[] {
  return JSON.parse(text).Statement;
}

/** The declaration file of a resource's class in the provider's package. */
function declarationOf({ type }: RecordedResource): string {
  const [, file = ""] = type.split(":");
  const declaration = path.join(path.dirname(require.resolve("@pulumi/aws")), `${file}.d.ts`);
  if (!existsSync(declaration)) throw new Error(`${type} has no declaration at ${declaration}`);
  return readFileSync(declaration, "utf8");
}

/** The arguments part of a declaration. */
function argsOf(resource: RecordedResource): string {
  const text = declarationOf(resource);
  return text.slice(text.search(/export interface \w+Args /));
}

function takesTags(resource: RecordedResource): boolean {
  return /^\s+tags\?: /m.test(argsOf(resource));
}

function deprecatedProperties(resource: RecordedResource): readonly string[] {
  const commented = argsOf(resource).matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s+(\w+)\??:/g);
  return [...commented].flatMap(([, comment, property]) =>
    property && comment?.includes("@deprecated") ? [property] : [],
  );
}

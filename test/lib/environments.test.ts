import { beforeAll, describe, expect, it } from "@jest/globals";
import type { RecordedResource, Recording } from "../../local/capture";
import { recordStack } from "../helpers/stack";

const BUCKET = "aws:s3/bucket:Bucket";
const TABLE = "aws:dynamodb/table:Table";
const STREAM = "aws:kinesis/stream:Stream";

/** AWS resources only: components have no inputs. */
function resources({ all }: Recording): readonly RecordedResource[] {
  return all.filter(({ type }) => type.startsWith("aws:"));
}

/** What is declared, as text, without what the engine makes of it. */
function declared(recording: Recording): readonly unknown[] {
  return resources(recording).map(({ type, name, parent, inputs, protect, dependencies }) => {
    // The function's code is an archive of promises; its bundle has a test of its own.
    const { code: _code, ...others } = inputs;
    return {
      type,
      name,
      parent,
      inputs: others,
      protect,
      dependencies: dependencies.map((urn) => urn.split("::").at(-1)),
    };
  });
}

/** The same declaration under another environment's name. */
function renamed(what: unknown, from: string, to: string): unknown {
  return JSON.parse(JSON.stringify(what).replaceAll(from, to));
}

describe("two environments side by side", () => {
  let dev: Recording;
  let prod: Recording;
  beforeAll(async () => {
    dev = await recordStack("dev");
    prod = await recordStack("plant7");
  });

  it("differ in nothing but their names and tags", () => {
    expect(renamed(declared(prod), "plant7", "dev")).toEqual(JSON.parse(JSON.stringify(declared(dev))));
  });

  it("share no physical name", () => {
    const names = (recording: Recording) => resources(recording).map(({ inputs }) => inputs.name ?? inputs.bucket);
    const physical = new Set(names(dev).filter((name) => String(name).includes("dev")));
    expect(physical.size).toBeGreaterThan(20);
    expect(names(prod).filter((name) => physical.has(name))).toEqual([]);
  });

  it("never name each other", () => {
    expect(JSON.stringify(declared(prod))).not.toMatch(/[-_/]dev\b|"dev"/);
    expect(JSON.stringify(declared(dev))).not.toContain("plant7");
  });
});

describe("every resource", () => {
  // https://www.pulumi.com/registry/packages/aws/: these take no tags.
  const WITHOUT_TAGS = [
    "aws:cloudwatch/dashboard:Dashboard",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketLogging:BucketLogging",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketVersioning:BucketVersioning",
    "aws:sns/topicPolicy:TopicPolicy",
    "aws:sns/topicSubscription:TopicSubscription",
  ];

  it("that takes tags has a name, its environment and its purpose", async () => {
    const tagged = resources(await recordStack("plant7")).filter(({ type }) => !WITHOUT_TAGS.includes(type));
    expect(tagged.length).toBeGreaterThan(20);
    for (const { name, inputs } of tagged) {
      expect({ name, tags: inputs.tags }).toEqual({
        name,
        tags: { Name: expect.stringMatching(/./), Environment: "plant7", Purpose: expect.stringMatching(/./) },
      });
    }
  });

  it("belongs to a component", async () => {
    for (const { name, parent } of resources(await recordStack())) {
      expect(`${name} is part of ${parent}`).toMatch(/ is part of iot:index:\w+$/);
    }
  });
});

describe("an environment with data to protect", () => {
  const holdsData = ({ type }: RecordedResource) => [BUCKET, TABLE, STREAM].includes(type);

  it("refuses to delete what holds data, and nothing else", async () => {
    const stack = await recordStack("prod", { protectData: true });
    const guarded = resources(stack).filter(({ protect }) => protect);
    expect(guarded.map(({ name }) => name).sort()).toEqual(
      stack.all
        .filter(holdsData)
        .map(({ name }) => name)
        .sort(),
    );
    expect(guarded).toHaveLength(4);
    expect(stack.only(TABLE).inputs.deletionProtectionEnabled).toBe(true);
    for (const { inputs } of stack.ofType(BUCKET)) expect(inputs.forceDestroy).toBe(false);
  });

  it("differs in protection only from one that a destroy removes whole", async () => {
    const without = await recordStack("prod");
    expect(without.all.filter(({ protect }) => protect)).toEqual([]);
    const unprotected = (recording: Recording) =>
      JSON.stringify(declared(recording))
        .replaceAll('"protect":true', '"protect":false')
        .replaceAll('"forceDestroy":false', '"forceDestroy":true')
        .replaceAll('"deletionProtectionEnabled":true', '"deletionProtectionEnabled":false');
    expect(unprotected(await recordStack("prod", { protectData: true }))).toBe(unprotected(without));
  });
});

describe("an environment on demand", () => {
  it("differs in the stream's mode and in what is reserved, and in nothing else", async () => {
    const provisioned = resources(await recordStack("dev"));
    const onDemand = resources(await recordStack("dev", { streamMode: "ON_DEMAND" }));
    expect(onDemand.map(({ name }) => name)).toEqual(provisioned.map(({ name }) => name));
    const changed = onDemand.filter(
      ({ inputs }, i) =>
        JSON.stringify({ ...inputs, code: 0 }) !== JSON.stringify({ ...provisioned[i]?.inputs, code: 0 }),
    );
    expect(changed.map(({ name }) => name)).toEqual(["iot-ingestion-stream", "iot-processor-function"]);
  });
});

import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../../lib/read-config";
import { TapStack, type TapStackOutputs } from "../../lib/tap-stack";
import { record } from "../../local/stack/capture";
import type { RecordedResource, Recording } from "../../local/stack/recording";
import { recordStackAnew } from "../helpers/stack";

const BUCKET = "aws:s3/bucket:Bucket";
const TABLE = "aws:dynamodb/table:Table";
const STREAM = "aws:kinesis/stream:Stream";

let dev: Recording;
beforeAll(async () => {
  dev = await recordStackAnew("dev");
});

describe("TapStack", () => {
  it("has the outputs that other programs read", async () => {
    let outputs: pulumi.Output<pulumi.Unwrap<TapStackOutputs>> | undefined;
    await record(
      () => {
        outputs = pulumi.output(new TapStack("iot", { config: readConfig() }).outputs);
      },
      { config: { environmentSuffix: "dev" } },
    );
    const values = await new Promise((resolve) => outputs?.apply(resolve));
    expect(values).toEqual({
      kinesis_stream_name: "iot-sensor-stream-dev",
      kinesis_stream_arn: "arn:aws:kinesis:sa-east-1:123456789012:stream/iot-sensor-stream-dev",
      dynamodb_table_name: "iot-sensor-data-dev",
      s3_bucket_name: "iot-sensor-archival-dev-123456789012",
      lambda_function_name: "iot-sensor-processor-dev",
      iot_policy_name: "iot-device-policy-dev",
      alarm_topic_arn: "arn:aws:sns:sa-east-1:123456789012:iot-alarms-dev",
      region: "sa-east-1",
      athena_database: "iot_sensor_dev",
      athena_workgroup: "iot-sensor-dev",
      rule_error_log: "/aws/iot/rules/dev",
      topic_prefix: "",
      watch_table_name: "",
      watch_topic_arn: "",
      watch_feed_topic_arn: "",
      iot_endpoint: "local-ats.iot.sa-east-1.amazonaws.com",
      dashboard_url:
        "https://sa-east-1.console.aws.amazon.com/cloudwatch/home?region=sa-east-1#dashboards/dashboard/iot-monitoring-dev",
    });
  });

  it("is one stack class over one component for each part", () => {
    const components = dev.all.filter(({ type }) => type.startsWith("iot:")).map(({ type, parent }) => [type, parent]);
    const stack = "iot:index:TapStack";
    expect(components).toEqual([
      [stack, undefined],
      ["iot:index:ArchiveBucket", stack],
      ["iot:index:HotStore", stack],
      ["iot:index:History", stack],
      ["iot:index:ReadingStream", stack],
      ["iot:index:Processor", stack],
      ["iot:index:ArchiveDelivery", stack],
      ["iot:index:Ingestion", stack],
      ["iot:index:DeviceAccess", stack],
      ["iot:index:Monitoring", stack],
      ["iot:index:PrivateBucket", "iot:index:ArchiveBucket"],
      ["iot:index:PrivateBucket", "iot:index:ArchiveBucket"],
      ["iot:index:NodeFunction", "iot:index:Processor"],
      ["iot:index:NodeFunction", "iot:index:ArchiveDelivery"],
    ]);
  });

  it("leaves no resource outside a component", () => {
    for (const { type, parent } of dev.all.filter(({ type }) => type.startsWith("aws:")))
      expect([type, parent]).toEqual([type, expect.stringMatching(/^iot:index:/)]);
  });

  it("declares the same twice, so that nothing changed is no change in a preview", async () => {
    const plain = (recording: Recording) => JSON.stringify(byName(recording));
    expect(plain(await recordStackAnew("dev"))).toBe(plain(dev));
  });
});

describe("two environments", () => {
  it("differ in nothing but their names and tags", async () => {
    const prod = await recordStackAnew("prod");
    const renamed = JSON.stringify(byName(dev)).replaceAll(/([-_/"])dev\b/g, "$1prod");
    expect(JSON.parse(renamed)).toEqual(JSON.parse(JSON.stringify(byName(prod))));
  });

  it("share no physical name, even where one suffix begins with the other", async () => {
    const names = (recording: Recording) => recording.all.flatMap(physicalNamesOf);
    const devNames = names(dev);
    expect(devNames.length).toBeGreaterThan(20);
    expect(new Set([...devNames, ...names(await recordStackAnew("dev-2"))]).size).toBe(devNames.length * 2);
  });

  it("differ where they are configured to, and there only", async () => {
    const tuned = byName(await recordStackAnew("dev", { batchSize: 200 }));
    const changed = byName(dev).filter((resource, i) => JSON.stringify(resource) !== JSON.stringify(tuned[i]));
    expect(changed.map(({ type }) => type)).toEqual(["aws:lambda/eventSourceMapping:EventSourceMapping"]);
  });
});

describe("an environment on demand", () => {
  it("differs in the stream's mode and in what is reserved for the processor, and there only", async () => {
    const onDemand = byName(await recordStackAnew("dev", { streamMode: "ON_DEMAND" }));
    const changed = byName(dev).filter((resource, i) => JSON.stringify(resource) !== JSON.stringify(onDemand[i]));
    expect(changed.map(({ type }) => type)).toEqual([STREAM, "aws:lambda/function:Function"].sort());
  });
});

describe("a protected environment", () => {
  let kept: Recording;
  beforeAll(async () => {
    kept = await recordStackAnew("prod", { protectData: true });
  });

  it("does not let go of what takes readings in, keeps, guards or reads them back", () => {
    const replaceable = kept.all.filter(({ protect, type }) => !protect && !type.startsWith("iot:"));
    const watching = ["MetricAlarm", "Dashboard", "Topic", "TopicPolicy", "TopicSubscription", "NamedQuery"];
    expect(replaceable.filter(({ type }) => !watching.includes(type.split(":").at(-1) ?? ""))).toEqual([]);
    expect(replaceable.map(({ type }) => type)).toContain("aws:athena/namedQuery:NamedQuery");
  });

  it("protects every resource of these types", () => {
    const types = kept.all.filter(({ protect }) => protect).map(({ type }) => type);
    expect(types.filter((type) => type === BUCKET)).toHaveLength(2);
    expect([...new Set(types)].filter((type) => type.startsWith("aws:")).sort()).toEqual([
      "aws:athena/workgroup:Workgroup",
      "aws:cloudwatch/logGroup:LogGroup",
      "aws:cloudwatch/logStream:LogStream",
      TABLE,
      "aws:glue/catalogDatabase:CatalogDatabase",
      "aws:glue/catalogTable:CatalogTable",
      "aws:iam/role:Role",
      "aws:iam/rolePolicy:RolePolicy",
      "aws:iot/policy:Policy",
      "aws:iot/topicRule:TopicRule",
      "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
      STREAM,
      "aws:lambda/eventSourceMapping:EventSourceMapping",
      "aws:lambda/function:Function",
      BUCKET,
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      "aws:s3/bucketLogging:BucketLogging",
      "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
      "aws:s3/bucketPolicy:BucketPolicy",
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      "aws:s3/bucketVersioning:BucketVersioning",
    ]);
  });

  it("is emptied by no force, and its stream keeps its consumers", () => {
    expect(kept.only(STREAM).inputs.enforceConsumerDeletion).toBe(false);
    expect(kept.only(TABLE).inputs.deletionProtectionEnabled).toBe(true);
    for (const { inputs } of kept.ofType(BUCKET)) expect(inputs.forceDestroy).toBe(false);
  });
});

describe("an environment without protection", () => {
  it("leaves nothing behind when it is destroyed", () => {
    expect(dev.all.filter(({ protect }) => protect)).toEqual([]);
    expect(dev.only(TABLE).inputs.deletionProtectionEnabled).toBe(false);
    // A consumer with enhanced fan-out would keep AWS from deleting the stream.
    expect(dev.only(STREAM).inputs.enforceConsumerDeletion).toBe(true);
    for (const { inputs } of dev.ofType(BUCKET)) expect(inputs.forceDestroy).toBe(true);
    for (const { inputs } of dev.all) expect(inputs).not.toHaveProperty("skipDestroy");
  });
});

describe("an account that bounds its roles", () => {
  it("finds the boundary on every role, and on none without one", async () => {
    const permissionsBoundaryArn = "arn:aws:iam::123456789012:policy/boundary";
    const bounded = (await recordStackAnew("dev", { permissionsBoundaryArn })).ofType("aws:iam/role:Role");
    expect(bounded.map(({ inputs }) => inputs.permissionsBoundary)).toEqual(bounded.map(() => permissionsBoundaryArn));
    for (const { inputs } of dev.ofType("aws:iam/role:Role")) expect(inputs).not.toHaveProperty("permissionsBoundary");
  });
});

/** What is declared, in an order that does not depend on when each promise was kept. */
function byName(recording: Recording) {
  return recording.all
    .map(({ type, name, inputs, protect, dependencies }) => ({
      type,
      name,
      protect,
      dependencies: dependencies.map((urn) => urn.split("::").at(-1)).sort(),
      inputs: Object.fromEntries(Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1))),
    }))
    .sort((a, b) => (`${a.type} ${a.name}` < `${b.type} ${b.name}` ? -1 : 1));
}

/** What is named within another resource: a role's policy, a database's table, a workgroup's query, a log group's stream. */
const NAMED_WITHIN = [
  "aws:iam/rolePolicy:RolePolicy",
  "aws:glue/catalogTable:CatalogTable",
  "aws:athena/namedQuery:NamedQuery",
  "aws:cloudwatch/logStream:LogStream",
];

/** The names that AWS knows a resource by. */
function physicalNamesOf({ type, inputs }: RecordedResource): readonly string[] {
  if (NAMED_WITHIN.includes(type)) return [];
  const name = inputs.name ?? inputs.dashboardName ?? (type === BUCKET ? inputs.bucket : undefined);
  return typeof name === "string" ? [`${type} ${name}`] : [];
}

import { beforeAll, describe, expect, it } from "vitest";
import { type Decision, evaluatePolicy, type PolicyRequest } from "../../local/aws/iam/policy-evaluator";
import type { Recording } from "../../local/stack/recording";
import { named, policyTexts, recordStack } from "../helpers/stack";

/** What each identity may do and what it may not, asked of the policies' own text. */
let dev: Recording;
beforeAll(async () => {
  dev = await recordStack("dev");
});

const HERE = "sa-east-1:123456789012";
const ELSEWHERE = "us-east-1:123456789012";
const OTHERS = "sa-east-1:999999999999";

describe("a device", () => {
  const context = { "iot:Connection.Thing.ThingName": "s-1", "iot:Connection.Thing.IsAttached": "true" };
  const ask = (action: string, resource: string, overruled: Record<string, string> = {}): Decision =>
    evaluatePolicy(policyTexts(dev.only("aws:iot/policy:Policy")), {
      action: `iot:${action}`,
      resource: `arn:aws:iot:${resource}`,
      context: { ...context, ...overruled },
    });

  it.each([
    ["Connect", `${HERE}:client/s-1`],
    ["Publish", `${HERE}:topic/sensor/data/s-1`],
    ["Publish", `${HERE}:topic/$aws/rules/iot_sensor_rule_dev/sensor/data/s-1`],
    ["Subscribe", `${HERE}:topicfilter/sensor/commands/s-1`],
    ["Receive", `${HERE}:topic/sensor/commands/s-1`],
  ])("may %s %s", (action, resource) => {
    expect(ask(action, resource)).toBe("allow");
  });

  it.each([
    ["another client id", "Connect", `${HERE}:client/s-2`],
    ["a client id that begins with its own", "Connect", `${HERE}:client/s-11`],
    ["every client id", "Connect", `${HERE}:client/*`],
    ["another thing's topic", "Publish", `${HERE}:topic/sensor/data/s-2`],
    ["a topic below its own", "Publish", `${HERE}:topic/sensor/data/s-1/x`],
    ["the topic above its own", "Publish", `${HERE}:topic/sensor/data`],
    ["its own topic in another case", "Publish", `${HERE}:topic/sensor/data/S-1`],
    [
      "another thing's topic by Basic Ingest",
      "Publish",
      `${HERE}:topic/$aws/rules/iot_sensor_rule_dev/sensor/data/s-2`,
    ],
    ["another rule by Basic Ingest", "Publish", `${HERE}:topic/$aws/rules/iot_sensor_rule_prod/sensor/data/s-1`],
    ["its shadow", "Publish", `${HERE}:topic/$aws/things/s-1/shadow/update`],
    ["its own commands", "Publish", `${HERE}:topic/sensor/commands/s-1`],
    ["a retained message", "RetainPublish", `${HERE}:topic/sensor/data/s-1`],
    ["every topic", "Subscribe", `${HERE}:topicfilter/#`],
    ["every reading", "Subscribe", `${HERE}:topicfilter/sensor/data/+`],
    ["its own readings", "Subscribe", `${HERE}:topicfilter/sensor/data/s-1`],
    ["every command by one level", "Subscribe", `${HERE}:topicfilter/sensor/commands/+`],
    ["every command", "Subscribe", `${HERE}:topicfilter/sensor/commands/#`],
    ["another thing's commands", "Receive", `${HERE}:topic/sensor/commands/s-2`],
    ["another thing's readings", "Receive", `${HERE}:topic/sensor/data/s-2`],
    ["another region", "Publish", `${ELSEWHERE}:topic/sensor/data/s-1`],
    ["another account", "Publish", `${OTHERS}:topic/sensor/data/s-1`],
    ["another region's broker", "Connect", `${ELSEWHERE}:client/s-1`],
    ["a shadow's state", "GetThingShadow", `${HERE}:thing/s-1`],
    ["things", "CreateThing", `${HERE}:thing/s-1`],
    ["policies", "AttachPolicy", `${HERE}:policy/iot-device-policy-dev`],
  ])("may not have %s: %s %s", (_what, action, resource) => {
    expect(ask(action, resource)).toBe("implicitDeny");
  });

  it.each(["*", "?-1", "s-1/../s-2", "+", "#", "s-", "S-2"])("gains nothing from being called %s", (thing) => {
    const called = { "iot:Connection.Thing.ThingName": thing };
    expect(ask("Publish", `${HERE}:topic/sensor/data/s-2`, called)).toBe("implicitDeny");
    expect(ask("Connect", `${HERE}:client/s-2`, called)).toBe("implicitDeny");
  });

  it("may nothing with a certificate that is not attached to its thing", () => {
    const detached = { "iot:Connection.Thing.IsAttached": "false" };
    expect(ask("Connect", `${HERE}:client/s-1`, detached)).toBe("implicitDeny");
    expect(ask("Publish", `${HERE}:topic/sensor/data/s-1`, detached)).toBe("implicitDeny");
  });

  it("may nothing where AWS IoT knows no thing of its client id", () => {
    const decision = evaluatePolicy(policyTexts(dev.only("aws:iot/policy:Policy")), {
      action: "iot:Publish",
      resource: `arn:aws:iot:${HERE}:topic/sensor/data/`,
      context: {},
    });
    expect(decision).toBe("implicitDeny");
  });
});

/** A request on this table, as a role. */
type Row = readonly [action: string, resource: string];

const STREAM = `arn:aws:kinesis:${HERE}:stream/iot-sensor-stream-dev`;
const TABLE = `arn:aws:dynamodb:${HERE}:table/iot-sensor-data-dev`;
const BUCKET = "arn:aws:s3:::iot-sensor-archival-dev-123456789012";
const LOGS = `arn:aws:logs:${HERE}:log-group`;

function asker(policyName: string) {
  return ([action, resource]: Row, account = "123456789012"): Decision =>
    evaluatePolicy(policyTexts(named(dev, "aws:iam/rolePolicy:RolePolicy", policyName)), {
      action,
      resource,
      context: { "s3:ResourceAccount": account },
    });
}

describe("the processor's role", () => {
  const ask = asker("read-stream-and-store");

  it.each<Row>([
    ["kinesis:GetRecords", STREAM],
    ["kinesis:GetShardIterator", STREAM],
    ["kinesis:ListShards", STREAM],
    ["kinesis:DescribeStream", STREAM],
    ["kinesis:DescribeStreamSummary", STREAM],
    ["dynamodb:BatchWriteItem", TABLE],
    ["dynamodb:PutItem", TABLE],
    ["s3:PutObject", `${BUCKET}/anomalies/s-1/1700000000000-temperature.json`],
    ["s3:PutObject", `${BUCKET}/rejected/2026/01/01/00/shardId-000000000000-1-2.jsonl`],
    ["s3:PutObject", `${BUCKET}/aws/lambda/uuid/shardId-000000000000/2026/01/01/x`],
    ["s3:ListBucket", BUCKET],
    ["logs:CreateLogStream", `${LOGS}:/aws/lambda/iot-sensor-processor-dev:log-stream:x`],
    ["logs:PutLogEvents", `${LOGS}:/aws/lambda/iot-sensor-processor-dev:log-stream:x`],
  ])("may %s %s", (...row) => {
    expect(ask(row)).toBe("allow");
  });

  it.each<Row>([
    ["kinesis:PutRecord", STREAM],
    ["kinesis:DeleteStream", STREAM],
    ["kinesis:GetRecords", `arn:aws:kinesis:${HERE}:stream/iot-sensor-stream-prod`],
    ["kinesis:GetRecords", `arn:aws:kinesis:${HERE}:stream/iot-sensor-stream-dev-2`],
    ["kinesis:GetRecords", `arn:aws:kinesis:${ELSEWHERE}:stream/iot-sensor-stream-dev`],
    ["kinesis:GetRecords", `arn:aws:kinesis:${OTHERS}:stream/iot-sensor-stream-dev`],
    ["kinesis:ListStreams", "*"],
    ["dynamodb:Query", TABLE],
    ["dynamodb:Scan", TABLE],
    ["dynamodb:GetItem", TABLE],
    ["dynamodb:UpdateItem", TABLE],
    ["dynamodb:DeleteItem", TABLE],
    ["dynamodb:DeleteTable", TABLE],
    ["dynamodb:Query", `${TABLE}/index/SensorTypeIndex`],
    ["dynamodb:BatchWriteItem", `arn:aws:dynamodb:${HERE}:table/iot-sensor-data-prod`],
    ["dynamodb:PutItem", `arn:aws:dynamodb:${HERE}:table/iot-sensor-data-prod`],
    ["dynamodb:BatchWriteItem", `arn:aws:dynamodb:${ELSEWHERE}:table/iot-sensor-data-dev`],
    ["dynamodb:BatchWriteItem", `arn:aws:dynamodb:${OTHERS}:table/iot-sensor-data-dev`],
    ["s3:PutObject", `${BUCKET}/readings/x.parquet`],
    ["s3:PutObject", `${BUCKET}/x`],
    ["s3:PutObject", "arn:aws:s3:::iot-sensor-archival-prod-123456789012/anomalies/x"],
    ["s3:PutObject", "arn:aws:s3:::iot-sensor-access-logs-dev-123456789012/archive/x"],
    ["s3:GetObject", `${BUCKET}/anomalies/x`],
    ["s3:DeleteObject", `${BUCKET}/anomalies/x`],
    ["s3:PutBucketPolicy", BUCKET],
    ["s3:ListBucket", "arn:aws:s3:::iot-sensor-archival-prod-123456789012"],
    ["logs:CreateLogGroup", `${LOGS}:/aws/lambda/iot-sensor-processor-dev`],
    ["logs:PutLogEvents", `${LOGS}:/aws/lambda/iot-sensor-processor-prod:log-stream:x`],
    ["logs:PutLogEvents", `${LOGS}:/aws/lambda/iot-sensor-processor-dev-2:log-stream:x`],
    ["cloudwatch:PutMetricData", "*"],
    ["sns:Publish", `arn:aws:sns:${HERE}:iot-alarms-dev`],
    ["iam:PassRole", "arn:aws:iam::123456789012:role/iot-kinesis-role-dev"],
    ["kms:Decrypt", `arn:aws:kms:${HERE}:key/x`],
  ])("may not %s %s", (...row) => {
    expect(ask(row)).toBe("implicitDeny");
  });

  it("puts nothing into a bucket of this name that somebody else has made", () => {
    expect(ask(["s3:PutObject", `${BUCKET}/anomalies/x`], "999999999999")).toBe("implicitDeny");
    expect(ask(["s3:PutObject", `${BUCKET}/aws/lambda/x`], "999999999999")).toBe("implicitDeny");
    expect(ask(["s3:ListBucket", BUCKET], "999999999999")).toBe("implicitDeny");
  });
});

const WATCH_TABLE = `arn:aws:dynamodb:${HERE}:table/iot-device-watch-dev`;
const MAIL = `arn:aws:sns:${HERE}:iot-device-notices-dev`;
const FEED = `arn:aws:sns:${HERE}:iot-device-notices-feed-dev`;
const CONSUMER = `${STREAM}/consumer/iot-device-watch-dev:1767225600`;
const OTHER_CONSUMER = `${STREAM}/consumer/another:1767225600`;

/** What neither function of the device watch may do. */
const NEITHER: readonly Row[] = [
  ["kinesis:PutRecord", STREAM],
  ["kinesis:PutRecords", STREAM],
  ["kinesis:DeregisterStreamConsumer", CONSUMER],
  ["kinesis:SubscribeToShard", OTHER_CONSUMER],
  ["kinesis:GetRecords", `arn:aws:kinesis:${HERE}:stream/iot-sensor-stream-prod`],
  ["kinesis:GetRecords", `arn:aws:kinesis:${OTHERS}:stream/iot-sensor-stream-dev`],
  ["kinesis:ListStreams", "*"],
  ["dynamodb:Scan", WATCH_TABLE],
  ["dynamodb:BatchWriteItem", WATCH_TABLE],
  ["dynamodb:DeleteTable", WATCH_TABLE],
  ["dynamodb:UpdateTable", WATCH_TABLE],
  ["dynamodb:UpdateTimeToLive", WATCH_TABLE],
  ["dynamodb:GetItem", TABLE],
  ["dynamodb:Query", TABLE],
  ["dynamodb:PutItem", TABLE],
  ["dynamodb:PutItem", `arn:aws:dynamodb:${HERE}:table/iot-device-watch-prod`],
  ["dynamodb:PutItem", `arn:aws:dynamodb:${HERE}:table/iot-device-watch-dev-2`],
  ["dynamodb:PutItem", `arn:aws:dynamodb:${ELSEWHERE}:table/iot-device-watch-dev`],
  ["dynamodb:PutItem", `arn:aws:dynamodb:${OTHERS}:table/iot-device-watch-dev`],
  ["sns:Publish", `arn:aws:sns:${HERE}:iot-alarms-dev`],
  ["sns:Publish", `arn:aws:sns:${HERE}:iot-device-notices-prod`],
  ["sns:Publish", `arn:aws:sns:${OTHERS}:iot-device-notices-dev`],
  ["sns:Subscribe", MAIL],
  ["sns:SetTopicAttributes", MAIL],
  ["s3:GetObject", `${BUCKET}/anomalies/x`],
  ["s3:PutObject", `${BUCKET}/anomalies/x`],
  ["s3:PutObject", `${BUCKET}/readings/x.parquet`],
  ["s3:DeleteObject", `${BUCKET}/aws/lambda/x`],
  ["logs:PutLogEvents", `${LOGS}:/aws/lambda/iot-sensor-processor-dev:log-stream:x`],
  ["lambda:InvokeFunction", `arn:aws:lambda:${HERE}:function:iot-device-watch-sweep-dev`],
  ["iot:Publish", `arn:aws:iot:${HERE}:topic/sensor/commands/s-1`],
  ["cloudwatch:PutMetricData", "*"],
];

describe("the device watch's roles", () => {
  let watching: Recording;
  let fanned: Recording;
  beforeAll(async () => {
    const watchRules = { silent: { silentFor: "15m" } };
    watching = await recordStack("dev", { watchRules });
    fanned = await recordStack("dev", { watchRules, watchFanOut: true });
  });
  const ask = (policy: string, [action, resource]: Row, recording = watching, account = "123456789012") =>
    evaluatePolicy(policyTexts(named(recording, "aws:iam/rolePolicy:RolePolicy", policy)), {
      action,
      resource,
      context: { "s3:ResourceAccount": account },
    });

  it.each<Row>([
    ["dynamodb:GetItem", WATCH_TABLE],
    ["dynamodb:BatchGetItem", WATCH_TABLE],
    ["dynamodb:PutItem", WATCH_TABLE],
    ["dynamodb:UpdateItem", WATCH_TABLE],
    ["dynamodb:DeleteItem", WATCH_TABLE],
    ["sns:Publish", MAIL],
    ["sns:Publish", FEED],
    ["kinesis:GetRecords", STREAM],
    ["kinesis:GetShardIterator", STREAM],
    ["kinesis:ListShards", STREAM],
  ])("may both %s %s", (...row) => {
    expect([ask("watch-devices", row), ask("sweep-devices", row)]).toEqual(["allow", "allow"]);
  });

  it.each<Row>([
    ["kinesis:DescribeStream", STREAM],
    ["kinesis:DescribeStreamSummary", STREAM],
    ["s3:PutObject", `${BUCKET}/aws/lambda/uuid/shardId-000000000000/2026/01/01/x`],
    ["s3:ListBucket", BUCKET],
    ["logs:PutLogEvents", `${LOGS}:/aws/lambda/iot-device-watch-dev:log-stream:x`],
  ])("let the watch alone %s %s", (...row) => {
    expect([ask("watch-devices", row), ask("sweep-devices", row)]).toEqual(["allow", "implicitDeny"]);
  });

  it.each<Row>([
    ["dynamodb:Query", WATCH_TABLE],
    ["dynamodb:Query", `${WATCH_TABLE}/index/DueIndex`],
    ["dynamodb:Query", `${WATCH_TABLE}/index/ListedIndex`],
    ["logs:PutLogEvents", `${LOGS}:/aws/lambda/iot-device-watch-sweep-dev:log-stream:x`],
  ])("let the sweep alone %s %s", (...row) => {
    expect([ask("watch-devices", row), ask("sweep-devices", row)]).toEqual(["implicitDeny", "allow"]);
  });

  it.each<Row>(NEITHER)("let neither %s %s", (...row) => {
    for (const recording of [watching, fanned])
      for (const policy of ["watch-devices", "sweep-devices"])
        expect([policy, ask(policy, row, recording)]).toEqual([policy, "implicitDeny"]);
  });

  it("let the watch alone subscribe, with a connection of its own, and to that one alone", () => {
    for (const action of ["kinesis:SubscribeToShard", "kinesis:DescribeStreamConsumer"]) {
      expect(ask("watch-devices", [action, CONSUMER])).toBe("implicitDeny");
      expect(ask("watch-devices", [action, CONSUMER], fanned)).toBe("allow");
      expect(ask("sweep-devices", [action, CONSUMER], fanned)).toBe("implicitDeny");
    }
  });

  it("put nothing into a bucket of this name that somebody else has made", () => {
    const row: Row = ["s3:PutObject", `${BUCKET}/aws/lambda/x`];
    expect(ask("watch-devices", row, watching, "999999999999")).toBe("implicitDeny");
  });

  it("leave the processor without any right on the watch's table and topics", () => {
    for (const row of [
      ["dynamodb:PutItem", WATCH_TABLE],
      ["dynamodb:GetItem", WATCH_TABLE],
      ["sns:Publish", MAIL],
    ] as const)
      expect(ask("read-stream-and-store", row)).toBe("implicitDeny");
  });
});

describe("the rule's role", () => {
  const ask = asker("write-stream-and-error-log");

  it.each<Row>([
    ["kinesis:PutRecord", STREAM],
    ["logs:CreateLogStream", `${LOGS}:/aws/iot/rules/dev:log-stream:x`],
    ["logs:PutLogEvents", `${LOGS}:/aws/iot/rules/dev:log-stream:x`],
    ["logs:DescribeLogStreams", `${LOGS}:/aws/iot/rules/dev`],
  ])("may %s %s", (...row) => {
    expect(ask(row)).toBe("allow");
  });

  it.each<Row>([
    ["kinesis:PutRecords", STREAM],
    ["kinesis:GetRecords", STREAM],
    ["kinesis:PutRecord", `arn:aws:kinesis:${HERE}:stream/iot-sensor-stream-prod`],
    ["kinesis:PutRecord", `arn:aws:kinesis:${ELSEWHERE}:stream/iot-sensor-stream-dev`],
    ["kinesis:PutRecord", `arn:aws:kinesis:${OTHERS}:stream/iot-sensor-stream-dev`],
    ["logs:PutLogEvents", `${LOGS}:/aws/iot/rules/prod:log-stream:x`],
    ["logs:PutLogEvents", `${LOGS}:/aws/iot/rules/dev-2:log-stream:x`],
    ["logs:CreateLogGroup", `${LOGS}:/aws/iot/rules/dev`],
    ["logs:DeleteLogGroup", `${LOGS}:/aws/iot/rules/dev`],
    ["dynamodb:PutItem", TABLE],
    ["s3:PutObject", `${BUCKET}/anomalies/x`],
    ["lambda:InvokeFunction", `arn:aws:lambda:${HERE}:function:iot-sensor-processor-dev`],
  ])("may not %s %s", (...row) => {
    expect(ask(row)).toBe("implicitDeny");
  });
});

describe("who takes a role on", () => {
  let watching: Recording;
  beforeAll(async () => {
    watching = await recordStack("dev", { watchRules: { silent: { silentFor: "15m" } } });
  });
  const ask = (role: string, service: string, context: Record<string, string> = {}) =>
    evaluatePolicy(policyTexts(named(watching, "aws:iam/role:Role", role)), {
      action: "sts:AssumeRole",
      resource: `arn:aws:iam::123456789012:role/${role}`,
      principal: { type: "Service", id: service },
      context,
    });
  const source = (account: string, rule: string) => ({
    "aws:SourceAccount": account,
    "aws:SourceArn": `arn:aws:iot:sa-east-1:${account}:rule/${rule}`,
  });

  it.each([
    ["iot-processor-lambda-role-dev", "lambda.amazonaws.com", {}, "allow"],
    ["iot-processor-lambda-role-dev", "iot.amazonaws.com", {}, "implicitDeny"],
    ["iot-device-watch-role-dev", "lambda.amazonaws.com", {}, "allow"],
    ["iot-device-watch-role-dev", "events.amazonaws.com", {}, "implicitDeny"],
    ["iot-device-watch-sweep-role-dev", "lambda.amazonaws.com", {}, "allow"],
    ["iot-device-watch-sweep-role-dev", "events.amazonaws.com", {}, "implicitDeny"],
    ["iot-kinesis-role-dev", "iot.amazonaws.com", source("123456789012", "iot_sensor_rule_dev"), "allow"],
    ["iot-kinesis-role-dev", "iot.amazonaws.com", source("123456789012", "iot_sensor_rule_prod"), "implicitDeny"],
    ["iot-kinesis-role-dev", "iot.amazonaws.com", source("999999999999", "iot_sensor_rule_dev"), "implicitDeny"],
    ["iot-kinesis-role-dev", "iot.amazonaws.com", {}, "implicitDeny"],
    ["iot-kinesis-role-dev", "lambda.amazonaws.com", source("123456789012", "iot_sensor_rule_dev"), "implicitDeny"],
  ] as const)("%s by %s from %j: %s", (role, service, context, decision) => {
    expect(ask(role, service, context)).toBe(decision);
  });
});

describe("the buckets and the topic", () => {
  const ask = (type: string, target: string, request: PolicyRequest) => {
    const resource = dev.ofType(type).find(({ inputs }) => inputs.bucket === target || inputs.arn === target);
    return evaluatePolicy(resource ? policyTexts(resource) : [], request);
  };
  const secure = (over: boolean) => ({ "aws:SecureTransport": String(over) });
  const LOG_BUCKET = "iot-sensor-access-logs-dev-123456789012";
  const TOPIC = `arn:aws:sns:${HERE}:iot-alarms-dev`;
  const own = { type: "AWS" as const, id: "arn:aws:iam::123456789012:role/any" };

  it.each([
    ["s3:GetObject", `${BUCKET}/readings/x`],
    ["s3:PutObject", `${BUCKET}/anomalies/x`],
    ["s3:ListBucket", BUCKET],
    ["s3:DeleteBucket", BUCKET],
  ])("refuse %s of %s over plain HTTP, and leave it to the roles over TLS", (action, resource) => {
    const decide = (over: boolean) =>
      ask("aws:s3/bucketPolicy:BucketPolicy", BUCKET.slice("arn:aws:s3:::".length), {
        action,
        resource,
        principal: own,
        context: secure(over),
      });
    expect([decide(false), decide(true)]).toEqual(["explicitDeny", "implicitDeny"]);
  });

  it.each([
    ["the archive of this account", "123456789012", BUCKET, "archive/x", true, "allow"],
    ["plain HTTP", "123456789012", BUCKET, "archive/x", false, "explicitDeny"],
    ["another bucket", "123456789012", "arn:aws:s3:::other", "archive/x", true, "implicitDeny"],
    ["another account", "999999999999", BUCKET, "archive/x", true, "implicitDeny"],
    ["another prefix", "123456789012", BUCKET, "x", true, "implicitDeny"],
  ] as const)("let access logs in from the archive only: %s", (_what, account, source, key, over, decision) => {
    const request = {
      action: "s3:PutObject",
      resource: `arn:aws:s3:::${LOG_BUCKET}/${key}`,
      principal: { type: "Service" as const, id: "logging.s3.amazonaws.com" },
      context: { "aws:SourceAccount": account, "aws:SourceArn": source, ...secure(over) },
    };
    expect(ask("aws:s3/bucketPolicy:BucketPolicy", LOG_BUCKET, request)).toBe(decision);
  });

  it.each([
    ["an alarm of this account", "cloudwatch.amazonaws.com", HERE, true, "allow"],
    ["plain HTTP", "cloudwatch.amazonaws.com", HERE, false, "explicitDeny"],
    ["an alarm of another account", "cloudwatch.amazonaws.com", OTHERS, true, "implicitDeny"],
    ["an alarm of another region", "cloudwatch.amazonaws.com", ELSEWHERE, true, "implicitDeny"],
    ["another service", "events.amazonaws.com", HERE, true, "implicitDeny"],
  ] as const)("let messages in from alarms only: %s", (_what, service, where, over, decision) => {
    const request = {
      action: "sns:Publish",
      resource: TOPIC,
      principal: { type: "Service" as const, id: service },
      context: {
        "aws:SourceArn": `arn:aws:cloudwatch:${where}:alarm:iot-lambda-errors-dev`,
        "aws:SourceAccount": where.split(":")[1] ?? "",
        ...secure(over),
      },
    };
    expect(ask("aws:sns/topicPolicy:TopicPolicy", TOPIC, request)).toBe(decision);
  });

  it("let nobody in over TLS by their own policies: neither the account, nor another, nor a reader of logs", () => {
    const readers = [
      { type: "AWS" as const, id: "arn:aws:iam::123456789012:root" },
      { type: "AWS" as const, id: "arn:aws:iam::999999999999:root" },
      { type: "Service" as const, id: "logging.s3.amazonaws.com" },
    ];
    const context = { "aws:SourceAccount": "123456789012", "aws:SourceArn": BUCKET, ...secure(true) };
    for (const bucket of [BUCKET.slice("arn:aws:s3:::".length), LOG_BUCKET])
      for (const principal of readers) {
        const request = { action: "s3:GetObject", resource: `arn:aws:s3:::${bucket}/archive/x`, principal, context };
        expect(ask("aws:s3/bucketPolicy:BucketPolicy", bucket, request)).toBe("implicitDeny");
      }
  });

  it("let nobody subscribe by the topic's policy", () => {
    const request = { action: "sns:Subscribe", resource: TOPIC, principal: own, context: secure(true) };
    expect(ask("aws:sns/topicPolicy:TopicPolicy", TOPIC, request)).toBe("implicitDeny");
  });
});

import { beforeAll, describe, expect, it } from "vitest";
import { parseConfig, REGION } from "../../lib/config";
import { bundleFunctions } from "../../lib/function-bundle";
import { longestSuffix } from "../../lib/names";
import { evaluatePolicy } from "../../local/aws/iam/policy-evaluator";
import type { RecordedResource, Recording } from "../../local/stack/recording";
import { rulesFileText } from "../../watch/rules/rules-file";
import { dependenciesOf, named, policyOf, policyTexts, recordStack, tags } from "../helpers/stack";

const RULES = { hot: { sensorType: "temperature", above: 90 }, quiet: { silentFor: "15m" } };
const HERE = "sa-east-1:123456789012";
const STREAM = `arn:aws:kinesis:${HERE}:stream/iot-sensor-stream-dev`;
const CONSUMER = `${STREAM}/consumer/iot-device-watch-dev:1767225600`;
const BUCKET = "arn:aws:s3:::iot-sensor-archival-dev-123456789012";
const MAIL = `arn:aws:sns:${HERE}:iot-device-notices-dev`;
const FEED = `arn:aws:sns:${HERE}:iot-device-notices-feed-dev`;
const FUNCTION = "aws:lambda/function:Function";
const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";

const withRules = (more: Readonly<Record<string, unknown>> = {}) => recordStack("dev", { watchRules: RULES, ...more });
const ofWatch = (recording: Recording, type: string): RecordedResource => {
  const found = recording.ofType(type).filter(({ name }) => name.startsWith("iot-device-watch"));
  if (found.length !== 1 || !found[0]) throw new Error(`there are ${found.length} of ${type}`);
  return found[0];
};

let stack: Recording;
let plain: Recording;
beforeAll(async () => {
  plain = await recordStack("dev");
  stack = await withRules({ alarmEmails: ["a@example.com"] });
});

describe("a stack without rules", () => {
  it("declares nothing of the watch, whatever else is set", async () => {
    const other = { watchQuiet: [{ device: "*", reason: "revision" }], watchFanOut: true, watchWindowSeconds: 60 };
    expect(whole(await recordStack("dev", other))).toEqual(whole(plain));
    expect(JSON.stringify(whole(plain))).not.toMatch(/device-watch|device-notices|DeviceWatch/);
  });

  it("has the outputs of the watch, empty", () => {
    expect(plain.outputs).toMatchObject({ watch_table_name: "", watch_topic_arn: "", watch_feed_topic_arn: "" });
  });
});

describe("a stack with rules", () => {
  it("differs by the watch's own resources, its alarms and its row of the dashboard, and by nothing else", async () => {
    const monitoring = /^aws:cloudwatch\/(metricAlarm|dashboard):/;
    const rest = whole(await withRules()).filter(
      ({ type, name }) => !name.startsWith("iot-device-watch") && !monitoring.test(type),
    );
    expect(rest).toEqual(whole(plain).filter(({ type }) => !monitoring.test(type)));
  });

  it("has the watch's outputs", () => {
    expect(stack.outputs).toMatchObject({
      watch_table_name: "iot-device-watch-dev",
      watch_topic_arn: MAIL,
      watch_feed_topic_arn: FEED,
    });
  });
});

describe("the watch's table", () => {
  it("has a device's items, what is due and what is listed", () => {
    expect(ofWatch(stack, "aws:dynamodb/table:Table").inputs).toEqual({
      name: "iot-device-watch-dev",
      billingMode: "PAY_PER_REQUEST",
      hashKey: "deviceId",
      rangeKey: "item",
      attributes: [
        { name: "deviceId", type: "S" },
        { name: "item", type: "S" },
        { name: "dueBucket", type: "S" },
        { name: "dueAt", type: "N" },
        { name: "listed", type: "S" },
      ],
      globalSecondaryIndexes: [
        {
          name: "DueIndex",
          keySchemas: [
            { attributeName: "dueBucket", keyType: "HASH" },
            { attributeName: "dueAt", keyType: "RANGE" },
          ],
          projectionType: "KEYS_ONLY",
        },
        {
          name: "ListedIndex",
          keySchemas: [
            { attributeName: "listed", keyType: "HASH" },
            { attributeName: "deviceId", keyType: "RANGE" },
          ],
          projectionType: "INCLUDE",
          nonKeyAttributes: ["raised", "shelved", "silent"],
        },
      ],
      ttl: { attributeName: "expirationTime", enabled: true },
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true },
      deletionProtectionEnabled: false,
      tags: tags("iot-device-watch-dev", "Device watch: states and history of alarms"),
    });
  });
});

describe("the watch's functions", () => {
  const variables = {
    WATCH_TABLE: "iot-device-watch-dev",
    WATCH_MAIL_TOPIC_ARN: MAIL,
    WATCH_FEED_TOPIC_ARN: FEED,
    ENVIRONMENT: "dev",
    ANOMALY_LIMITS: '{"temperature":{"min":0,"max":100},"pressure":{"min":0,"max":200}}',
    HOT_RETENTION_DAYS: "30",
  };
  const common = { runtime: "nodejs24.x", architectures: ["arm64"], handler: "index.handler" };

  it("are one that judges batches, and one that sweeps, alone, and is over before the next minute", () => {
    const inputsOf = (name: string) => {
      const { code: _code, ...inputs } = named(stack, FUNCTION, name).inputs;
      return inputs;
    };
    expect(inputsOf("iot-device-watch-dev")).toEqual({
      ...common,
      name: "iot-device-watch-dev",
      description: "Judges the readings of the stream by the rules of the devices' alarms.",
      role: "arn:aws:iam::123456789012:role/iot-device-watch-role-dev",
      memorySize: 512,
      timeout: 60,
      environment: { variables },
      tags: tags("iot-device-watch-dev", "Judges readings by the rules of alarms"),
    });
    expect(inputsOf("iot-device-watch-sweep-dev")).toEqual({
      ...common,
      name: "iot-device-watch-sweep-dev",
      description: "Fires timers, finds silent devices and sends notices that are left.",
      role: "arn:aws:iam::123456789012:role/iot-device-watch-sweep-role-dev",
      memorySize: 512,
      timeout: 50,
      reservedConcurrentExecutions: 1,
      environment: { variables: { ...variables, WATCH_STREAM: "iot-sensor-stream-dev" } },
      tags: tags("iot-device-watch-sweep-dev", "Finds what is due in the device watch"),
    });
  });

  it.each([
    ["iot-device-watch-dev", "watch"],
    ["iot-device-watch-sweep-dev", "watchSweep"],
  ] as const)("are uploaded with the rules and the licences: %s", async (name, bundle) => {
    const files = await filesOf(named(stack, FUNCTION, name));
    expect(Object.keys(files).sort()).toEqual(["THIRD-PARTY-NOTICES", "index.js", "watch-rules.json"]);
    expect(files["index.js"]).toBe(bundleFunctions()[bundle].code);
    expect(JSON.parse(files["watch-rules.json"] ?? "")).toMatchObject({
      rules: [
        { name: "hot", condition: { kind: "above", limit: 90 } },
        { name: "quiet", condition: { kind: "silent", forMs: 900_000 } },
      ],
      quiet: [],
    });
  });

  it("change by their rules' file alone where a rule or a quiet time changes", async () => {
    const watchQuiet = [{ device: "boiler-*", reason: "revision" }];
    const changed = await withRules({ alarmEmails: ["a@example.com"], watchQuiet });
    const differing = whole(stack).filter((each, i) => JSON.stringify(each) !== JSON.stringify(whole(changed)[i]));
    expect(differing).toEqual([]);
    const { "watch-rules.json": rules } = await filesOf(named(changed, FUNCTION, "iot-device-watch-dev"));
    expect(rules).toContain("revision");
    expect(rules).toBe(rulesFileText(JSON.parse(rules ?? "").rules, watchQuiet));
  });

  it("have room for their variables at the longest suffix and the most bounds", async () => {
    const bounds = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`${i}`, { min: 0 }]));
    const config = (count: number) => ({ watchRules: RULES, anomalyLimits: bounds(count) });
    const suffix = "x".repeat(longestSuffix().length);
    let most = 1;
    while (parseConfig({ ...config(most + 1), environmentSuffix: suffix }, REGION).ok) most += 1;
    const declared = await recordStack(suffix, config(most));
    // https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: as JSON, so that what is JSON itself is escaped.
    for (const { inputs } of declared.ofType(FUNCTION))
      expect(JSON.stringify((inputs.environment as { variables: object }).variables).length).toBeLessThanOrEqual(4096);
  });

  it("reserve nothing in an account that cannot", async () => {
    const declared = await withRules({ reservedConcurrency: -1 });
    expect(named(declared, FUNCTION, "iot-device-watch-sweep-dev").inputs).not.toHaveProperty(
      "reservedConcurrentExecutions",
    );
  });
});

describe("the way from the stream to the watch", () => {
  const settings = {
    functionName: `arn:aws:lambda:${HERE}:function:iot-device-watch-dev`,
    startingPosition: "LATEST",
    batchSize: 10_000,
    maximumBatchingWindowInSeconds: 5,
    parallelizationFactor: 1,
    maximumRetryAttempts: -1,
    maximumRecordAgeInSeconds: 3600,
    bisectBatchOnFunctionError: true,
    functionResponseTypes: ["ReportBatchItemFailures"],
    destinationConfig: { onFailure: { destinationArn: BUCKET } },
    metricsConfig: { metrics: ["EventCount"] },
    tags: tags("iot-device-watch-dev", "From the stream to the device watch"),
  };

  it("is a mapping of its own, in order, with the failed batches kept", () => {
    const mapping = ofWatch(stack, MAPPING);
    expect(mapping.inputs).toEqual({ ...settings, eventSourceArn: STREAM });
    expect(dependenciesOf(mapping)).toContain("iot-device-watch-role-policy");
    expect(stack.ofType("aws:kinesis/streamConsumer:StreamConsumer")).toEqual([]);
  });

  it("waits as long as it is told for a batch", async () => {
    expect(ofWatch(await withRules({ watchWindowSeconds: 30 }), MAPPING).inputs).toEqual({
      ...settings,
      eventSourceArn: STREAM,
      maximumBatchingWindowInSeconds: 30,
    });
  });

  it("is a connection of its own with fan-out, and changes nothing but the mapping and its right", async () => {
    const fanned = await withRules({ alarmEmails: ["a@example.com"], watchFanOut: true });
    expect(ofWatch(fanned, "aws:kinesis/streamConsumer:StreamConsumer").inputs).toEqual({
      name: "iot-device-watch-dev",
      streamArn: STREAM,
      tags: tags("iot-device-watch-dev", "Reads the stream for the device watch"),
    });
    expect(ofWatch(fanned, MAPPING).inputs).toEqual({ ...settings, eventSourceArn: CONSUMER });
    const before = new Set(whole(stack).map((each) => JSON.stringify(each)));
    const changed = whole(fanned).filter((each) => !before.has(JSON.stringify(each)));
    expect(changed.map(({ name }) => name).sort()).toEqual([
      "iot-device-watch-consumer",
      "iot-device-watch-mapping",
      "iot-device-watch-role-policy",
    ]);
  });
});

describe("the sweep's schedule", () => {
  it("calls the sweep each minute, and repeats no call", () => {
    expect(stack.only("aws:cloudwatch/eventRule:EventRule").inputs).toEqual({
      name: "iot-device-watch-sweep-dev",
      description: "Calls the sweep of the device watch each minute",
      scheduleExpression: "rate(1 minute)",
      tags: tags("iot-device-watch-sweep-dev", "Calls the sweep of the device watch each minute"),
    });
    expect(stack.only("aws:cloudwatch/eventTarget:EventTarget").inputs).toEqual({
      rule: "iot-device-watch-sweep-dev",
      targetId: "function",
      arn: `arn:aws:lambda:${HERE}:function:iot-device-watch-sweep-dev`,
    });
    expect(stack.only("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig").inputs).toEqual({
      functionName: "iot-device-watch-sweep-dev",
      maximumRetryAttempts: 0,
      maximumEventAgeInSeconds: 60,
    });
  });

  it("alone may call it, once it is allowed to", () => {
    expect(stack.only("aws:lambda/permission:Permission").inputs).toEqual({
      statementId: "LetScheduleInvoke",
      action: "lambda:InvokeFunction",
      function: "iot-device-watch-sweep-dev",
      principal: "events.amazonaws.com",
      sourceArn: `arn:aws:events:${HERE}:rule/iot-device-watch-sweep-dev`,
      sourceAccount: "123456789012",
    });
    const target = stack.only("aws:cloudwatch/eventTarget:EventTarget");
    expect(dependenciesOf(target)).toContain("iot-device-watch-schedule-permission");
  });
});

describe("the topics of the notices", () => {
  it("are one for people, with every address, and one for machines, with none", () => {
    expect(named(stack, "aws:sns/topic:Topic", "iot-device-notices-dev").inputs).toEqual({
      name: "iot-device-notices-dev",
      tags: tags("iot-device-notices-dev", "Notices of devices as mail"),
    });
    expect(named(stack, "aws:sns/topic:Topic", "iot-device-notices-feed-dev").inputs).toEqual({
      name: "iot-device-notices-feed-dev",
      tags: tags("iot-device-notices-feed-dev", "Notices of devices as JSON"),
    });
    expect(ofWatch(stack, "aws:sns/topicSubscription:TopicSubscription").inputs).toEqual({
      topic: MAIL,
      protocol: "email",
      endpoint: "a@example.com",
    });
  });

  it.each([MAIL, FEED])("let in by %s this account's functions over TLS, and nobody else", (topic) => {
    const policy = stack.ofType("aws:sns/topicPolicy:TopicPolicy").find(({ inputs }) => inputs.arn === topic);
    expect(policy && policyOf(policy)).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "DenyPlainHttp",
          Effect: "Deny",
          Principal: "*",
          Action: "sns:Publish",
          Resource: [topic],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    });
    const own = policy ? policyTexts(policy) : [];
    const role = (name: string) => policyTexts(named(stack, "aws:iam/rolePolicy:RolePolicy", name));
    const ask = (texts: readonly string[], account: string, secure: boolean) =>
      evaluatePolicy([...texts, ...own], {
        action: "sns:Publish",
        resource: topic,
        principal: { type: "AWS", id: `arn:aws:iam::${account}:role/any` },
        context: { "aws:SecureTransport": String(secure) },
      });
    for (const name of ["watch-devices", "sweep-devices"]) {
      expect(ask(role(name), "123456789012", true)).toBe("allow");
      expect(ask(role(name), "123456789012", false)).toBe("explicitDeny");
    }
    expect(ask(role("read-stream-and-store"), "123456789012", true)).toBe("implicitDeny");
    expect(ask([], "999999999999", true)).toBe("implicitDeny");
  });
});

describe("a protected environment", () => {
  it("keeps what holds the states and what judges, and lets addresses and the fan-out be changed", async () => {
    const kept = await withRules({ protectData: true, watchFanOut: true, alarmEmails: ["a@example.com"] });
    const own = kept.all.filter(({ name, type }) => name.startsWith("iot-device-watch") && type.startsWith("aws:"));
    const replaceable = own.filter(({ protect }) => !protect).map(({ name }) => name);
    expect(replaceable.sort()).toEqual([
      "iot-device-watch-consumer",
      "iot-device-watch-feed-topic",
      "iot-device-watch-feed-topic-policy",
      "iot-device-watch-mapping",
      "iot-device-watch-notices-email-a@example.com",
      "iot-device-watch-notices-topic",
      "iot-device-watch-notices-topic-policy",
    ]);
    expect(ofWatch(kept, "aws:dynamodb/table:Table").inputs.deletionProtectionEnabled).toBe(true);
  });
});

/** What is declared, in an order that does not depend on when each promise was kept; the functions' files aside. */
function whole({ all }: Recording) {
  return all
    .map(({ type, name, parent, protect, inputs: { code: _code, ...inputs }, dependencies }) => ({
      type,
      name,
      parent,
      protect,
      inputs: Object.fromEntries(Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1))),
      dependencies: dependencies.map((urn) => urn.split("::").at(-1)).sort(),
    }))
    .sort((a, b) => (`${a.type} ${a.name}` < `${b.type} ${b.name}` ? -1 : 1));
}

async function filesOf({ inputs }: RecordedResource): Promise<Readonly<Record<string, string>>> {
  const { assets } = inputs.code as { assets: Promise<Record<string, { text: Promise<string> }>> };
  const files = Object.entries(await assets).map(async ([file, { text }]) => [file, await text]);
  return Object.fromEntries(await Promise.all(files));
}

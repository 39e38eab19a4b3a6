import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { connectAsync } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RejectedLine } from "../../contract/rejected";
import { type Ended, eventually, killLeftRuns, LocalRun, summaryOf } from "../helpers/local-run";

const TABLE = "iot-sensor-data-dev";
const BUCKET = "iot-sensor-archival-dev-123456789012";
const BASIC_INGEST = "$aws/rules/iot_sensor_rule_dev/sensor/data/ext-2";
const reading = (deviceId: string, change: object = {}) =>
  JSON.stringify({ deviceId, sensorType: "temperature", value: 25.5, timestamp: 1767225600000, ...change });

describe("clients of one's own", () => {
  let run: LocalRun;
  let at: { mqttPort: number; endpoint: string };
  let dynamodb: DynamoDBDocumentClient;
  let s3: S3Client;
  let published: string[];

  beforeAll(async () => {
    run = new LocalRun("--devices 0 --json");
    at = await run.ready();
    const settings = {
      endpoint: at.endpoint,
      region: "sa-east-1",
      credentials: { accessKeyId: "any", secretAccessKey: "any" },
    };
    dynamodb = DynamoDBDocumentClient.from(new DynamoDBClient(settings));
    s3 = new S3Client({ ...settings, forcePathStyle: true });
    // All at once: the mapping's window is waited for only once.
    published = await Promise.all([
      publish("ext-1", "sensor/data/ext-1", reading("ext-1")),
      publish("ext-2", BASIC_INGEST, reading("ext-2", { value: 999 })),
      publish("ext-3", "sensor/data/ext-3", reading("ext-1")),
      publish("ext-7", "sensor/data/ext-7", reading("ext-7"), {}, 5),
    ]);
    published.push(await publish("ext-3", "sensor/data/ext-3", "not json"));
  });

  afterAll(killLeftRuns);

  /** Publishes as `thing` and says whether the broker acknowledged, or closed the connection. */
  async function publish(
    thing: string,
    topic: string,
    payload: string,
    options = {},
    version: 4 | 5 = 4,
  ): Promise<string> {
    const client = await connect(thing, version);
    const closed = new Promise<string>((resolve) => client.once("close", () => resolve("connection closed")));
    const sent = client.publishAsync(topic, payload, { qos: 1, ...options }).then(() => "acknowledged");
    const outcome = await Promise.race([sent, closed]);
    sent.catch(() => {});
    await client.endAsync(true);
    return outcome;
  }

  function connect(clientId: string, protocolVersion: 4 | 5 = 4) {
    return connectAsync(`mqtt://127.0.0.1:${at.mqttPort}`, { clientId, protocolVersion, reconnectPeriod: 0 }, false);
  }

  async function itemsOf(deviceId: string) {
    const { Items = [] } = await dynamodb.send(
      new QueryCommand({
        TableName: TABLE,
        KeyConditionExpression: "deviceId = :d",
        ExpressionAttributeValues: { ":d": deviceId },
      }),
    );
    return Items;
  }

  async function objects(prefix: string): Promise<string[]> {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: prefix }));
    return Promise.all(
      Contents.map(async ({ Key }) => {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
        return (await Body?.transformToString()) ?? "";
      }),
    );
  }

  const rejectedLines = async (): Promise<RejectedLine[]> =>
    (await objects("rejected/")).flatMap((body) =>
      body
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line)),
    );

  it("are acknowledged at QoS 1, whatever they send to their own topic", () => {
    expect(published).toEqual(["acknowledged", "acknowledged", "acknowledged", "acknowledged", "acknowledged"]);
  });

  it.each([
    ["3.1.1", "ext-1"],
    ["5", "ext-7"],
  ])(
    "find their reading of MQTT %s in the table",
    async (_version, deviceId) => {
      await eventually("the item is there", async () => (await itemsOf(deviceId)).length === 1);
      expect((await itemsOf(deviceId))[0]).toMatchObject({
        deviceId,
        timestampSensorType: "1767225600000#temperature",
        value: 25.5,
        isAnomaly: false,
      });
    },
    40_000,
  );

  it("may use Basic Ingest", async () => {
    await eventually("the item is there", async () => (await itemsOf("ext-2")).length === 1);
    expect((await itemsOf("ext-2"))[0]).toMatchObject({ isAnomaly: true });
    expect(await objects("anomalies/ext-2/")).toEqual([reading("ext-2", { value: 999 })]);
  });

  it("find what they may not send in rejected/, with its original bytes", async () => {
    await eventually("two lines are there", async () => (await rejectedLines()).length === 2);
    expect((await rejectedLines()).map(({ partitionKey, data }) => [partitionKey, atob(data)])).toEqual([
      ["ext-3", reading("ext-1")],
      ["ext-3", "not json"],
    ]);
  });

  it.each([
    ["to another thing's topic", "sensor/data/ext-1", {}],
    ["to another topic", "sensor/commands/ext-4", {}],
    ["retained", "sensor/data/ext-4", { retain: true }],
    ["at QoS 2", "sensor/data/ext-4", { qos: 2 }],
    ["through another rule", "$aws/rules/other_rule/sensor/data/ext-4", {}],
  ])("lose their connection when they publish %s", async (_what, topic, options) => {
    for (const version of [4, 5] as const)
      expect(await publish("ext-4", topic, reading("ext-4"), options, version)).toBe("connection closed");
  });

  it("lose their connection over a payload of more than 128 KiB", async () => {
    expect(await publish("ext-4", "sensor/data/ext-4", "x".repeat(131_073))).toBe("connection closed");
  });

  it("cannot listen to others", async () => {
    const client = await connect("ext-5");
    const granted = await new Promise((resolve) =>
      client.subscribe("sensor/#", { qos: 1 }, (error, grants) => resolve(error?.message ?? grants)),
    );
    await client.endAsync(true);
    expect(granted).toMatch(/Unspecified error|128/);
  });

  it("cannot connect under a name that no thing has", async () => {
    await expect(connect("no/thing")).rejects.toThrow("Not authorized");
  });

  it("keeps a batch that always fails in the failure destination, whole, and goes on to what comes after", async () => {
    const fault = (body: object) =>
      fetch(`${at.endpoint}/_local/faults`, { method: "PUT", body: JSON.stringify(body) });
    await fault({ function: { kind: "throw", share: 1 } });
    for (const value of [1, 2, 3])
      await publish("ext-6", "sensor/data/ext-6", reading("ext-6", { value, timestamp: 1767225600000 + value }));
    const failedValues = async () =>
      (await objects("aws/lambda/"))
        .flatMap((body) => JSON.parse(JSON.parse(body).payload).Records)
        .map(({ kinesis }) => JSON.parse(atob(kinesis.data)).value)
        .sort();
    await eventually("three records are there", async () => (await failedValues()).length === 3);
    expect(await failedValues()).toEqual([1, 2, 3]);
    await fetch(`${at.endpoint}/_local/faults`, { method: "DELETE" });
    // Its place in the table is seen when the run ends, which drains first.
    await publish("ext-6", "sensor/data/ext-6", reading("ext-6", { value: 4 }));
  });

  it("are counted apart from the fleet", async () => {
    run.interrupt();
    const ended: Ended = await run.ended;
    expect(ended.status).toBe(0);
    expect(summaryOf(ended)).toMatchObject({
      published: 0,
      lost: 0,
      external: { stored: 4, rejected: 2, failed: 3, ruleErrors: 0 },
    });
    expect(ended.err).toContain('refused: client "ext-4": the device policy does not allow it to publish to');
  });
});

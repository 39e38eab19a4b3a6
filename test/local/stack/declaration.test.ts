import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { tableInput } from "../../../local/aws/emulators/resources";
import { readDeclaration, type TableDeclaration } from "../../../local/stack/declaration";
import { declareStack } from "../../../local/stack/declare-stack";
import { DeclarationError } from "../../../local/stack/declared-property";
import { writeFunctionFiles } from "../../../local/stack/function-files";
import type { RecordedResource, Recording } from "../../../local/stack/recording";

let plain: Recording;
beforeAll(async () => {
  plain = await declareStack({ environmentSuffix: "dev" }, "dev");
});

/** The stack's own declaration, with one resource changed. */
function changed(type: string, inputs: object): Recording {
  const change = (resource: RecordedResource): RecordedResource =>
    resource.type === type ? { ...resource, inputs: { ...resource.inputs, ...inputs } } : resource;
  return {
    ...plain,
    all: plain.all.map(change),
    ofType: (wanted) => plain.ofType(wanted).map(change),
    only: (wanted) => change(plain.only(wanted)),
  };
}

describe("readDeclaration", () => {
  it("reads what the stack declares", () => {
    const { devicePolicy, buckets, ...declaration } = readDeclaration(plain);
    expect(JSON.parse(devicePolicy).Statement.length).toBeGreaterThan(1);
    expect([...buckets].sort()).toEqual([
      "iot-sensor-access-logs-dev-123456789012",
      "iot-sensor-archival-dev-123456789012",
    ]);
    const { delivery, archiveTransform, outputs, deviceWatch, ...rest } = declaration;
    expect(deviceWatch).toBeUndefined();
    expect(outputs).toMatchObject({ region: "sa-east-1", dynamodb_table_name: "iot-sensor-data-dev" });
    expect(delivery).toMatchObject({
      name: "iot-sensor-archive-dev",
      bucket: "iot-sensor-archival-dev-123456789012",
      bufferBytes: 128 * 1024 ** 2,
      bufferMs: 900_000,
      transform: { functionArn: archiveTransform?.arn, bufferBytes: 0.2 * 1024 ** 2, bufferMs: 60_000, retries: 3 },
      catalog: {
        database: "iot_sensor_dev",
        table: "readings",
        partitionKeys: [{ name: "arrival_hour", type: "string" }],
      },
    });
    expect(archiveTransform).toMatchObject({ name: "iot-archive-transform-dev", memoryMb: 256, timeoutMs: 60_000 });
    expect(rest).toEqual({
      region: "sa-east-1",
      accountId: "123456789012",
      archiveBucket: "iot-sensor-archival-dev-123456789012",
      stream: {
        name: "iot-sensor-stream-dev",
        arn: "arn:aws:kinesis:sa-east-1:123456789012:stream/iot-sensor-stream-dev",
        shardCount: 4,
        retentionHours: 24,
        mode: "PROVISIONED",
        shardLevelMetrics: [
          "IncomingBytes",
          "IncomingRecords",
          "OutgoingBytes",
          "OutgoingRecords",
          "WriteProvisionedThroughputExceeded",
          "ReadProvisionedThroughputExceeded",
          "IteratorAgeMilliseconds",
        ],
        kmsKeyId: "alias/aws/kinesis",
        tags: expect.objectContaining({ Environment: "dev" }),
      },
      table: expect.objectContaining({
        name: "iot-sensor-data-dev",
        hashKey: "deviceId",
        rangeKey: "timestampSensorType",
      }),
      topics: ["iot-alarms-dev"],
      rule: {
        name: "iot_sensor_rule_dev",
        sql: "SELECT * FROM 'sensor/data/#'",
        sqlVersion: "2016-03-23",
        partitionKey: "${topic(3)}",
      },
      processor: {
        name: "iot-sensor-processor-dev",
        arn: "arn:aws:lambda:sa-east-1:123456789012:function:iot-sensor-processor-dev",
        roleArn: "arn:aws:iam::123456789012:role/iot-processor-lambda-role-dev",
        handler: "index.handler",
        environment: expect.objectContaining({ DYNAMODB_TABLE: "iot-sensor-data-dev" }),
        memoryMb: 512,
        timeoutMs: 60_000,
        reservedConcurrency: 10,
      },
      mapping: {
        uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        batchSize: 100,
        windowMs: 5000,
        parallelizationFactor: 2,
        maximumRetryAttempts: 3,
        maximumRecordAgeSeconds: -1,
        bisectBatchOnFunctionError: true,
        reportBatchItemFailures: true,
        failureBucket: "iot-sensor-archival-dev-123456789012",
      },
    });
  });

  it("reads the device watch where there are rules: functions, mapping, sweep, table and topics", async () => {
    const config = { environmentSuffix: "dev", watchRules: { hot: { sensorType: "temperature", above: 90 } } };
    const recording = await declareStack(config, "dev");
    const { deviceWatch, processor, mapping, table } = readDeclaration(recording);
    expect([processor.name, table.name]).toEqual(["iot-sensor-processor-dev", "iot-sensor-data-dev"]);
    expect(deviceWatch).toMatchObject({
      watch: { name: "iot-device-watch-dev", timeoutMs: 60_000 },
      mapping: { windowMs: 5000, parallelizationFactor: 1, maximumRetryAttempts: -1, maximumRecordAgeSeconds: 3600 },
      sweep: { name: "iot-device-watch-sweep-dev", reservedConcurrency: 1 },
      sweepEveryMs: 60_000,
      table: { name: "iot-device-watch-dev", hashKey: "deviceId", rangeKey: "item" },
      mailTopic: "arn:aws:sns:sa-east-1:123456789012:iot-device-notices-dev",
      feedTopic: "arn:aws:sns:sa-east-1:123456789012:iot-device-notices-feed-dev",
    });
    expect(deviceWatch?.mapping.uuid).not.toBe(mapping.uuid);
    expect(tableInput(deviceWatch?.table as TableDeclaration).GlobalSecondaryIndexes).toMatchObject([
      { IndexName: "DueIndex", Projection: { ProjectionType: "KEYS_ONLY" } },
      {
        IndexName: "ListedIndex",
        Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["raised", "shelved", "silent"] },
      },
    ]);
    const folder = await mkdtemp(path.join(tmpdir(), "function-files-"));
    await writeFunctionFiles(recording, "iot-device-watch-dev", folder);
    expect(JSON.parse(await readFile(path.join(folder, "watch-rules.json"), "utf8"))).toMatchObject({
      rules: [{ name: "hot", condition: { kind: "above", limit: 90 } }],
    });
    expect(await readFile(path.join(folder, "index.js"), "utf8")).toContain("handler");
    await rm(folder, { recursive: true });
    await expect(writeFunctionFiles(recording, "no-such-function", folder)).rejects.toThrow(DeclarationError);
  });

  it("reads a connection of the watch's own as the stream itself", async () => {
    const config = { environmentSuffix: "dev", watchFanOut: true, watchRules: { quiet: { silentFor: "5m" } } };
    expect(readDeclaration(await declareStack(config, "dev")).deviceWatch).toBeDefined();
  });

  it("follows the configuration", async () => {
    const config = { environmentSuffix: "test", shardCount: 2, batchSize: 10, retryAttempts: -1 };
    expect(readDeclaration(await declareStack(config, "test"))).toMatchObject({
      stream: { name: "iot-sensor-stream-test", shardCount: 2 },
      mapping: { batchSize: 10, maximumRetryAttempts: -1 },
    });
  });

  it("takes the processor's mapping and table where the device watch has its own", async () => {
    const config = { environmentSuffix: "dev", watchRules: { silent: { silentFor: "15m" } } };
    const { topics, outputs, deviceWatch, ...rest } = readDeclaration(plain);
    expect(deviceWatch).toBeUndefined();
    const watched = readDeclaration(await declareStack(config, "dev"));
    expect(watched).toMatchObject(rest);
    expect([...watched.topics].sort()).toEqual(
      [...topics, "iot-device-notices-dev", "iot-device-notices-feed-dev"].sort(),
    );
    expect(watched.outputs).toEqual({
      ...outputs,
      watch_table_name: "iot-device-watch-dev",
      watch_topic_arn: "arn:aws:sns:sa-east-1:123456789012:iot-device-notices-dev",
      watch_feed_topic_arn: "arn:aws:sns:sa-east-1:123456789012:iot-device-notices-feed-dev",
    });
  });

  it("gives a stream on demand the four shards that AWS starts it with, and reserves nothing", async () => {
    expect(
      readDeclaration(await declareStack({ environmentSuffix: "dev", streamMode: "ON_DEMAND" }, "dev")),
    ).toMatchObject({
      stream: { shardCount: 4 },
      processor: { reservedConcurrency: undefined },
    });
  });

  it.each([
    ["aws:lambda/function:Function", { runtime: "nodejs22.x" }, '"runtime"'],
    ["aws:lambda/function:Function", { handler: "" }, '"handler"'],
    ["aws:iot/topicRule:TopicRule", { enabled: false }, '"enabled"'],
    ["aws:iot/topicRule:TopicRule", { kineses: [] }, '"kineses"'],
    ["aws:kinesis/stream:Stream", { shardCount: undefined }, '"shardCount"'],
    ["aws:lambda/eventSourceMapping:EventSourceMapping", { startingPosition: "LATEST" }, '"startingPosition"'],
    ["aws:lambda/eventSourceMapping:EventSourceMapping", { filterCriteria: { filters: [] } }, '"filterCriteria"'],
    ["aws:lambda/eventSourceMapping:EventSourceMapping", { tumblingWindowInSeconds: 5 }, '"tumblingWindowInSeconds"'],
    ["aws:lambda/eventSourceMapping:EventSourceMapping", { functionName: "another" }, '"functionName"'],
    [
      "aws:lambda/eventSourceMapping:EventSourceMapping",
      { destinationConfig: { onFailure: { destinationArn: "arn:aws:sqs:sa-east-1:123456789012:q" } } },
      '"destinationConfig"',
    ],
  ])("refuses %s with %j, rather than run something else", (type, inputs, property) => {
    const recording = changed(type, inputs);
    expect(() => readDeclaration(recording)).toThrow(DeclarationError);
    expect(() => readDeclaration(recording)).toThrow(property);
  });
});

describe("tableInput", () => {
  it("declares the table and its index as DynamoDB's own API does", () => {
    expect(tableInput(readDeclaration(plain).table)).toEqual({
      TableName: "iot-sensor-data-dev",
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [
        { AttributeName: "deviceId", KeyType: "HASH" },
        { AttributeName: "timestampSensorType", KeyType: "RANGE" },
      ],
      AttributeDefinitions: [
        { AttributeName: "deviceId", AttributeType: "S" },
        { AttributeName: "timestampSensorType", AttributeType: "S" },
        { AttributeName: "sensorTypeShard", AttributeType: "S" },
        { AttributeName: "timestamp", AttributeType: "N" },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: "SensorTypeIndex",
          KeySchema: [
            { AttributeName: "sensorTypeShard", KeyType: "HASH" },
            { AttributeName: "timestamp", KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "ALL" },
        },
      ],
    });
  });
});

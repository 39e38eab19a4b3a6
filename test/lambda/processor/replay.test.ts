import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CreateTableCommand, DynamoDBClient, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mannerOf } from "../../../lambda/processor/invocation";
import { FakeAws } from "../../helpers/fake-aws";
import { ARRIVED_AT, kinesisRecord, payload, sequenceNumber } from "../../helpers/kinesis-records";
import { processorOn, rejectedLines } from "../../helpers/processor";

const TableName = "iot-sensor-data-dev";
const KEY = { deviceId: { S: "sensor-001" }, timestampSensorType: { S: `${ARRIVED_AT - 1000}#temperature` } };
const OBJECT = `anomalies/sensor-001/${ARRIVED_AT - 1000}-temperature.json`;

let fake: FakeAws;
let tables: Server;
let dynamodb: DynamoDBClient;
beforeEach(async () => {
  fake = await FakeAws.start();
  // Conditions are judged by an implementation that knows nothing of this project.
  const dynalite: (options: { createTableMs: number }) => Server = require("dynalite");
  tables = dynalite({ createTableMs: 0 });
  await new Promise<void>((listening) => tables.listen(0, "127.0.0.1", listening));
  const endpoint = `http://127.0.0.1:${(tables.address() as AddressInfo).port}`;
  process.env.AWS_ENDPOINT_URL_DYNAMODB = endpoint;
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  dynamodb = new DynamoDBClient({ endpoint, region: "sa-east-1", credentials });
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [
        { AttributeName: "deviceId", KeyType: "HASH" },
        { AttributeName: "timestampSensorType", KeyType: "RANGE" },
      ],
      AttributeDefinitions: [
        { AttributeName: "deviceId", AttributeType: "S" },
        { AttributeName: "timestampSensorType", AttributeType: "S" },
      ],
    }),
  );
});
afterEach(async () => {
  delete process.env.AWS_ENDPOINT_URL_DYNAMODB;
  dynamodb.destroy();
  await fake.stop();
  await new Promise((closed) => tables.close(closed));
});

const stored = async () => (await dynamodb.send(new ScanCommand({ TableName }))).Items ?? [];
const values = async () => (await stored()).map(({ value }) => Number(value?.N));
/** A reading of the one identity that arrived so many milliseconds after the first. */
const record = (place: number, value: number, afterMs: number) =>
  kinesisRecord(place, payload({ value }), { arrivedAt: ARRIVED_AT + afterMs });

describe("a replay", () => {
  it.each<[string, number, number[], object]>([
    ["an earlier arrival gives way", -5, [20], { ProcessedRecords: 0, SupersededReadings: 1, superseded: 1 }],
    ["the same arrival is written again", 0, [10], { ProcessedRecords: 1, SupersededReadings: 0, superseded: 0 }],
    ["a later arrival is stored", 5, [10], { ProcessedRecords: 1, SupersededReadings: 0, superseded: 0 }],
  ])("lets the reading that arrived last count: %s", async (_case, afterMs, expected, counts) => {
    const process = processorOn(fake);
    await process([record(1, 20, 0)]);
    const { response, line } = await process([record(0, 10, afterMs)], 60_000, { isReplay: true });
    expect(response).toEqual({ batchItemFailures: [] });
    expect(await values()).toEqual(expected);
    expect(line).toMatchObject({ records: 1, RejectedRecords: 0, ProcessingErrors: 0, handedBack: 0, ...counts });
    expect(line.storeErrors).toBeUndefined();
  });

  it("counts the same record as stored, however often it is replayed", async () => {
    const process = processorOn(fake);
    for (const _time of [1, 2, 3]) {
      const { line } = await process([record(0, 10, 0)], 60_000, { isReplay: true });
      expect(line).toMatchObject({ ProcessedRecords: 1, SupersededReadings: 0 });
    }
    expect(await values()).toEqual([10]);
  });

  it("stores every attribute as a first arrival does", async () => {
    const odd = payload({ metadata: { ["__proto__"]: { a: [1, null, true, "ç"] }, empty: {} } });
    const process = processorOn(fake);
    await process([kinesisRecord(0, odd)]);
    const [first] = await stored();
    await process([kinesisRecord(0, odd)], 60_000, { isReplay: true });
    const [again] = await stored();
    expect({ ...again, processedAt: 0 }).toEqual({ ...first, processedAt: 0 });
  });

  it.each([
    ["in the same second or later", 0, [20]],
    ["before it", -1000, [10]],
  ])("tells from its expiry that an item without an arrival arrived %s", async (_case, aheadMs, expected) => {
    const arrivedAt = ARRIVED_AT + 60_000 + aheadMs;
    const Item = { ...KEY, value: { N: "20" }, expirationTime: { N: `${Math.floor(arrivedAt / 1000) + 30 * 86_400}` } };
    await dynamodb.send(new PutItemCommand({ TableName, Item }));
    await processorOn(fake)([record(0, 10, aheadMs < 0 ? 60_000 : 59_000)], 60_000, { isReplay: true });
    expect(await values()).toEqual(expected);
  });

  it("takes an item that says nothing of its arrival for an earlier one", async () => {
    await dynamodb.send(new PutItemCommand({ TableName, Item: { ...KEY, value: { N: "20" } } }));
    await processorOn(fake)([record(0, 10, 0)], 60_000, { isReplay: true });
    expect(await values()).toEqual([10]);
  });

  it("accounts for each record: stored, superseded, or set aside", async () => {
    const process = processorOn(fake);
    await process([record(9, 20, 50)]);
    const other = payload({ sensorType: "pressure" });
    const { line } = await process(
      [record(0, 10, 0), kinesisRecord(1, other), kinesisRecord(2, { ...other, value: 7 }), kinesisRecord(3, "[]")],
      60_000,
      { isReplay: true },
    );
    expect(line).toMatchObject({ records: 4, ProcessedRecords: 1, SupersededReadings: 2, RejectedRecords: 1 });
    expect((await values()).sort((a, b) => a - b)).toEqual([7, 20]);
    expect(rejectedLines(fake).map(({ sequenceNumber: number }) => number)).toEqual([sequenceNumber(3)]);
  });

  it("leaves the current version of an anomaly's object where its reading gives way", async () => {
    const process = processorOn(fake);
    await process([record(1, 200, 0)]);
    const { line } = await process([record(0, 150, -5)], 60_000, { isReplay: true });
    expect(fake.versions.get(OBJECT)).toEqual([JSON.stringify(payload({ value: 200 }))]);
    expect(line).toMatchObject({ SupersededReadings: 1, AnomaliesDetected: 0 });
  });

  it("keeps a message under its earliest anomaly that does not give way", async () => {
    const process = processorOn(fake);
    const [earlier, later] = [ARRIVED_AT - 1000, ARRIVED_AT - 500];
    await process([record(1, 200, 0)]);
    const list = {
      deviceId: "sensor-001",
      readings: [
        { sensorType: "temperature", value: 150, timestamp: earlier },
        { sensorType: "pressure", value: 900, timestamp: later },
        { sensorType: "humidity", value: 50, timestamp: later },
      ],
    };
    const replayed = kinesisRecord(0, list, { arrivedAt: ARRIVED_AT - 5 });
    const { line } = await process([replayed], 60_000, { isReplay: true });
    expect(line).toMatchObject({ ProcessedRecords: 2, SupersededReadings: 1, AnomaliesDetected: 1 });
    expect([...fake.versions]).toEqual([
      [OBJECT, [JSON.stringify(payload({ value: 200 }))]],
      [`anomalies/sensor-001/${later}-pressure.json`, [JSON.stringify(list)]],
    ]);
    // Nor does one whose anomalies all give way, while another reading of it is stored.
    await process([record(2, 210, 10)]);
    const rest = { deviceId: "sensor-001", readings: [list.readings[0], list.readings[2]] };
    await process([kinesisRecord(3, rest, { arrivedAt: ARRIVED_AT - 4 })], 60_000, { isReplay: true });
    expect(fake.versions.get(OBJECT)?.map((body) => JSON.parse(body).value)).toEqual([200, 210]);
  });

  it("keeps the payload of an anomaly that it stores, and hands it back where that fails", async () => {
    const process = processorOn(fake);
    fake.s3.fault = () => ({ kind: "status", status: 403, code: "AccessDenied" });
    const { response } = await process([record(0, 150, 0)], 60_000, { isReplay: true });
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: sequenceNumber(0) }] });
    fake.s3.fault = () => undefined;
    const { line } = await process([record(0, 150, 0)], 60_000, { isReplay: true });
    expect(line).toMatchObject({ ProcessedRecords: 1, AnomaliesDetected: 1, SupersededReadings: 0 });
    expect(fake.versions.get(OBJECT)).toEqual([JSON.stringify(payload({ value: 150 }))]);
  });
});

describe("a replay as arrived", () => {
  it("stores readings with a wrong clock at their arrival, each under a key of its own, however often", async () => {
    const process = processorOn(fake);
    const wrong = [0, 5000, -1, 1_767_225_600].map((timestamp, place) => kinesisRecord(place, payload({ timestamp })));
    const before = await process(wrong, 60_000, { isReplay: true });
    expect(before.line).toMatchObject({ ProcessedRecords: 0, RejectedRecords: 4 });
    for (const _time of [1, 2]) {
      const { line } = await process(wrong, 60_000, { isReplay: true, asArrived: true });
      expect(line).toMatchObject({ ProcessedRecords: 4, RejectedRecords: 0, SupersededReadings: 0 });
    }
    expect((await stored()).map(({ timestampSensorType }) => timestampSensorType?.S).sort()).toEqual(
      [0, 1, 2, 3].map((place) => `${ARRIVED_AT}#temperature#${sequenceNumber(place)}`),
    );
  });
});

describe("mannerOf", () => {
  it.each([
    [{ Records: [] }, { isReplay: false, asArrived: false }],
    [
      { Records: [], replay: true },
      { isReplay: true, asArrived: false },
    ],
    [
      { Records: [], replay: true, asArrived: true },
      { isReplay: true, asArrived: true },
    ],
  ])("of %j is %j", (event, expected) => {
    expect(mannerOf(event)).toEqual(expected);
  });

  it("refuses asArrived where nothing is replayed", () => {
    expect(() => mannerOf({ asArrived: true })).toThrow('"asArrived" must be absent where "replay" is, got true.');
  });

  it.each([
    [false, "false"],
    ["true", '"true"'],
    [1, "1"],
    [null, "null"],
    [{}, "an object"],
  ])("refuses %j", (replay, named) => {
    const fix = 'Fix: replay records with "npx iot replay"';
    expect(() => mannerOf({ replay })).toThrow(`"replay" must be true or absent, got ${named}. ${fix}`);
  });
});

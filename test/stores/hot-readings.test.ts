import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { beforeEach, describe, expect, it } from "vitest";
import { HotReadings } from "../../stores/hot-readings";
import type { StoredReading } from "../../stores/unpacked";
import { mockClient } from "../helpers/mocked-clients";
import { all, reading, T } from "../helpers/stored-readings";

const documents = mockClient(DynamoDBDocumentClient);
const hot = new HotReadings(new DynamoDBClient({ region: "sa-east-1" }), "iot-sensor-data-dev");
const span = { from: T, until: T + 1000, now: T + 500 };
const item = ({ key, ...rest }: StoredReading) => ({ ...rest, timestampSensorType: key });
const inputs = () => documents.commandCalls(QueryCommand).map(({ args: [{ input }] }) => input);

beforeEach(() => {
  documents.reset();
});

describe("HotReadings", () => {
  it("asks for a device's time and type, page by page, and never for what has expired", async () => {
    const [first, second] = [reading(T), { ...reading(T + 1), metadata: { line: 2 } }];
    documents
      .on(QueryCommand)
      .resolvesOnce({ Items: [item(first)], LastEvaluatedKey: { deviceId: "sensor-001" } })
      .resolves({ Items: [item(second)] });
    expect(await all(hot.ofDevice("sensor-001", span, "temperature"))).toEqual([first, second]);
    const query = {
      TableName: "iot-sensor-data-dev",
      KeyConditionExpression: "#device = :device AND #key BETWEEN :from AND :until",
      FilterExpression: "#expires > :now AND #type = :type",
      ExpressionAttributeNames: {
        "#expires": "expirationTime",
        "#device": "deviceId",
        "#key": "timestampSensorType",
        "#type": "sensorType",
      },
      ExpressionAttributeValues: {
        ":device": "sensor-001",
        ":from": "1767225000000",
        ":until": "1767225601000",
        ":now": 1_767_225_600,
        ":type": "temperature",
      },
      ScanIndexForward: true,
    };
    // The paginator asks with one object, whose start key it moves on.
    expect(inputs()).toEqual(Array(2).fill({ ...query, ExclusiveStartKey: { deviceId: "sensor-001" } }));
  });

  it("asks every shard of a sensor type, and merges them", async () => {
    documents.on(QueryCommand).callsFake(({ ExpressionAttributeValues }) => {
      const shard = Number(ExpressionAttributeValues[":shard"].slice(-2));
      return { Items: [reading(T + 10 - shard), reading(T + 20 + shard)].map(item) };
    });
    const found = (await all(hot.ofType("temperature", span))).map(({ timestamp }) => timestamp);
    expect(found).toEqual([...found].sort((a, b) => a - b));
    expect(found).toHaveLength(20);
    expect(inputs().map(({ ExpressionAttributeValues }) => ExpressionAttributeValues?.[":shard"])).toEqual(
      Array.from({ length: 10 }, (_, shard) => `temperature#0${shard}`),
    );
    expect(inputs()[9]).toEqual({
      TableName: "iot-sensor-data-dev",
      IndexName: "SensorTypeIndex",
      KeyConditionExpression: "#shard = :shard AND #timestamp BETWEEN :from AND :last",
      FilterExpression: "#expires > :now",
      ExpressionAttributeNames: {
        "#expires": "expirationTime",
        "#shard": "sensorTypeShard",
        "#timestamp": "timestamp",
      },
      ExpressionAttributeValues: {
        ":shard": "temperature#09",
        ":from": T - 600_000,
        ":last": T + 999,
        ":now": 1_767_225_600,
      },
    });
  });
});

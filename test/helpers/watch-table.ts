import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DUE_INDEX, LISTED_INDEX, LISTED_PROJECTION } from "../../contract/watch";

export const WATCH_TABLE = "iot-device-watch-dev";
export const HOT_TABLE = "iot-sensor-data-dev";

/** The watch's table, and the hot tier's, in an implementation that knows nothing of this project, behind the endpoint of a local run. */
export interface WatchTables {
  readonly client: DynamoDBClient;
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Starts the tables. `outputs` are those of the stack, beside its region. */
export async function startWatchTables(
  outputs: Readonly<Record<string, string>> = { watch_table_name: WATCH_TABLE, dynamodb_table_name: HOT_TABLE },
): Promise<WatchTables> {
  const dynalite: (options: { createTableMs: number }) => Server = require("dynalite");
  const tables = dynalite({ createTableMs: 0 });
  const server = createServer((request, response) => {
    if (request.url === "/_local/outputs") response.end(JSON.stringify({ region: "sa-east-1", ...outputs }));
    else tables.emit("request", request, response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  const client = new DynamoDBClient({ endpoint, region: "sa-east-1", credentials });
  await client.send(watchTable());
  await client.send(hotTable());
  return {
    client,
    endpoint,
    close: async () => {
      client.destroy();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

const key = (AttributeName: string, KeyType: "HASH" | "RANGE") => ({ AttributeName, KeyType });
const attribute = (AttributeName: string, AttributeType: "S" | "N") => ({ AttributeName, AttributeType });

function watchTable(): CreateTableCommand {
  return new CreateTableCommand({
    TableName: WATCH_TABLE,
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [key("deviceId", "HASH"), key("item", "RANGE")],
    AttributeDefinitions: [
      attribute("deviceId", "S"),
      attribute("item", "S"),
      attribute("dueBucket", "S"),
      attribute("dueAt", "N"),
      attribute("listed", "S"),
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: DUE_INDEX,
        KeySchema: [key("dueBucket", "HASH"), key("dueAt", "RANGE")],
        Projection: { ProjectionType: "KEYS_ONLY" },
      },
      {
        IndexName: LISTED_INDEX,
        KeySchema: [key("listed", "HASH"), key("deviceId", "RANGE")],
        Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: [...LISTED_PROJECTION] },
      },
    ],
  });
}

function hotTable(): CreateTableCommand {
  return new CreateTableCommand({
    TableName: HOT_TABLE,
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [key("deviceId", "HASH"), key("timestampSensorType", "RANGE")],
    AttributeDefinitions: [
      attribute("deviceId", "S"),
      attribute("timestampSensorType", "S"),
      attribute("sensorTypeShard", "S"),
      attribute("timestamp", "N"),
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: "SensorTypeIndex",
        KeySchema: [key("sensorTypeShard", "HASH"), key("timestamp", "RANGE")],
        Projection: { ProjectionType: "ALL" },
      },
    ],
  });
}

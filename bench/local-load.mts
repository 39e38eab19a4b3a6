/** Readings from clients that are no part of the run. */
import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient, GetItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { connectAsync } from "mqtt";
import type { StartedRun } from "./local-run.mts";

const TABLE = "iot-sensor-data-dev";
const LOOK_EVERY_MS = 50;
/** Each device sends as many readings as a batch holds: every batch is full, and none waits for the window. */
const DEVICES = 20;
const READINGS_OF_EACH = 100;
export const READINGS = DEVICES * READINGS_OF_EACH;

/** Publishes from all devices as fast as they are acknowledged. Resolves with the seconds from the first publish to the last item. */
export async function publishAll({ mqttPort, endpoint }: StartedRun, prefix: string): Promise<number> {
  const things = Array.from({ length: DEVICES }, (_, place) => `${prefix}-${place}`);
  const clients = await Promise.all(
    things.map((clientId) => connectAsync(`mqtt://127.0.0.1:${mqttPort}`, { clientId })),
  );
  const [startedAt, firstTime] = [performance.now(), Date.now()];
  const publish = async (client: (typeof clients)[number], deviceId: string) => {
    for (let place = 0; place < READINGS_OF_EACH; place += 1) {
      const metadata = { location: "assembly-line-1" };
      const reading = { deviceId, sensorType: "temperature", value: 25.5, timestamp: firstTime + place, metadata };
      await client.publishAsync(`sensor/data/${deviceId}`, JSON.stringify(reading), { qos: 1 });
    }
    await client.endAsync();
  };
  await Promise.all(clients.map((client, place) => publish(client, things[place] ?? "")));
  const dynamodb = dynamodbOf(endpoint);
  // A device's readings are stored in their order: the last one stands for all.
  const timestampSensorType = { S: `${firstTime + READINGS_OF_EACH - 1}#temperature` };
  for (const deviceId of things) {
    const item = new GetItemCommand({ TableName: TABLE, Key: { deviceId: { S: deviceId }, timestampSensorType } });
    while ((await dynamodb.send(item)).Item === undefined) await sleep(LOOK_EVERY_MS);
  }
  return (performance.now() - startedAt) / 1000;
}

/** Resolves when any reading can be read. */
export async function firstStored({ endpoint }: StartedRun): Promise<void> {
  const dynamodb = dynamodbOf(endpoint);
  while ((await dynamodb.send(new ScanCommand({ TableName: TABLE, Limit: 1 }))).Count === 0) await sleep(LOOK_EVERY_MS);
}

function dynamodbOf(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: "bench", secretAccessKey: "bench" };
  return new DynamoDBClient({ endpoint, region: "sa-east-1", credentials });
}

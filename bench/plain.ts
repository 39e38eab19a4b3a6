/**
 * The usual handler, written for the comparison: lib-dynamodb's documents in batches of 25, a PUT for each anomaly.
 * Whatever is wrong with a record or a store fails the batch, and what DynamoDB leaves over is lost.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { BatchWriteCommand, DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { KinesisStreamEvent } from "aws-lambda";

const LIMITS: Record<string, [number, number]> = { temperature: [0, 100], pressure: [0, 200] };
const table = process.env.DYNAMODB_TABLE ?? "";
const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const s3 = new S3Client({ forcePathStyle: true });

export async function handler(event: KinesisStreamEvent): Promise<{ statusCode: number }> {
  const readings = event.Records.map(({ kinesis }) => JSON.parse(Buffer.from(kinesis.data, "base64").toString()));
  const items = readings.map((reading) => {
    const [min, max] = LIMITS[reading.sensorType] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    return {
      ...reading,
      timestampSensorType: `${reading.timestamp}#${reading.sensorType}`,
      sensorTypeShard: `${reading.sensorType}#00`,
      isAnomaly: reading.value < min || reading.value > max,
      expirationTime: Math.floor(Date.now() / 1000) + 30 * 86_400,
      processedAt: Date.now(),
    };
  });
  const calls: Promise<unknown>[] = [];
  for (let i = 0; i < items.length; i += 25) {
    const puts = items.slice(i, i + 25).map((Item) => ({ PutRequest: { Item } }));
    calls.push(documents.send(new BatchWriteCommand({ RequestItems: { [table]: puts } })));
  }
  for (const [i, item] of items.entries()) {
    const Key = `anomalies/${item.deviceId}/${item.timestamp}.json`;
    const Body = JSON.stringify(readings[i]);
    if (item.isAnomaly) calls.push(s3.send(new PutObjectCommand({ Bucket: process.env.S3_BUCKET, Key, Body })));
  }
  await Promise.all(calls);
  console.log(JSON.stringify({ stored: items.length }));
  return { statusCode: 200 };
}

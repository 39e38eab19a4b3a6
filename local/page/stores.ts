import { paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { ATTRIBUTE } from "../../contract/item";
import { PREFIX } from "../../contract/objects";
import type { AnomalyLimits } from "../../contract/variables";
import { CLOCK_TOLERANCE_MS } from "../../stores/hot-readings";
import { readText } from "../../stores/read-object";
import { rejectedLines } from "../../stores/rejected-lines";
import { type Clients, documentsOf } from "../aws/clients";
import type { ShownAnomaly, ShownReading, ShownReject } from "./shown";

const SHOWN = 20;
const READINGS_SHOWN = 50;
/** Of a clock that is ahead, this many are enough to see it. */
const AHEAD_SHOWN = 5;
const MAX_PAYLOAD_SHOWN = 200;

/** The device's latest readings that have not expired, newest first; above them the few whose time is ahead of now. */
export async function latestReadings(clients: Clients, table: string, deviceId: string): Promise<ShownReading[]> {
  const nowEnds = String(Date.now() + CLOCK_TOLERANCE_MS);
  const [ahead, present] = await Promise.all([
    newestReadings(clients, table, deviceId, ["#k > :k", nowEnds], AHEAD_SHOWN),
    newestReadings(clients, table, deviceId, ["#k <= :k", nowEnds], READINGS_SHOWN),
  ]);
  return [...ahead, ...present];
}

async function newestReadings(
  clients: Clients,
  table: string,
  deviceId: string,
  [condition, key]: readonly [string, string],
  limit: number,
): Promise<ShownReading[]> {
  const { Items = [] } = await documentsOf(clients.dynamodb).send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: `#d = :d AND ${condition}`,
      ExpressionAttributeNames: { "#d": ATTRIBUTE.deviceId, "#k": ATTRIBUTE.timestampSensorType },
      ExpressionAttributeValues: { ":d": deviceId, ":k": key },
      ScanIndexForward: false,
      Limit: limit,
    }),
  );
  return Items.filter((item) => Number(item[ATTRIBUTE.expirationTime]) * 1000 > Date.now()).map((item) => ({
    timestamp: Number(item[ATTRIBUTE.timestamp]),
    sensorType: String(item[ATTRIBUTE.sensorType]),
    value: Number(item[ATTRIBUTE.value]),
    isAnomaly: item[ATTRIBUTE.isAnomaly] === true,
  }));
}

/** The latest anomalies, newest first. */
export async function latestAnomalies(s3: S3Client, bucket: string, limits: AnomalyLimits): Promise<ShownAnomaly[]> {
  const objects = await newest(s3, bucket, PREFIX.anomalies);
  return objects.map(({ at, key, body }) => {
    const { deviceId, sensorType, value } = parsedObject(body);
    if (typeof deviceId !== "string" || typeof sensorType !== "string" || typeof value !== "number")
      return { at, deviceId: "", sensorType: "", value: null, reason: `cannot be read: ${key}` };
    return { at, deviceId, sensorType, value, reason: whyAnomalous(limits, sensorType, value) };
  });
}

/** Which bound the value breaks, in words. */
export function whyAnomalous(limits: AnomalyLimits, sensorType: string, value: number): string {
  const { min, max } = Object.hasOwn(limits, sensorType) ? (limits[sensorType] ?? {}) : {};
  if (max !== undefined && value > max) return `above ${max}`;
  return min !== undefined && value < min ? `below ${min}` : "";
}

/** The latest records that were set aside, newest first. */
export async function latestRejects(s3: S3Client, bucket: string): Promise<ShownReject[]> {
  const objects = await newest(s3, bucket, PREFIX.rejected);
  const rejects = objects.flatMap(({ at, key, body }) => [
    ...shownRejects(body),
    ...(rejectedLines(body).unreadable === undefined ? [] : [unreadableReject(at, key)]),
  ]);
  return rejects.sort((a, b) => b.at - a.at).slice(0, SHOWN);
}

/** The lines of a `rejected/` object. */
export function shownRejects(jsonLines: string): ShownReject[] {
  return rejectedLines(jsonLines).lines.map(({ arrivedAt, partitionKey, reason, detail, data }) => {
    const payload = Buffer.from(data, "base64").toString("utf8").slice(0, MAX_PAYLOAD_SHOWN);
    return { at: arrivedAt, deviceId: partitionKey, reason, detail, payload };
  });
}

function unreadableReject(at: number, key: string): ShownReject {
  return { at, deviceId: "", reason: "unreadable", detail: key, payload: "" };
}

function parsedObject(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

async function newest(
  client: S3Client,
  bucket: string,
  prefix: string,
): Promise<{ at: number; key: string; body: string }[]> {
  let found: { key: string; at: number }[] = [];
  for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
    for (const { Key, LastModified } of page.Contents ?? [])
      if (Key !== undefined) found.push({ key: Key, at: LastModified?.getTime() ?? 0 });
    found = found.sort((a, b) => b.at - a.at).slice(0, SHOWN);
  }
  return Promise.all(
    found.map(async ({ key, at }) => {
      const read = await readText(client, bucket, key);
      return { at, key, body: "content" in read ? read.content : "" };
    }),
  );
}

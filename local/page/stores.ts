import { paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { PREFIX } from "../../contract/objects";
import type { AnomalyLimits } from "../../contract/variables";
import { CLOCK_TOLERANCE_MS, END_OF_TIME, HotReadings } from "../../stores/hot-readings";
import { readText } from "../../stores/read-object";
import { rejectedLines } from "../../stores/rejected-lines";
import { sentReadings } from "../accounting/sent-readings";
import type { Clients } from "../aws/clients";
import type { ShownAnomaly, ShownReading, ShownReject } from "./shown";

const SHOWN = 20;
const READINGS_SHOWN = 50;
/** Of a clock that is ahead, this many are enough to see it. */
const AHEAD_SHOWN = 5;
/** Of a device's readings, what its charts draw at most. */
const DRAWN = 2000;
const RECENT_MS = 10 * 60_000;
const MAX_PAYLOAD_SHOWN = 200;

/** The device's latest readings that have not expired, newest first; above them the few whose time is ahead of now. */
export async function latestReadings(clients: Clients, table: string, deviceId: string): Promise<ShownReading[]> {
  const hot = new HotReadings(clients.dynamodb, table);
  const now = Date.now();
  const nowEnds = now + CLOCK_TOLERANCE_MS;
  const newest = async (from: number, until: number, limit: number) => {
    const found: ShownReading[] = [];
    for await (const reading of hot.ofDevice(deviceId, { from, until, now }, undefined, true)) {
      const { timestamp, sensorType, value, isAnomaly } = reading;
      found.push({ timestamp, sensorType, value, isAnomaly });
      if (found.length === limit) break;
    }
    return found;
  };
  const [ahead, present] = await Promise.all([
    newest(nowEnds, END_OF_TIME, AHEAD_SHOWN),
    newest(0, nowEnds, READINGS_SHOWN),
  ]);
  return [...ahead, ...present];
}

/** The device's readings of the last ten minutes that a chart draws, oldest first. */
export async function recentReadings(clients: Clients, table: string, deviceId: string): Promise<ShownReading[]> {
  const hot = new HotReadings(clients.dynamodb, table);
  const now = Date.now();
  const found: ShownReading[] = [];
  const range = { from: now - RECENT_MS, until: now + CLOCK_TOLERANCE_MS, now };
  for await (const { timestamp, sensorType, value, isAnomaly } of hot.ofDevice(deviceId, range, undefined, true)) {
    found.push({ timestamp, sensorType, value, isAnomaly });
    if (found.length === DRAWN) break;
  }
  return found.reverse();
}

/** The latest anomalies, newest first. */
export async function latestAnomalies(s3: S3Client, bucket: string, limits: AnomalyLimits): Promise<ShownAnomaly[]> {
  const objects = await newest(s3, bucket, PREFIX.anomalies);
  return objects.map(({ at, key, body }) => {
    const found = anomalyIn(body, key, limits);
    return found
      ? { at, ...found }
      : { at, deviceId: "", sensorType: "", value: null, reason: `cannot be read: ${key}` };
  });
}

/** The first anomaly of the message that the object holds: its key names the device, the time and the sensor type. */
function anomalyIn(body: string, key: string, limits: AnomalyLimits): Omit<ShownAnomaly, "at"> | undefined {
  const [, publisher = ""] = /^anomalies\/([^/]+)\//.exec(key) ?? [];
  const sent = sentReadings(body, { partitionKey: publisher, arrivedAt: 0, sequenceNumber: "" }).flatMap(
    (reading) => reading ?? [],
  );
  const reasons = sent.map(({ sensorType, value }) => whyAnomalous(limits, sensorType, value));
  const place = Math.max(
    0,
    reasons.findIndex((reason) => reason !== ""),
  );
  const reading = sent[place];
  if (reading === undefined) return undefined;
  const { deviceId, sensorType, value } = reading;
  const others = reasons.filter((reason) => reason !== "").length - 1;
  const more = others > 0 ? `, and ${others} more in the message` : "";
  return { deviceId, sensorType, value, reason: `${reasons[place]}${more}` };
}

/** Which bound the value breaks, in words. */
export function whyAnomalous(limits: AnomalyLimits, sensorType: string, value: number): string {
  const { min, max } = Object.hasOwn(limits, sensorType) ? (limits[sensorType] ?? {}) : {};
  if (max !== undefined && value > max) return `above ${max}`;
  return min !== undefined && value < min ? `below ${min}` : "";
}

/** The latest rejected records, newest first. */
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
  return rejectedLines(jsonLines).lines.flatMap(({ arrivedAt, partitionKey, data, entries, ...whole }) => {
    const payload = Buffer.from(data, "base64").toString("utf8").slice(0, MAX_PAYLOAD_SHOWN);
    return (entries ?? [whole]).map(({ reason, detail, ...entry }) => {
      const place = "index" in entry ? `Entry ${entry.index}: ` : "";
      return { at: arrivedAt, deviceId: partitionKey, reason, detail: `${place}${detail}`, payload };
    });
  });
}

function unreadableReject(at: number, key: string): ShownReject {
  return { at, deviceId: "", reason: "unreadable", detail: key, payload: "" };
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

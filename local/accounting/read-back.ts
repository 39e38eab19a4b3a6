import { GetObjectCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { type DynamoDBDocumentClient, paginateScan } from "@aws-sdk/lib-dynamodb";
import { ATTRIBUTE, PREFIX, type RejectedLine } from "../../lambda/contract";
import { itemKey, type PayloadId, payloadId } from "./ledger";

/** What the stores hold at the end. */
export interface ReadBack {
  /** Items by `itemKey`, with whether each is an anomaly. */
  readonly items: ReadonlyMap<string, boolean>;
  /** Payloads set aside in `rejected/`. */
  readonly rejected: ReadonlySet<PayloadId>;
  /** Payloads in the failure destination. */
  readonly failed: ReadonlySet<PayloadId>;
}

const OBJECTS_AT_ONCE = 16;

/** Reads every item, every rejected line and every failed batch, through the same endpoint as any client. */
export async function readBack(
  dynamodb: DynamoDBDocumentClient,
  s3: S3Client,
  names: { readonly table: string; readonly archive: string; readonly failureBucket: string | undefined },
): Promise<ReadBack> {
  const [items, rejected, failed] = await Promise.all([
    readItems(dynamodb, names.table),
    readObjects(s3, names.archive, PREFIX.rejected).then((bodies) => bodies.flatMap(rejectedPayloads)),
    names.failureBucket === undefined
      ? []
      : readObjects(s3, names.failureBucket, PREFIX.failed).then((bodies) => bodies.flatMap(failedPayloads)),
  ]);
  return { items, rejected: new Set(rejected), failed: new Set(failed) };
}

async function readItems(client: DynamoDBDocumentClient, table: string): Promise<Map<string, boolean>> {
  const items = new Map<string, boolean>();
  const names = { "#d": ATTRIBUTE.deviceId, "#k": ATTRIBUTE.timestampSensorType, "#a": ATTRIBUTE.isAnomaly };
  const scan = { TableName: table, ProjectionExpression: "#d, #k, #a", ExpressionAttributeNames: names };
  for await (const page of paginateScan({ client }, scan))
    for (const item of page.Items ?? [])
      items.set(
        itemKey({ deviceId: item[ATTRIBUTE.deviceId], timestampSensorType: item[ATTRIBUTE.timestampSensorType] }),
        item[ATTRIBUTE.isAnomaly] === true,
      );
  return items;
}

async function readObjects(client: S3Client, bucket: string, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix }))
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
  const bodies: string[] = [];
  const worker = async () => {
    for (let key = keys.pop(); key !== undefined; key = keys.pop()) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      bodies.push((await Body?.transformToString()) ?? "");
    }
  };
  await Promise.all(Array.from({ length: OBJECTS_AT_ONCE }, worker));
  return bodies;
}

/** The payloads of a `rejected/` object. */
export function rejectedPayloads(jsonLines: string): PayloadId[] {
  const lines = jsonLines.split("\n").filter((line) => line !== "");
  return lines.map((line) => payloadId((JSON.parse(line) as RejectedLine).data));
}

/** The payloads of a failed batch: the invocation's event is in it as a text. */
export function failedPayloads(body: string): PayloadId[] {
  const { payload } = JSON.parse(body) as { payload: string };
  const event = JSON.parse(payload) as { Records: { kinesis: { data: string } }[] };
  return event.Records.map((record) => payloadId(record.kinesis.data));
}

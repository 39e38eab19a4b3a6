import { GetObjectCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { type DynamoDBDocumentClient, paginateScan } from "@aws-sdk/lib-dynamodb";
import { ATTRIBUTE, PREFIX, type RejectedLine } from "../../lambda/contract";
import { type ArchiveReadBack, archivedReadings, setAsidePayloads } from "./archive-read-back";
import { itemKey, type PayloadId, payloadId } from "./ledger";

/** What the stores hold at the end. */
export interface ReadBack {
  /** Items by `itemKey`, with whether each is an anomaly. */
  readonly items: ReadonlyMap<string, boolean>;
  /** Payloads set aside in `rejected/`. */
  readonly rejected: ReadonlySet<PayloadId>;
  /** Payloads in the failure destination. */
  readonly failed: ReadonlySet<PayloadId>;
  /** Undefined where the stack delivers nothing to the cold tier. */
  readonly archive?: ArchiveReadBack;
}

const OBJECTS_AT_ONCE = 16;

/** Reads every item, every rejected line and every failed batch, through the same endpoint as any client. */
export async function readBack(
  dynamodb: DynamoDBDocumentClient,
  s3: S3Client,
  names: {
    readonly table: string;
    readonly archive: string;
    readonly failureBucket: string | undefined;
    readonly delivery?: Delivered | undefined;
  },
): Promise<ReadBack> {
  const [items, rejected, failed, archive] = await Promise.all([
    readItems(dynamodb, names.table),
    readObjects(s3, names.archive, PREFIX.rejected).then((bodies) => bodies.flatMap(rejectedPayloads)),
    names.failureBucket === undefined
      ? []
      : readObjects(s3, names.failureBucket, PREFIX.failed).then((bodies) => bodies.flatMap(failedPayloads)),
    names.delivery && readArchive(s3, names.delivery),
  ]);
  return { items, rejected: new Set(rejected), failed: new Set(failed), ...(archive ? { archive } : {}) };
}

/** Where the cold tier's delivery puts what it could not, and could, bring. */
interface Delivered {
  readonly bucket: string;
  readonly prefix: string;
  readonly errorPrefix: string;
}

async function readArchive(s3: S3Client, { bucket, prefix, errorPrefix }: Delivered): Promise<ArchiveReadBack> {
  const items = new Set<string>();
  await eachObject(s3, bucket, plainPart(prefix), async (body) => {
    for (const key of await archivedReadings(body)) items.add(key);
  });
  const setAside = new Set<string>();
  await eachObject(s3, bucket, plainPart(errorPrefix), async (body) => {
    for (const id of setAsidePayloads(Buffer.from(body).toString("utf8"))) setAside.add(id);
  });
  return { items, setAside };
}

/** What stands before a prefix' first expression. */
function plainPart(prefix: string): string {
  return prefix.split("!{")[0] ?? "";
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
  const bodies: string[] = [];
  await eachObject(client, bucket, prefix, async (body) => {
    bodies.push(Buffer.from(body).toString("utf8"));
  });
  return bodies;
}

async function eachObject(
  client: S3Client,
  bucket: string,
  prefix: string,
  take: (body: Uint8Array) => Promise<void>,
): Promise<void> {
  const keys: string[] = [];
  for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix }))
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
  const worker = async () => {
    for (let key = keys.pop(); key !== undefined; key = keys.pop()) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      if (Body) await take(await Body.transformToByteArray());
    }
  };
  await Promise.all(Array.from({ length: OBJECTS_AT_ONCE }, worker));
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

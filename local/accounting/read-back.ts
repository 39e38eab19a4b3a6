import type { S3Client } from "@aws-sdk/client-s3";
import { type DynamoDBDocumentClient, paginateScan } from "@aws-sdk/lib-dynamodb";
import { PREFIX } from "../../contract/objects";
import type { RejectedLine } from "../../contract/rejected";
import type { StreamRecord } from "../../contract/stream-record";
import { type RecordId, recordId, streamRecord } from "../../contract/stream-record";
import { eachObject } from "../../stores/each-object";
import type { Unreadable } from "../../stores/read-object";
import { rejectedLines } from "../../stores/rejected-lines";
import { unpacked } from "../../stores/unpacked";
import { type ArchiveReadBack, type Delivered, readArchive } from "./archive-read-back";
import { itemKey, type SeenRecord, seenRecord } from "./seen-record";

/** What the account needs of an item. */
export interface StoredItem {
  readonly isAnomaly: boolean;
  readonly value: number;
  /** When the record arrived that it was written from; undefined where the item does not say. */
  readonly arrivedAt: number | undefined;
}

/** What the stores hold at the end. */
export interface ReadBack {
  /** Readings by `itemKey`, whichever way they are packed. */
  readonly items: ReadonlyMap<string, StoredItem>;
  /** Records in `rejected/`; of those that are rejected in part, the places of the rejected entries. */
  readonly rejected: ReadonlyMap<RecordId, SeenRecord & { readonly entries?: readonly number[] | undefined }>;
  /** Records in the failure destination. */
  readonly failed: ReadonlyMap<RecordId, SeenRecord>;
  /** Undefined where the stack delivers nothing to the archive. */
  readonly archive?: ArchiveReadBack;
  /** What could not be read. */
  readonly unreadable: readonly Unreadable[];
}

/** Reads every item, every rejected line and every failed batch, through the same endpoint as any client. Never rejects. */
export async function readBack(
  dynamodb: DynamoDBDocumentClient,
  s3: S3Client,
  names: {
    readonly table: string;
    readonly archive: string;
    readonly failureBucket: string | undefined;
    /** The processor's mapping: another one may leave its failed batches in the same bucket. */
    readonly mappingUuid: string;
    readonly delivery?: Delivered | undefined;
  },
): Promise<ReadBack> {
  const unreadable: Unreadable[] = [];
  const onUnreadable = (found: Unreadable) => unreadable.push(found);
  const rejected = new Map<RecordId, SeenRecord & { entries?: number[] | undefined }>();
  const failed = new Map<RecordId, SeenRecord>();
  const takeInto =
    (records: Map<RecordId, SeenRecord & { entries?: number[] | undefined }>, read: Readers) =>
    async (body: Uint8Array) => {
      const found = read(Buffer.from(body).toString("utf8"));
      for (const record of found.records)
        records.set(recordId(record), { ...seenRecord(record), entries: record.entries?.map(({ index }) => index) });
      return found.unreadable;
    };
  const { failureBucket, delivery } = names;
  const [items, archive] = await Promise.all([
    readItems(dynamodb, names.table, onUnreadable),
    delivery && readArchive(s3, delivery, onUnreadable),
    eachObject(s3, names.archive, PREFIX.rejected, onUnreadable, takeInto(rejected, rejectedRecords)),
    failureBucket === undefined
      ? undefined
      : eachObject(
          s3,
          failureBucket,
          `${PREFIX.failed}${names.mappingUuid}/`,
          onUnreadable,
          takeInto(failed, failedRecords),
        ),
  ]);
  return { items, rejected, failed, ...(archive ? { archive } : {}), unreadable };
}

type Found = StreamRecord & Pick<RejectedLine, "entries">;
type Readers = (text: string) => { readonly records: readonly Found[]; readonly unreadable?: string };

async function readItems(
  client: DynamoDBDocumentClient,
  table: string,
  onUnreadable: (unreadable: Unreadable) => void,
): Promise<Map<string, StoredItem>> {
  const items = new Map<string, StoredItem>();
  try {
    for await (const page of paginateScan({ client }, { TableName: table }))
      for (const item of page.Items ?? [])
        for (const reading of unpacked(item)) {
          const key = itemKey({ deviceId: reading.deviceId, timestampSensorType: reading.key });
          const { isAnomaly, value, arrivedAt } = reading;
          const known = items.get(key);
          if (known === undefined || (arrivedAt ?? 0) >= (known.arrivedAt ?? 0))
            items.set(key, { isAnomaly, value, arrivedAt });
        }
  } catch (error) {
    onUnreadable({ key: `the table ${table}`, why: error instanceof Error ? error.message : String(error) });
  }
  return items;
}

/** The records of a `rejected/` object. */
export function rejectedRecords(jsonLines: string): ReturnType<Readers> {
  const { lines, ...rest } = rejectedLines(jsonLines);
  return { records: lines, ...rest };
}

/** The records of a failed batch, which holds the invocation's event as a JSON string. */
export function failedRecords(body: string): ReturnType<Readers> {
  try {
    const { payload } = JSON.parse(body) as { payload: string };
    const { Records } = JSON.parse(payload) as { Records: Parameters<typeof streamRecord>[0][] };
    const records = Records.map(streamRecord);
    return records.every(isWhole) ? { records } : { records: [], unreadable: "a record of its event lacks a field" };
  } catch {
    return { records: [], unreadable: "it holds no Kinesis event" };
  }
}

/** Whether the record has all of its fields, whoever wrote the object. */
function isWhole({ shardId, sequenceNumber, partitionKey, data }: StreamRecord): boolean {
  return [shardId, sequenceNumber, partitionKey, data].every((field) => typeof field === "string");
}

import type { S3Client } from "@aws-sdk/client-s3";
import { type DynamoDBDocumentClient, paginateScan } from "@aws-sdk/lib-dynamodb";
import { wordsOf } from "../../contract/error-words";
import { PREFIX } from "../../contract/objects";
import type { RejectedLine } from "../../contract/rejected";
import type { StreamRecord } from "../../contract/stream-record";
import { recordId, streamRecord } from "../../contract/stream-record";
import { eachObject } from "../../stores/each-object";
import type { Unreadable } from "../../stores/read-object";
import { rejectedLines } from "../../stores/rejected-lines";
import { unpacked } from "../../stores/unpacked";
import { type Delivered, type NotArchived, readArchive } from "./archive-read-back";
import type { EvidenceStore, SetAside, StoredItem } from "./evidence-store";
import type { EvidenceTable } from "./evidence-table";
import { itemKey, seenRecord } from "./seen-record";

/** What is read of the stores, beside what goes into the evidence. */
export interface ReadBack {
  /** What the delivery could not archive; undefined where the stack delivers nothing to the archive. */
  readonly notArchived: NotArchived | undefined;
  /** What the delivery says of one of these. */
  readonly whyNotArchived: string | undefined;
  /** What could not be read. */
  readonly unreadable: readonly Unreadable[];
}

/** Adds every item, every rejected line, every failed batch and every row of the archive, read as any client does. Never rejects. */
export async function readBack(
  evidence: EvidenceStore,
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
  const takeInto = (table: EvidenceTable<SetAside>, read: Readers) => async (body: Uint8Array) => {
    const found = read(Buffer.from(body).toString("utf8"));
    for (const record of found.records)
      table.put(recordId(record), { ...seenRecord(record), entries: record.entries?.map(({ index }) => index) });
    return found.unreadable;
  };
  const { failureBucket, delivery } = names;
  const [archive] = await Promise.all([
    delivery && readArchive(s3, delivery, evidence.rows, onUnreadable),
    readItems(dynamodb, names.table, evidence.items, onUnreadable),
    eachObject(s3, names.archive, PREFIX.rejected, onUnreadable, takeInto(evidence.rejected, rejectedRecords)),
    failureBucket === undefined
      ? undefined
      : eachObject(
          s3,
          failureBucket,
          `${PREFIX.failed}${names.mappingUuid}/`,
          onUnreadable,
          takeInto(evidence.failed, failedRecords),
        ),
  ]);
  return { notArchived: archive?.notArchived, whyNotArchived: archive?.why, unreadable };
}

type Found = StreamRecord & Pick<RejectedLine, "entries">;
type Readers = (text: string) => { readonly records: readonly Found[]; readonly unreadable?: string };

async function readItems(
  client: DynamoDBDocumentClient,
  table: string,
  items: EvidenceTable<StoredItem>,
  onUnreadable: (unreadable: Unreadable) => void,
): Promise<void> {
  try {
    for await (const page of paginateScan({ client }, { TableName: table }))
      for (const item of page.Items ?? [])
        for (const reading of unpacked(item)) {
          const { deviceId: device, isAnomaly, value, arrivedAt } = reading;
          const key = itemKey({ deviceId: device, timestampSensorType: reading.key });
          items.put(key, lastArrived(items.get(key), { device, isAnomaly, values: [value], arrivedAt }));
        }
  } catch (error) {
    onUnreadable({ key: `the table ${table}`, why: wordsOf(error) });
  }
}

/** Of what two items hold of one identity, what arrived last. */
export function lastArrived(known: StoredItem | undefined, other: StoredItem): StoredItem {
  const after = (other.arrivedAt ?? 0) - (known?.arrivedAt ?? 0);
  if (known === undefined || after > 0) return other;
  return after < 0 ? known : { ...other, values: [...known.values, ...other.values] };
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

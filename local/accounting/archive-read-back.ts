import type { S3Client } from "@aws-sdk/client-s3";
import { type RecordId, recordId } from "../../contract/stream-record";
import { eachObject } from "../../stores/each-object";
import type { Unreadable } from "../../stores/read-object";
import { itemKey, type PayloadId, payloadId } from "./seen-record";

/** What the cold tier holds at the end. */
export interface ArchiveReadBack {
  /** Records that have a row in Parquet. */
  readonly records: ReadonlySet<RecordId>;
  /** Payloads, and readings by `itemKey`, that the delivery has set aside. */
  readonly setAside: ReadonlySet<PayloadId | string>;
}

/** Where the cold tier's delivery puts what it could not, and could, bring. */
export interface Delivered {
  readonly bucket: string;
  readonly prefix: string;
  readonly errorPrefix: string;
}

/** Reads what the delivery has written. */
export async function readArchive(
  s3: S3Client,
  { bucket, prefix, errorPrefix }: Delivered,
  onUnreadable: (unreadable: Unreadable) => void,
): Promise<ArchiveReadBack> {
  const records = new Set<RecordId>();
  await eachObject(s3, bucket, plainPart(prefix), onUnreadable, async (body) => {
    for (const record of await archivedRecords(body)) records.add(record);
    return undefined;
  });
  const setAside = new Set<string>();
  await eachObject(s3, bucket, plainPart(errorPrefix), onUnreadable, async (body) => {
    const { ids, unreadable } = setAsidePayloads(Buffer.from(body).toString("utf8"));
    for (const id of ids) setAside.add(id);
    return unreadable;
  });
  return { records, setAside };
}

/** What stands before a prefix' first expression. */
function plainPart(prefix: string): string {
  return prefix.split("!{")[0] ?? "";
}

/**
 * The records of a Parquet object.
 * @throws Error where it is none
 */
async function archivedRecords(body: Uint8Array): Promise<RecordId[]> {
  // Loaded when it is needed: jest does not load it.
  const { parquetReadObjects } = await import("hyparquet");
  const file = new Uint8Array(body).buffer;
  const rows = await parquetReadObjects({ file, columns: ["shard_id", "sequence_number"] });
  return rows.map((row) => recordId({ shardId: row.shard_id, sequenceNumber: row.sequence_number }));
}

/** What an object under the error prefix holds: the stream's own payloads, or rows that have no place in the table. */
export function setAsidePayloads(jsonLines: string): { readonly ids: readonly string[]; readonly unreadable?: string } {
  const lines = jsonLines.split("\n").filter((line) => line !== "");
  if (lines.length === 0) return { ids: [], unreadable: "it is empty" };
  const data = lines.flatMap((line) => {
    const { rawData } = parsed(line) as { rawData?: unknown };
    return typeof rawData === "string" ? [rawData] : [];
  });
  const ids = data.flatMap((raw) => [payloadId(raw), ...readingOf(Buffer.from(raw, "base64").toString("utf8"))]);
  const others = lines.length - data.length;
  return others === 0 ? { ids } : { ids, unreadable: `${others} of its ${lines.length} lines hold no record` };
}

function readingOf(json: string): string[] {
  const { device_id, reading_key } = parsed(json) as { device_id?: unknown; reading_key?: unknown };
  if (typeof device_id !== "string" || typeof reading_key !== "string") return [];
  return [itemKey({ deviceId: device_id, timestampSensorType: reading_key })];
}

/** The JSON object in a text; an empty one where there is none. */
function parsed(json: string): object {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

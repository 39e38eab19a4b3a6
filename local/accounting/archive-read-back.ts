import type { S3Client } from "@aws-sdk/client-s3";
import { recordId } from "../../contract/stream-record";
import { eachObject } from "../../stores/each-object";
import type { Unreadable } from "../../stores/read-object";
import type { ConversionFailedLine, ProcessingFailedLine } from "../aws/firehose/error-line";
import { documentsIn } from "../aws/firehose/json-documents";
import type { EvidenceStore } from "./evidence-store";
import { type PayloadId, payloadId } from "./payload-id";
import { itemKey, rowId } from "./seen-record";

/** Payloads, and readings by `itemKey`, that the delivery could not archive. */
export type NotArchived = ReadonlySet<PayloadId | string>;

/** What the delivery has written under its error prefix. */
export interface ArchiveErrors {
  readonly notArchived: NotArchived;
  /** What it says of one of these; undefined where it says nothing. */
  readonly why: string | undefined;
}

/** Where the delivery writes rows, and records that it could not deliver. */
export interface Delivered {
  readonly bucket: string;
  readonly prefix: string;
  readonly errorPrefix: string;
}

/** Reads what the delivery has written: adds the rows, and resolves with what it could not archive. */
export async function readArchive(
  s3: S3Client,
  { bucket, prefix, errorPrefix }: Delivered,
  rows: EvidenceStore["rows"],
  onUnreadable: (unreadable: Unreadable) => void,
): Promise<ArchiveErrors> {
  await eachObject(s3, bucket, plainPart(prefix), onUnreadable, async (body) => {
    await takeRows(body, rows);
    return undefined;
  });
  const notArchived = new Set<string>();
  let why: string | undefined;
  await eachObject(s3, bucket, plainPart(errorPrefix), onUnreadable, async (body) => {
    const failed = failedPayloads(Buffer.from(body).toString("utf8"));
    for (const id of failed.ids) notArchived.add(id);
    why ??= failed.why;
    return failed.unreadable;
  });
  return { notArchived, why };
}

/** What stands before a prefix' first expression. */
function plainPart(prefix: string): string {
  return prefix.split("!{")[0] ?? "";
}

/**
 * Adds the rows of a Parquet object.
 * @throws Error for another object
 */
async function takeRows(body: Uint8Array, rows: EvidenceStore["rows"]): Promise<void> {
  // Only the end of a run needs it.
  const { parquetMetadata, parquetReadObjects } = await import("hyparquet");
  const file = new Uint8Array(body).buffer;
  const columns = ["shard_id", "sequence_number", "device_id", "reading_key"];
  let rowStart = 0;
  // A row group at a time: an object may hold more than the memory should.
  for (const { num_rows } of parquetMetadata(file).row_groups) {
    const rowEnd = rowStart + Number(num_rows);
    for (const row of await parquetReadObjects({ file, columns, rowStart, rowEnd })) {
      const key = itemKey({ deviceId: row.device_id, timestampSensorType: row.reading_key });
      const record = recordId({ shardId: row.shard_id, sequenceNumber: row.sequence_number });
      rows.put(rowId(record, { key }), { device: row.device_id });
    }
    rowStart = rowEnd;
  }
}

/** What an object under the error prefix holds: the stream's own payloads, or rows that have no place in the table; and why the first is there. */
export function failedPayloads(jsonLines: string): {
  readonly ids: readonly string[];
  readonly why?: string | undefined;
  readonly unreadable?: string;
} {
  const lines = jsonLines.split("\n").filter((line) => line !== "");
  if (lines.length === 0) return { ids: [], unreadable: "it is empty" };
  const data = lines.flatMap((line) => {
    const { rawData } = parsed(line) as { rawData?: unknown };
    return typeof rawData === "string" ? [rawData] : [];
  });
  const ids = data.flatMap((raw) => [payloadId(raw), ...readingsOf(Buffer.from(raw, "base64").toString("utf8"))]);
  const others = lines.length - data.length;
  const why = reasonIn(lines[0] ?? "");
  return others === 0
    ? { ids, why }
    : { ids, why, unreadable: `${others} of its ${lines.length} lines hold no record` };
}

/** The message of an error line of either kind, without its stack. */
function reasonIn(line: string): string | undefined {
  const { errorMessage, lastErrorMessage } = parsed(line) as Partial<ProcessingFailedLine & ConversionFailedLine>;
  const message: unknown = errorMessage ?? lastErrorMessage;
  return typeof message === "string" ? message.split("\n")[0] : undefined;
}

/** The readings of a transformed record: documents, one after the other. */
function readingsOf(json: string): string[] {
  return documentsIn(json).flatMap((document) => {
    const { device_id, reading_key } = parsed(document) as { device_id?: unknown; reading_key?: unknown };
    if (typeof device_id !== "string" || typeof reading_key !== "string") return [];
    return [itemKey({ deviceId: device_id, timestampSensorType: reading_key })];
  });
}

/** The JSON object in a string; an empty one if it holds none. */
function parsed(json: string): object {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

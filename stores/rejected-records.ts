import { paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { arrivalHour } from "../contract/arrival-hour";
import { PREFIX } from "../contract/objects";
import type { RejectedEntry, RejectedLine } from "../contract/rejected";
import { recordId } from "../contract/stream-record";
import { readText, type Unreadable } from "./read-object";
import { rejectedLines } from "./rejected-lines";

/** A rejected record, and the object whose line it is. */
export interface RejectedRecord extends RejectedLine {
  /** The key of the object. */
  readonly key: string;
}

/** Which rejected records are wanted. */
export interface Filter {
  /** Arrived from this moment on, milliseconds since the epoch. */
  readonly from: number;
  /** Arrived before this moment; infinity for all that have come. */
  readonly until: number;
  /** Rejected for this reason; undefined for any. */
  readonly reason?: string | undefined;
  /** Published by this device; undefined for any. */
  readonly device?: string | undefined;
}

const HOUR_MS = 3_600_000;
const CONCURRENT_OBJECTS = 16;
const KEY = /^rejected\/(\d{4}\/\d\d\/\d\d\/\d\d)\/(.+)-(\d+)-(\d+)\.jsonl$/;

/**
 * Rejected records in the order of their objects' hours, each record once, though a crash can repeat its line. An object that cannot
 * be read is reported and skipped.
 * @throws Error where no object of the bucket can be read
 */
export async function* rejectedRecords(
  client: S3Client,
  Bucket: string,
  filter: Filter,
  onUnreadable: (unreadable: Unreadable) => void = () => {},
): AsyncGenerator<RejectedRecord> {
  let [before, current] = [new Set<string>(), new Set<string>()];
  let hour = "";
  for await (const keys of keysOf(client, Bucket, filter, onUnreadable)) {
    const bodies = await Promise.all(keys.map((key) => linesOf(client, Bucket, key, onUnreadable)));
    for (const line of bodies.flat()) {
      const objectHour = KEY.exec(line.key)?.[1] ?? "";
      // A record's second line is under the same hour as its first or, where the batch began earlier, under the one before.
      if (objectHour !== hour) [hour, before, current] = [objectHour, current, new Set()];
      const identity = recordId(line);
      if (before.has(identity) || current.has(identity)) continue;
      current.add(identity);
      if (isWanted(line, filter)) yield line;
    }
  }
}

/**
 * The rejected record of this identity; undefined where there is none. Reads only the objects whose name spans it.
 * @throws Error where no object of the bucket can be read
 */
export async function findRejectedRecord(
  client: S3Client,
  Bucket: string,
  identity: string,
  onUnreadable: (unreadable: Unreadable) => void = () => {},
): Promise<RejectedRecord | undefined> {
  const [shardId, sequenceNumber = ""] = identity.split(":");
  const always = { from: 0, until: Number.POSITIVE_INFINITY };
  for await (const keys of keysOf(client, Bucket, always, onUnreadable)) {
    const spanning = keys.filter((key) => {
      const [, , shard, first = "", last = ""] = KEY.exec(key) ?? [];
      return shard === shardId && isBetween(sequenceNumber, first, last);
    });
    for (const key of spanning) {
      const found = (await linesOf(client, Bucket, key, onUnreadable)).find((line) => recordId(line) === identity);
      if (found) return found;
    }
  }
  return undefined;
}

/** The parts of an object's key; undefined for a key of another form. */
export function partsOf(
  key: string,
): { readonly hour: string; readonly shardId: string; readonly first: string } | undefined {
  const [, hour, shardId, first] = KEY.exec(key) ?? [];
  return hour === undefined || shardId === undefined || first === undefined ? undefined : { hour, shardId, first };
}

/**
 * The objects' keys, some at a time, from the hour before the first that is wanted: an object of an earlier version may go on into the
 * next hour. One of another name is reported and skipped.
 */
export async function* keysOf(
  client: S3Client,
  Bucket: string,
  { from, until }: Pick<Filter, "from" | "until">,
  onUnreadable: (unreadable: Unreadable) => void,
): AsyncGenerator<readonly string[]> {
  const StartAfter = PREFIX.rejected + arrivalHour(Math.max(0, from - HOUR_MS));
  const end = until === Number.POSITIVE_INFINITY ? "" : `${PREFIX.rejected}${arrivalHour(until)}0`;
  let keys: string[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2(
    { client },
    { Bucket, Prefix: PREFIX.rejected, StartAfter },
  )) {
    for (const { Key = "" } of Contents) {
      if (end !== "" && Key > end) break;
      if (KEY.test(Key)) keys.push(Key);
      // A folder, as the console makes it, is nobody's mistake.
      else if (!Key.endsWith("/"))
        onUnreadable({ key: Key, why: "it is not named like an object of rejected records" });
    }
    for (; keys.length > 0; keys = keys.slice(CONCURRENT_OBJECTS)) yield keys.slice(0, CONCURRENT_OBJECTS);
    if (end !== "" && (Contents.at(-1)?.Key ?? "") > end) return;
  }
}

/**
 * The records of an object; what cannot be read of it is reported.
 * @throws Error where no object of the bucket can be read
 */
export async function linesOf(
  client: S3Client,
  bucket: string,
  key: string,
  onUnreadable: (unreadable: Unreadable) => void,
): Promise<RejectedRecord[]> {
  const read = await readText(client, bucket, key);
  const { lines, unreadable } =
    "unreadable" in read ? { lines: [], unreadable: read.unreadable } : rejectedLines(read.content);
  if (unreadable !== undefined) onUnreadable({ key, why: unreadable });
  return lines.map((line) => ({ ...line, key }));
}

/** Whether a record is wanted. */
export function isWanted(record: Omit<RejectedRecord, "data">, filter: Filter): boolean {
  const { arrivedAt, partitionKey } = record;
  return (
    arrivedAt >= filter.from &&
    arrivedAt < filter.until &&
    (filter.reason === undefined || rejectionsOf(record).some(({ reason }) => reason === filter.reason)) &&
    (filter.device === undefined || partitionKey === filter.device)
  );
}

function isBetween(sequenceNumber: string, first: string, last: string): boolean {
  if (!/^\d+$/.test(sequenceNumber)) return false;
  return BigInt(first) <= BigInt(sequenceNumber) && BigInt(sequenceNumber) <= BigInt(last);
}

/** What of a record is rejected: its entries, or the message as a whole, without an index then. */
export function rejectionsOf({
  reason,
  detail,
  entries,
}: Pick<RejectedLine, "reason" | "detail" | "entries">): readonly (Omit<RejectedEntry, "index"> & {
  readonly index?: number;
})[] {
  return entries ?? [{ reason, detail }];
}

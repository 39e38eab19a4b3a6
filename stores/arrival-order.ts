import type { S3Client } from "@aws-sdk/client-s3";
import { arrivalHour } from "../contract/arrival-hour";
import { recordId } from "../contract/stream-record";
import type { Unreadable } from "./read-object";
import { type Filter, isWanted, keysOf, linesOf, partsOf, type RejectedRecord } from "./rejected-records";

/** A record without its bytes. */
export type ListedRecord = Omit<RejectedRecord, "data">;

/** An object under `rejected/`, by its name. */
export interface RejectedObject {
  readonly key: string;
  /** `yyyy/MM/dd/HH` of its first record's arrival, UTC. */
  readonly hour: string;
  readonly shardId: string;
  /** Sequence number of its first record. */
  readonly first: string;
}

/** Objects of one shard that are read ahead. */
const AHEAD = 4;

/**
 * Rejected records in the order of arrival, each record once. An object that cannot be read is reported and skipped.
 * @throws Error where no object of the bucket can be read
 */
export async function* rejectedInArrivalOrder(
  client: S3Client,
  bucket: string,
  filter: Filter,
  onUnreadable: (unreadable: Unreadable) => void,
): AsyncGenerator<ListedRecord> {
  const read = async (key: string) => {
    const lines = await linesOf(client, bucket, key, onUnreadable);
    return lines.map(({ data: _, ...line }) => line);
  };
  for await (const record of inArrivalOrder(hoursOf(keysOf(client, bucket, filter, onUnreadable)), read))
    if (isWanted(record, filter)) yield record;
}

/** The objects of these keys, an hour's together. */
async function* hoursOf(keys: AsyncIterable<readonly string[]>): AsyncGenerator<readonly RejectedObject[]> {
  let sameHour: RejectedObject[] = [];
  for await (const some of keys) {
    for (const key of some) {
      const parts = partsOf(key);
      if (parts === undefined) continue;
      if (sameHour[0] !== undefined && sameHour[0].hour !== parts.hour) {
        yield sameHour;
        sameHour = [];
      }
      sameHour.push({ key, ...parts });
    }
  }
  if (sameHour.length > 0) yield sameHour;
}

/**
 * The records in the order of their arrival, each once. A shard's are in order by their sequence numbers, so it is enough to hold, of
 * each shard, the objects whose ranges overlap. Records that arrived after their object's hour wait for the next hour's.
 * @param hours The objects, an hour's together, hour after hour.
 */
export async function* inArrivalOrder(
  hours: AsyncIterable<readonly RejectedObject[]>,
  read: (key: string) => Promise<readonly ListedRecord[]>,
): AsyncGenerator<ListedRecord> {
  let later: ListedRecord[] = [];
  for await (const objects of hours) {
    const hour = objects[0]?.hour ?? "";
    const carried = new Set(later);
    const known = new Set(later.map(recordId));
    later = [];
    const shards = new Map<string, RejectedObject[]>();
    for (const object of objects) {
      const sameShard = shards.get(object.shardId);
      if (sameShard === undefined) shards.set(object.shardId, [object]);
      else sameShard.push(object);
    }
    const sources = [...shards.values()].map((sameShard) => ofShard(sameShard, read));
    for await (const record of merged([each(carried), ...sources])) {
      if (known.has(recordId(record)) && !carried.has(record)) continue;
      if (arrivalHour(record.arrivedAt) > hour) later.push(record);
      else yield record;
    }
  }
  yield* later;
}

/** A shard's records in the order of their sequence numbers, each once. */
async function* ofShard(
  objects: readonly RejectedObject[],
  read: (key: string) => Promise<readonly ListedRecord[]>,
): AsyncGenerator<ListedRecord> {
  const sorted = [...objects].sort((left, right) => compared(left.first, right.first));
  const coming: Promise<readonly ListedRecord[]>[] = [];
  let [asked, taken, last] = [0, 0, ""];
  const open: ListedRecord[] = [];
  for (;;) {
    while (
      taken < sorted.length &&
      (open[0] === undefined || compared(open[0].sequenceNumber, sorted[taken]?.first ?? "") >= 0)
    ) {
      for (; asked < sorted.length && asked < taken + AHEAD; asked += 1) {
        const reading = read(sorted[asked]?.key ?? "");
        // A failure is reported where the object's turn comes.
        reading.catch(() => {});
        coming.push(reading);
      }
      open.push(...((await coming.shift()) ?? []));
      open.sort((left, right) => compared(left.sequenceNumber, right.sequenceNumber));
      taken += 1;
    }
    const head = open.shift();
    if (head === undefined) return;
    // A crash or a replay can write a record's line again.
    if (head.sequenceNumber === last) continue;
    last = head.sequenceNumber;
    yield head;
  }
}

/** Merges sources that are each in the order of arrival. */
async function* merged(sources: readonly AsyncGenerator<ListedRecord>[]): AsyncGenerator<ListedRecord> {
  const heads = await Promise.all(sources.map((source) => source.next()));
  for (;;) {
    let earliest = -1;
    heads.forEach(({ done, value }, at) => {
      if (!done && (earliest < 0 || value.arrivedAt < heads[earliest]?.value.arrivedAt)) earliest = at;
    });
    const [head, source] = [heads[earliest], sources[earliest]];
    if (head === undefined || source === undefined) return;
    yield head.value;
    heads[earliest] = await source.next();
  }
}

async function* each(records: Iterable<ListedRecord>): AsyncGenerator<ListedRecord> {
  yield* records;
}

/** Sequence numbers are longer than a number can hold. */
function compared(left: string, right: string): number {
  if (left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : left > right ? 1 : 0;
}

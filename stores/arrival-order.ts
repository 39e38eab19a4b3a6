import type { S3Client } from "@aws-sdk/client-s3";
import { arrivalHour } from "../contract/arrival-hour";
import { recordId } from "../contract/stream-record";
import type { Unreadable } from "./read-object";
import { type Filter, isWanted, keysOf, linesOf, partsOf, type SetAside } from "./rejected-records";

/** A record without its bytes. */
export type Listed = Omit<SetAside, "data">;

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

/** What was set aside, in the order of arrival, each record once. An object that cannot be read is told, and passed over. */
export async function* setAsideInOrder(
  client: S3Client,
  bucket: string,
  filter: Filter,
  onUnreadable: (unreadable: Unreadable) => void,
): AsyncGenerator<Listed> {
  const read = async (key: string) => {
    const lines = await linesOf(client, bucket, key, onUnreadable);
    return lines.map(({ data: _, ...line }) => line);
  };
  for await (const record of inArrivalOrder(hoursOf(keysOf(client, bucket, filter)), read))
    if (isWanted(record, filter)) yield record;
}

/** The objects of these keys, an hour's together. */
async function* hoursOf(keys: AsyncIterable<readonly string[]>): AsyncGenerator<readonly RejectedObject[]> {
  let own: RejectedObject[] = [];
  for await (const some of keys) {
    for (const key of some) {
      const parts = partsOf(key);
      if (parts === undefined) continue;
      if (own[0] !== undefined && own[0].hour !== parts.hour) {
        yield own;
        own = [];
      }
      own.push({ key, ...parts });
    }
  }
  if (own.length > 0) yield own;
}

/**
 * The records in the order of their arrival, each once. A shard's are in order by their sequence numbers, so it is enough to hold, of
 * each shard, the objects whose ranges overlap. Records that arrived after their object's hour wait for the next hour's.
 * @param hours The objects, an hour's together, hour after hour.
 */
export async function* inArrivalOrder(
  hours: AsyncIterable<readonly RejectedObject[]>,
  read: (key: string) => Promise<readonly Listed[]>,
): AsyncGenerator<Listed> {
  let later: Listed[] = [];
  for await (const objects of hours) {
    const hour = objects[0]?.hour ?? "";
    const carried = new Set(later);
    const known = new Set(later.map(recordId));
    later = [];
    const shards = new Map<string, RejectedObject[]>();
    for (const object of objects) {
      const own = shards.get(object.shardId);
      if (own === undefined) shards.set(object.shardId, [object]);
      else own.push(object);
    }
    const sources = [...shards.values()].map((own) => ofShard(own, read));
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
  read: (key: string) => Promise<readonly Listed[]>,
): AsyncGenerator<Listed> {
  const sorted = [...objects].sort((one, other) => compared(one.first, other.first));
  const coming: Promise<readonly Listed[]>[] = [];
  let [asked, taken, last] = [0, 0, ""];
  const open: Listed[] = [];
  for (;;) {
    while (
      taken < sorted.length &&
      (open[0] === undefined || compared(open[0].sequenceNumber, sorted[taken]?.first ?? "") >= 0)
    ) {
      for (; asked < sorted.length && asked < taken + AHEAD; asked += 1) {
        const reading = read(sorted[asked]?.key ?? "");
        // Its failure is told where its turn comes.
        reading.catch(() => {});
        coming.push(reading);
      }
      open.push(...((await coming.shift()) ?? []));
      open.sort((one, other) => compared(one.sequenceNumber, other.sequenceNumber));
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

/** Merges what is in order each by itself, by arrival. */
async function* merged(sources: readonly AsyncGenerator<Listed>[]): AsyncGenerator<Listed> {
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

async function* each(records: Iterable<Listed>): AsyncGenerator<Listed> {
  yield* records;
}

/** Sequence numbers are longer than a number can hold. */
function compared(one: string, other: string): number {
  if (one.length !== other.length) return one.length - other.length;
  return one < other ? -1 : one > other ? 1 : 0;
}

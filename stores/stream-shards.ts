import {
  type _Record,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
} from "@aws-sdk/client-kinesis";
import type { StreamRecord } from "../contract/stream-record";

/** A stretch of time, milliseconds since the epoch. */
export interface Period {
  /** The first moment of it. */
  readonly from: number;
  /** The first moment after it. */
  readonly until: number;
}

/** What reading a shard takes from outside. */
export interface ReadingDeps {
  readonly io: { readonly signal: AbortSignal };
  /** Resolves after the time, in milliseconds, or when the signal is given. Never rejects. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** A shard has five reads per second; the event source mapping and Firehose take one each, and two stay free for them to catch up. */
const READ_EVERY_MS = 500;

/** All shards that still hold records, closed ones included (ListShards' default), parents before their children. */
export async function shardsOf(client: KinesisClient, StreamARN: string): Promise<readonly string[]> {
  const shards: string[] = [];
  let NextToken: string | undefined;
  do {
    // The token names the stream, and AWS refuses both.
    const page = await client.send(new ListShardsCommand(NextToken === undefined ? { StreamARN } : { NextToken }));
    for (const { ShardId } of page.Shards ?? []) if (ShardId !== undefined) shards.push(ShardId);
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  // A child's name has a higher number.
  return shards.sort();
}

/** The records of a shard that arrived in the period. It ends at the tip, and does not wait for more. */
export async function* recordsOf(
  client: KinesisClient,
  StreamARN: string,
  shardId: string,
  { from, until }: Period,
  { io, sleep }: ReadingDeps,
): AsyncGenerator<StreamRecord> {
  let last: string | undefined;
  const newIterator = async () => {
    const place =
      last === undefined
        ? ({ ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date(from) } as const)
        : ({ ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: last } as const);
    return (await client.send(new GetShardIteratorCommand({ StreamARN, ShardId: shardId, ...place }))).ShardIterator;
  };
  let iterator = await newIterator();
  while (iterator !== undefined) {
    const page = await pageAt(client, StreamARN, iterator);
    if (page === undefined) {
      iterator = await newIterator();
      continue;
    }
    for (const record of page.Records ?? []) {
      const original = originalOf(record, shardId);
      if (original.arrivedAt >= until) return;
      last = original.sequenceNumber;
      if (original.arrivedAt >= from) yield original;
    }
    if (page.MillisBehindLatest === 0) return;
    iterator = page.NextShardIterator;
    await sleep(READ_EVERY_MS);
    if (io.signal.aborted) return;
  }
}

/** A page; undefined where the iterator has expired, which it does after five minutes: a slow replay can take longer for a page. */
async function pageAt(client: KinesisClient, StreamARN: string, ShardIterator: string) {
  try {
    return await client.send(new GetRecordsCommand({ StreamARN, ShardIterator }));
  } catch (error) {
    if (error instanceof Error && error.name === "ExpiredIteratorException") return undefined;
    throw error;
  }
}

function originalOf(record: _Record, shardId: string): StreamRecord {
  const { SequenceNumber = "", PartitionKey = "", Data = new Uint8Array(), ApproximateArrivalTimestamp } = record;
  return {
    shardId,
    sequenceNumber: SequenceNumber,
    partitionKey: PartitionKey,
    arrivedAt: ApproximateArrivalTimestamp?.getTime() ?? 0,
    data: Buffer.from(Data.buffer, Data.byteOffset, Data.byteLength).toString("base64"),
  };
}

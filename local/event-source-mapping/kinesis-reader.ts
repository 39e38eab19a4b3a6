import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
} from "@aws-sdk/client-kinesis";
import type { KinesisReader, ShardListing } from "./ports";

/** Reads a stream through the SDK. */
export function kinesisReader(client: KinesisClient, streamName: string): KinesisReader {
  const StreamName = streamName;
  return {
    async listShards() {
      const shards: ShardListing[] = [];
      let NextToken: string | undefined;
      do {
        // The name stands in the token, and must not stand beside it.
        const page = await client.send(new ListShardsCommand(NextToken === undefined ? { StreamName } : { NextToken }));
        for (const { ShardId, ParentShardId, AdjacentParentShardId } of page.Shards ?? [])
          if (ShardId !== undefined)
            shards.push({ shardId: ShardId, parents: [ParentShardId, AdjacentParentShardId].filter(isThere) });
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return shards;
    },
    async getIterator(ShardId, after) {
      const from =
        after === undefined
          ? ({ ShardIteratorType: "TRIM_HORIZON" } as const)
          : ({ ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: after } as const);
      const { ShardIterator } = await client.send(new GetShardIteratorCommand({ StreamName, ShardId, ...from }));
      if (ShardIterator === undefined) throw new Error(`GetShardIterator gave no iterator of shard "${ShardId}"`);
      return ShardIterator;
    },
    async getRecords(shardId, iterator, signal) {
      const page = await client.send(new GetRecordsCommand({ ShardIterator: iterator }), { abortSignal: signal });
      return {
        records: (page.Records ?? []).map(({ SequenceNumber, PartitionKey, Data, ApproximateArrivalTimestamp }) => ({
          shardId,
          sequenceNumber: SequenceNumber ?? "",
          partitionKey: PartitionKey ?? "",
          data: base64(Data),
          arrivedAt: ApproximateArrivalTimestamp?.getTime() ?? 0,
        })),
        nextIterator: page.NextShardIterator,
        millisBehindLatest: page.MillisBehindLatest ?? 0,
      };
    },
  };
}

function base64(data: Uint8Array | undefined): string {
  return data === undefined ? "" : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64");
}

function isThere(shardId: string | undefined): shardId is string {
  return shardId !== undefined;
}

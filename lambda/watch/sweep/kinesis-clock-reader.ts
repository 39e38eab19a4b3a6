import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
  type Shard,
} from "@aws-sdk/client-kinesis";
import type { Watermark } from "../../../watch/store/watch-store";
import { mapWithLimit } from "../../processor/rounds";
import type { ClockReader, Looking } from "./clock-reader";
import type { ShardView } from "./stream-clock";

/** Shards that are read concurrently. */
const MAX_SHARDS = 10;

/** Looks into the stream itself: what is the first record that has not been judged? */
export class KinesisClockReader implements ClockReader {
  readonly #client: KinesisClient;
  readonly #stream: string;

  constructor(client: KinesisClient, stream: string) {
    this.#client = client;
    this.#stream = stream;
  }

  async look({ watermarks, watchedFrom, onError }: Looking): Promise<readonly ShardView[]> {
    const views: ShardView[] = [];
    await mapWithLimit(await this.#shards(), MAX_SHARDS, async (shard) => {
      const shardId = shard.ShardId ?? "";
      const watermark = watermarks.get(shardId);
      const isClosed = shard.SequenceNumberRange?.EndingSequenceNumber !== undefined;
      // Closed before the watch was there: nobody will read it.
      if (isClosed && watermark === undefined) return;
      views.push({
        shardId,
        ...(watermark !== undefined && { judgedUpTo: watermark.arrivedAt }),
        next: await this.#next(shardId, watermark, watchedFrom).catch((error) => {
          onError(error);
          return { kind: "unknown" as const };
        }),
      });
    });
    return views;
  }

  async #next(shardId: string, watermark: Watermark | undefined, watchedFrom: number): Promise<ShardView["next"]> {
    const { ShardIterator } = await this.#client.send(
      new GetShardIteratorCommand({
        StreamName: this.#stream,
        ShardId: shardId,
        ...(watermark === undefined
          ? { ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date(watchedFrom) }
          : { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: watermark.sequenceNumber }),
      }),
    );
    const answer = await this.#client.send(new GetRecordsCommand({ ShardIterator, Limit: 1 }));
    const arrivedAt = answer.Records?.[0]?.ApproximateArrivalTimestamp?.getTime();
    if (arrivedAt !== undefined) return { kind: "record", arrivedAt };
    if (answer.NextShardIterator === undefined) return { kind: "end" };
    return { kind: "none", behindMs: answer.MillisBehindLatest ?? 0 };
  }

  async #shards(): Promise<readonly Shard[]> {
    const shards: Shard[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.#client.send(
        new ListShardsCommand(NextToken === undefined ? { StreamName: this.#stream } : { NextToken }),
      );
      shards.push(...(page.Shards ?? []));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return shards;
  }
}

import { setTimeout as wait } from "node:timers/promises";
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  type KinesisClient,
  ListShardsCommand,
  type Shard,
} from "@aws-sdk/client-kinesis";
import { WATCH_MAX_AGE_SECONDS } from "../../../contract/watch";
import { MINUTE_MS, SECOND_MS } from "../../../watch/rules/duration";
import type { Watermark } from "../../../watch/store/watch-store";
import { mapWithLimit } from "../../processor/rounds";
import type { ClockReader, Looking } from "./clock-reader";
import type { ShardView } from "./stream-clock";

/** Shards that are read concurrently. */
const MAX_SHARDS = 10;
/** Pages that are read of a shard: one can be empty before the next record is reached. */
const MAX_PAGES = 4;
/** A shard takes five reads a second, from all its readers. https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const PAGE_PAUSE_MS = 250;
/** A record of this age has been judged, or the watch is not given it any more. */
const GIVEN_UP_MS = WATCH_MAX_AGE_SECONDS * SECOND_MS + 10 * MINUTE_MS;

type Next = ShardView["next"];
type From = Pick<GetShardIteratorCommandInput, "ShardIteratorType" | "StartingSequenceNumber" | "Timestamp">;

/** Looks into the stream itself: what is the first record that has not been judged? */
export class KinesisClockReader implements ClockReader {
  readonly #client: KinesisClient;
  readonly #stream: string;

  constructor(client: KinesisClient, stream: string) {
    this.#client = client;
    this.#stream = stream;
  }

  async look(looking: Looking): Promise<readonly ShardView[]> {
    const views: ShardView[] = [];
    await mapWithLimit(await this.#shards(), MAX_SHARDS, async (shard) => {
      const shardId = shard.ShardId ?? "";
      const watermark = looking.watermarks.get(shardId);
      const isClosed = shard.SequenceNumberRange?.EndingSequenceNumber !== undefined;
      // Closed before the watch was there: nobody will read it.
      if (isClosed && watermark === undefined) return;
      views.push({
        shardId,
        ...(watermark !== undefined && { judgedUpTo: watermark.arrivedAt }),
        next: await this.#next(shardId, watermark, looking).catch((error) => {
          looking.onError(error);
          return { kind: "unknown" as const };
        }),
      });
    });
    return views;
  }

  /**
   * The first record that waits to be judged. One that the watch is not given any more waits in vain: it must not hold the clock. But where
   * younger ones wait behind it the watch stands still, and then nobody is silent.
   */
  async #next(shardId: string, watermark: Watermark | undefined, { watchedFrom, now }: Looking): Promise<Next> {
    const first = await this.#first(shardId, watermark === undefined ? atTime(watchedFrom) : behind(watermark));
    const givenUpBefore = now - GIVEN_UP_MS;
    if (first.kind !== "record" || first.arrivedAt >= givenUpBefore) return first;
    const younger = await this.#first(shardId, atTime(givenUpBefore));
    return younger.kind === "record" ? first : younger;
  }

  async #first(shardId: string, from: From): Promise<Next> {
    let { ShardIterator } = await this.#client.send(
      new GetShardIteratorCommand({ StreamName: this.#stream, ShardId: shardId, ...from }),
    );
    for (let page = 1; ; page++) {
      const answer = await this.#client.send(new GetRecordsCommand({ ShardIterator, Limit: 1 }));
      const arrivedAt = answer.Records?.[0]?.ApproximateArrivalTimestamp?.getTime();
      if (arrivedAt !== undefined) return { kind: "record", arrivedAt };
      if (answer.NextShardIterator === undefined) return { kind: "end" };
      const behindMs = answer.MillisBehindLatest ?? 0;
      if (behindMs === 0 || page === MAX_PAGES) return { kind: "none", behindMs };
      ShardIterator = answer.NextShardIterator;
      await wait(PAGE_PAUSE_MS);
    }
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

function atTime(at: number): From {
  return { ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date(at) };
}

function behind({ sequenceNumber }: Watermark): From {
  return { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: sequenceNumber };
}

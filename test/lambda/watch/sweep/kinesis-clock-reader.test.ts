import { GetRecordsCommand, GetShardIteratorCommand, KinesisClient, ListShardsCommand } from "@aws-sdk/client-kinesis";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { FeedMessage } from "../../../../lambda/watch/notices/feed-message";
import { SnsPublisher } from "../../../../lambda/watch/notices/sns-publisher";
import type { Looking } from "../../../../lambda/watch/sweep/clock-reader";
import { KinesisClockReader } from "../../../../lambda/watch/sweep/kinesis-clock-reader";
import { mockClient } from "../../../helpers/mocked-clients";
import { M } from "../../../watch/plants";

const mark = (sequenceNumber: string, arrivedAt: number) => ({
  sequenceNumber,
  arrivedAt,
  written: new Map(),
  writtenAt: 0,
});

const shard = (ShardId: string, EndingSequenceNumber?: string) => ({
  ShardId,
  HashKeyRange: { StartingHashKey: "0", EndingHashKey: "1" },
  SequenceNumberRange: { StartingSequenceNumber: "1", ...(EndingSequenceNumber && { EndingSequenceNumber }) },
});

describe("the clock's reader", () => {
  const kinesis = mockClient(KinesisClient);
  const reader = new KinesisClockReader(new KinesisClient({ region: "sa-east-1" }), "readings");
  const errors: unknown[] = [];
  /** The shards as they are seen, by their names. */
  const look = async (watermarks: Looking["watermarks"], watchedFrom: number, now = 1000) => {
    const views = await reader.look({ watermarks, watchedFrom, now, onError: (error) => errors.push(error) });
    return views.toSorted((a, b) => a.shardId.localeCompare(b.shardId));
  };
  beforeEach(() => {
    kinesis.reset();
    errors.length = 0;
    kinesis
      .on(ListShardsCommand)
      .resolves({ Shards: [shard("a"), shard("b")] })
      .on(GetShardIteratorCommand)
      .callsFake(({ ShardId, ShardIteratorType, Timestamp }) => ({
        ShardIterator: `${ShardId} ${ShardIteratorType} ${Timestamp?.getTime() ?? ""}`,
      }));
  });
  afterAll(() => kinesis.restore());

  it("looks behind each shard's watermark, at all pages of shards, and skips what was closed before the watch", async () => {
    kinesis
      .on(ListShardsCommand, { StreamName: "readings" })
      .resolves({ Shards: [shard("old", "9"), shard("done", "9")], NextToken: "next" })
      .on(ListShardsCommand, { NextToken: "next" })
      .resolves({ Shards: [shard("waits"), shard("tip"), shard("new")] })
      .on(GetRecordsCommand)
      .callsFake(({ ShardIterator }) => {
        if (ShardIterator.startsWith("done")) return { Records: [] };
        if (ShardIterator.startsWith("waits"))
          return { Records: [{ ApproximateArrivalTimestamp: new Date(500) }], NextShardIterator: "n" };
        return {
          Records: [],
          NextShardIterator: ShardIterator,
          MillisBehindLatest: ShardIterator.endsWith("AT_TIMESTAMP 50") ? 7 : 0,
        };
      });
    const marks = new Map([
      ["done", mark("8", 100)],
      ["waits", mark("4", 200)],
      ["tip", mark("5", 300)],
    ]);
    expect(await look(marks, 50)).toEqual([
      { shardId: "done", judgedUpTo: 100, next: { kind: "end" } },
      { shardId: "new", next: { kind: "none", behindMs: 7 } },
      { shardId: "tip", judgedUpTo: 300, next: { kind: "none", behindMs: 0 } },
      { shardId: "waits", judgedUpTo: 200, next: { kind: "record", arrivedAt: 500 } },
    ]);
    expect(errors).toEqual([]);
  });

  describe("where a record waits that is older than what the watch is given", () => {
    const LIMIT = 70 * M;
    const behind = { Records: [], NextShardIterator: "n", MillisBehindLatest: 0 };
    const record = (at: number) => ({
      Records: [{ ApproximateArrivalTimestamp: new Date(at) }],
      NextShardIterator: "n",
      MillisBehindLatest: 5,
    });
    /** One shard with records of these arrivals behind its watermark. */
    const lookAt = async (arrivals: readonly number[], now: number) => {
      kinesis
        .on(ListShardsCommand)
        .resolves({ Shards: [shard("a")] })
        .on(GetRecordsCommand)
        .callsFake(({ ShardIterator }) => {
          const [, type, at] = ShardIterator.split(" ");
          const found = arrivals.find((arrival) => type !== "AT_TIMESTAMP" || arrival >= Number(at));
          return found === undefined ? behind : record(found);
        });
      const [view] = await look(new Map([["a", mark("1", 100)]]), 50, now);
      return view?.next;
    };
    it.each([
      ["it holds the clock at the age", [200], 200 + LIMIT, { kind: "record", arrivedAt: 200 }],
      ["it does not past the age", [200], 201 + LIMIT, { kind: "none", behindMs: 0 }],
      [
        "it does while younger ones wait: the watch stands still",
        [200, 300],
        300 + LIMIT,
        { kind: "record", arrivedAt: 200 },
      ],
      ["it does not once all are too old", [200, 300], 301 + LIMIT, { kind: "none", behindMs: 0 }],
    ])("%s", async (_what, arrivals, now, next) => {
      expect(await lookAt(arrivals, now)).toEqual(next);
    });
  });

  it("follows empty pages to the next record, but not for long", async () => {
    kinesis.on(GetRecordsCommand).callsFake(({ ShardIterator }) => {
      if (ShardIterator === "a 2") return { Records: [{ ApproximateArrivalTimestamp: new Date(500) }] };
      const next = ShardIterator === "a 1" ? "a 2" : ShardIterator.startsWith("a") ? "a 1" : "b";
      return { Records: [], NextShardIterator: next, MillisBehindLatest: 7 };
    });
    expect(await look(new Map(), 50)).toEqual([
      { shardId: "a", next: { kind: "record", arrivedAt: 500 } },
      { shardId: "b", next: { kind: "none", behindMs: 7 } },
    ]);
    expect(kinesis.commandCalls(GetRecordsCommand)).toHaveLength(3 + 4);
  });

  it("looks at the other shards where one cannot be read, and says that it could not", async () => {
    const throttled = Object.assign(new Error(), { name: "ProvisionedThroughputExceededException" });
    kinesis.on(GetRecordsCommand).callsFake(({ ShardIterator }) => {
      if (ShardIterator.startsWith("a")) throw throttled;
      return { Records: [], NextShardIterator: "n", MillisBehindLatest: 0 };
    });
    expect(await look(new Map([["a", mark("1", 100)]]), 50)).toEqual([
      { shardId: "a", judgedUpTo: 100, next: { kind: "unknown" } },
      { shardId: "b", next: { kind: "none", behindMs: 0 } },
    ]);
    expect(errors).toEqual([throttled]);
  });
});

describe("the publisher", () => {
  it("brings mails to people and JSON to machines, which can filter by event and priority", async () => {
    const sns = mockClient(SNSClient);
    const publisher = new SnsPublisher(new SNSClient({ region: "sa-east-1" }), "mails", "feed");
    await publisher.mail({ subject: "s", body: "b" });
    const message: FeedMessage = {
      id: "i",
      alarm: "d/hot/t#1",
      device: "d",
      rule: "hot",
      occurrence: 1,
      event: "raise",
      at: 1,
      told: true,
      priority: "high",
    };
    await publisher.feed(message);
    expect(sns.commandCalls(PublishCommand).map(({ args: [{ input }] }) => input)).toEqual([
      { TopicArn: "mails", Subject: "s", Message: "b" },
      {
        TopicArn: "feed",
        Message: JSON.stringify(message),
        MessageAttributes: {
          event: { DataType: "String", StringValue: "raise" },
          priority: { DataType: "String", StringValue: "high" },
          told: { DataType: "String", StringValue: "true" },
        },
      },
    ]);
    sns.restore();
  });
});

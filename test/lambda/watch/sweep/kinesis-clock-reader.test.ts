import { GetRecordsCommand, GetShardIteratorCommand, KinesisClient, ListShardsCommand } from "@aws-sdk/client-kinesis";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { describe, expect, it } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import type { FeedMessage } from "../../../../lambda/watch/notices/feed-message";
import { SnsPublisher } from "../../../../lambda/watch/notices/sns-publisher";
import { KinesisClockReader } from "../../../../lambda/watch/sweep/kinesis-clock-reader";

const mark = (sequenceNumber: string, arrivedAt: number) => ({
  sequenceNumber,
  arrivedAt,
  written: new Map(),
  writtenAt: 0,
});

describe("the clock's reader", () => {
  it("looks behind each shard's watermark, at all pages of shards, and skips what was closed before the watch", async () => {
    const kinesis = mockClient(KinesisClient);
    const shard = (ShardId: string, EndingSequenceNumber?: string) => ({
      ShardId,
      HashKeyRange: { StartingHashKey: "0", EndingHashKey: "1" },
      SequenceNumberRange: { StartingSequenceNumber: "1", ...(EndingSequenceNumber && { EndingSequenceNumber }) },
    });
    kinesis
      .on(ListShardsCommand, { StreamName: "readings" })
      .resolves({ Shards: [shard("old", "9"), shard("done", "9")], NextToken: "next" })
      .on(ListShardsCommand, { NextToken: "next" })
      .resolves({ Shards: [shard("waits"), shard("tip"), shard("new")] })
      .on(GetShardIteratorCommand)
      .callsFake(({ ShardId, ShardIteratorType, Timestamp }) => ({
        ShardIterator: `${ShardId} ${ShardIteratorType} ${Timestamp?.getTime() ?? ""}`,
      }))
      .on(GetRecordsCommand)
      .callsFake(({ ShardIterator }) => {
        if (ShardIterator.startsWith("done")) return { Records: [] };
        if (ShardIterator.startsWith("waits"))
          return { Records: [{ ApproximateArrivalTimestamp: new Date(500) }], NextShardIterator: "n" };
        return {
          Records: [],
          NextShardIterator: "n",
          MillisBehindLatest: ShardIterator.endsWith("AT_TIMESTAMP 50") ? 7 : 0,
        };
      });
    const marks = new Map([
      ["done", mark("8", 100)],
      ["waits", mark("4", 200)],
      ["tip", mark("5", 300)],
    ]);
    const views = await new KinesisClockReader(new KinesisClient({ region: "sa-east-1" }), "readings").look(marks, 50);
    expect(views.toSorted((a, b) => a.shardId.localeCompare(b.shardId))).toEqual([
      { shardId: "done", judgedUpTo: 100, next: { kind: "end" } },
      { shardId: "new", next: { kind: "none", behindMs: 7 } },
      { shardId: "tip", judgedUpTo: 300, next: { kind: "none", behindMs: 0 } },
      { shardId: "waits", judgedUpTo: 200, next: { kind: "record", arrivedAt: 500 } },
    ]);
    kinesis.restore();
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

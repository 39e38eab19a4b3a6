import {
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
} from "@aws-sdk/client-kinesis";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { beforeEach, describe, expect, it } from "vitest";
import { mockClient } from "../../helpers/mocked-clients";
import { answerOf, bucketOf, counts, runReplay, STREAM_ARN } from "../../helpers/replays";

const s3 = mockClient(S3Client);
const lambda = mockClient(LambdaClient);
const kinesis = mockClient(KinesisClient);
const FROM = Date.parse("2026-01-31T08:00Z");
const PERIOD = "--from 2026-01-31T08:00Z --to 2026-01-31T09:00Z";
const HOUR = 3_600_000;
let objects: Map<string, string>;
/** Pages of a shard; the last one is at its tip, or closes it. */
let shards: Record<string, { pages: number[][]; closed?: boolean }>;

const record = (number: number) => ({
  SequenceNumber: String(number),
  PartitionKey: "sensor-001",
  Data: Buffer.from(`reading ${number}`),
  ApproximateArrivalTimestamp: new Date(FROM + number),
});

beforeEach(() => {
  for (const each of [s3, lambda, kinesis]) each.reset();
  objects = new Map();
  bucketOf(s3, objects);
  lambda.on(InvokeCommand).callsFake(({ Payload }) => answerOf(JSON.parse(Payload.toString()).Records.length, 0));
  kinesis
    .on(DescribeStreamSummaryCommand)
    .resolves({ StreamDescriptionSummary: { RetentionPeriodHours: 24 } as never });
  kinesis.on(ListShardsCommand).callsFake(({ NextToken }) => {
    const [first, ...others] = Object.keys(shards).map((ShardId) => ({ ShardId }));
    return NextToken || others.length === 0 ? { Shards: [first] } : { Shards: others, NextToken: "next" };
  });
  kinesis.on(GetShardIteratorCommand).callsFake(({ ShardId }) => ({ ShardIterator: `${ShardId} 0` }));
  kinesis.on(GetRecordsCommand).callsFake(({ ShardIterator }) => {
    const [shardId = "", page = ""] = ShardIterator.split(" ");
    const { pages, closed } = shards[shardId] ?? { pages: [] };
    const isLast = Number(page) >= pages.length - 1;
    return {
      Records: (pages[Number(page)] ?? []).map(record),
      MillisBehindLatest: isLast && !closed ? 0 : 1000,
      ...(isLast && closed ? {} : { NextShardIterator: `${shardId} ${Number(page) + 1}` }),
    };
  });
});
const batches = () =>
  lambda
    .commandCalls(InvokeCommand)
    .map(({ args: [{ input }] }) =>
      JSON.parse(String(input.Payload)).Records.map(({ eventID }: { eventID: string }) => eventID),
    );
const replayed = async (words = "") => (await runReplay(`stream ${PERIOD}${words}`)).result;

describe("replay stream", () => {
  it("reads every shard from the time on, closed ones too, through empty pages to the tip", async () => {
    shards = {
      "shard-1": { pages: [[4], [], [5]] },
      "shard-0": { pages: [[1], [2]], closed: true },
      "shard-2": { pages: [[]] },
    };
    expect(await replayed()).toEqual({
      replayed: "stream",
      dryRun: false,
      ...counts({ records: 4, recovered: 4 }),
    });
    expect(batches()).toEqual([
      ["shard-0:1", "shard-0:2"],
      ["shard-1:4", "shard-1:5"],
    ]);
    expect(kinesis.commandCalls(ListShardsCommand).map(({ args: [{ input }] }) => input)).toEqual([
      { StreamARN: STREAM_ARN },
      { NextToken: "next" },
    ]);
    expect(kinesis.commandCalls(GetShardIteratorCommand).map(({ args: [{ input }] }) => input)).toEqual(
      ["shard-0", "shard-1", "shard-2"].map((ShardId) => ({
        StreamARN: STREAM_ARN,
        ShardId,
        ShardIteratorType: "AT_TIMESTAMP",
        Timestamp: new Date(FROM),
      })),
    );
    expect(kinesis.commandCalls(GetRecordsCommand)).toHaveLength(6);
    expect(lambda.commandCalls(InvokeCommand)[0]?.args[0].input.Payload).toEqual(
      Buffer.from(
        JSON.stringify({
          Records: [1, 2].map((number) => ({
            kinesis: {
              kinesisSchemaVersion: "1.0",
              partitionKey: "sensor-001",
              sequenceNumber: String(number),
              data: Buffer.from(`reading ${number}`).toString("base64"),
              approximateArrivalTimestamp: (FROM + number) / 1000,
            },
            eventSource: "aws:kinesis",
            eventVersion: "1.0",
            eventID: `shard-0:${number}`,
            eventName: "aws:kinesis:record",
            awsRegion: "sa-east-1",
            eventSourceARN: STREAM_ARN,
          })),
          replay: true,
        }),
      ),
    );
    expect([...objects.keys()]).toEqual(["replayed/stream/shard-0/1-2.json", "replayed/stream/shard-1/4-5.json"]);
  });

  it("ends at the end of the period", async () => {
    shards = { "shard-0": { pages: [[1, HOUR - 1, HOUR, HOUR + 1], [HOUR + 2]] } };
    await replayed();
    expect(batches()).toEqual([["shard-0:1", `shard-0:${HOUR - 1}`]]);
    expect(kinesis.commandCalls(GetRecordsCommand)).toHaveLength(1);
  });

  it("passes over what was replayed before, whichever period that was, and finds nothing left the second time", async () => {
    shards = { "shard-0": { pages: [[1, 2, 3, 4, 5, 6]] } };
    objects.set("replayed/stream/shard-0/2-3.json", "");
    objects.set("replayed/stream/shard-0/5-5.json", "");
    expect(await replayed()).toMatchObject(counts({ records: 3, recovered: 3, replayedBefore: 3 }));
    expect(batches()).toEqual([["shard-0:1", "shard-0:4", "shard-0:6"]]);
    expect(await replayed()).toMatchObject(counts({ replayedBefore: 6 }));
    expect(await replayed(" --again")).toMatchObject(counts({ records: 6, recovered: 6 }));
  });

  it("marks what was done of a batch alone", async () => {
    shards = { "shard-0": { pages: [[1, 2, 3]] } };
    const stop = new AbortController();
    lambda.on(InvokeCommand).callsFake(() => {
      stop.abort();
      return answerOf(2, 0, ["3"]);
    });
    expect(await runReplay(`stream ${PERIOD}`, stop.signal)).toMatchObject({
      status: 130,
      result: counts({ records: 3, recovered: 2, failed: 1 }),
    });
    expect([...objects.keys()]).toEqual(["replayed/stream/shard-0/1-2.json"]);
  });

  it("goes on behind the last record where its iterator has expired", async () => {
    shards = { "shard-0": { pages: [[1], [2]] } };
    const expired = Object.assign(new Error("expired"), { name: "ExpiredIteratorException" });
    kinesis.on(GetRecordsCommand, { StreamARN: STREAM_ARN, ShardIterator: "shard-0 1" }).rejects(expired);
    kinesis
      .on(GetShardIteratorCommand, {
        StreamARN: STREAM_ARN,
        ShardId: "shard-0",
        ShardIteratorType: "AFTER_SEQUENCE_NUMBER",
        StartingSequenceNumber: "1",
      })
      .resolves({ ShardIterator: "shard-0 2" });
    shards["shard-0"]?.pages.push([2]);
    expect(await replayed()).toMatchObject(counts({ records: 2, recovered: 2 }));
  });

  it("says what the stream does not keep any more", async () => {
    shards = { "shard-0": { pages: [[]] } };
    expect((await runReplay("stream --from 2d")).notes).toEqual([
      "the stream keeps records for 24 h: it holds none that arrived before that",
      "nothing is left to replay",
    ]);
    expect((await runReplay("stream --from 2h --dry-run")).notes).toEqual(["nothing is left to replay"]);
  });
});

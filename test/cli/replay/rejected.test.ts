import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { beforeEach, describe, expect, it } from "vitest";
import type { RejectedLine, RejectReason } from "../../../contract/rejected";
import { mockClient } from "../../helpers/mocked-clients";
import { answerOf, bucketOf, counts, FUNCTION, runReplay, STREAM_ARN } from "../../helpers/replays";

const s3 = mockClient(S3Client);
const lambda = mockClient(LambdaClient);
const T = Date.parse("2026-01-31T08:59:00.123Z");

const line = (sequence: number, change: Partial<RejectedLine> = {}): RejectedLine => ({
  reason: "not_json",
  detail: "why",
  shardId: "shardId-0",
  sequenceNumber: String(sequence),
  partitionKey: "sensor-001",
  arrivedAt: T + sequence,
  data: Buffer.from([0xff, sequence]).toString("base64"),
  ...change,
});
const eventRecord = (sequence: number) => ({
  kinesis: {
    kinesisSchemaVersion: "1.0",
    partitionKey: "sensor-001",
    sequenceNumber: String(sequence),
    data: Buffer.from([0xff, sequence]).toString("base64"),
    approximateArrivalTimestamp: (T + sequence) / 1000,
  },
  eventSource: "aws:kinesis",
  eventVersion: "1.0",
  eventID: `shardId-0:${sequence}`,
  eventName: "aws:kinesis:record",
  awsRegion: "sa-east-1",
  eventSourceARN: STREAM_ARN,
});
const HOUR = "rejected/2026/01/31/08/shardId-0";
let objects: Map<string, string>;
const putRejected = (key: string, ...lines: RejectedLine[]) =>
  objects.set(key, lines.map((each) => `${JSON.stringify(each)}\n`).join(""));

beforeEach(() => {
  s3.reset();
  lambda.reset();
  lambda.on(InvokeCommand).callsFake(({ Payload }) => answerOf(JSON.parse(Payload.toString()).Records.length, 0));
  objects = new Map();
  bucketOf(s3, objects);
});
const invoked = () => lambda.commandCalls(InvokeCommand).map(({ args: [{ input }] }) => input);
/** The sequence numbers of each invocation. */
const batches = () =>
  invoked().map(({ Payload }) =>
    JSON.parse(String(Payload)).Records.map(({ kinesis }: { kinesis: { sequenceNumber: string } }) =>
      Number(kinesis.sequenceNumber),
    ),
  );

describe("replay rejected", () => {
  it("rebuilds the records as they first came, each once, in the order of the stream, and marks each", async () => {
    putRejected(`${HOUR}-2-3.jsonl`, line(2), line(3));
    putRejected(`${HOUR}-1-1.jsonl`, line(1));
    putRejected(`${HOUR}-3-3.jsonl`, line(3));
    expect(await runReplay("rejected")).toEqual({
      status: 0,
      result: { replayed: "rejected", dryRun: false, ...counts({ records: 3, recovered: 3 }) },
      notes: ["3 of 3 records recovered, 0 rejected, 0 failed"],
    });
    const Payload = (...sequences: number[]) =>
      Buffer.from(JSON.stringify({ Records: sequences.map(eventRecord), replay: true }));
    const request = { FunctionName: FUNCTION, InvocationType: "RequestResponse", LogType: "Tail" };
    expect(invoked()).toEqual([
      { ...request, Payload: Payload(1, 2) },
      { ...request, Payload: Payload(3) },
    ]);
    const [mark] = s3.commandCalls(PutObjectCommand).map(({ args: [{ input }] }) => input);
    expect(mark).toEqual({
      Bucket: "archive",
      Key: expect.stringMatching(/^replayed\/rejected\/2026\/01\/31\/08\/shardId-0-1-\d{13}\.jsonl$/),
      Body: expect.stringMatching(
        /^\{"replayedAt":"[^"]+"\}\n\{"recovered":2,"rejected":0,"superseded":0\}\n\{"id":"shardId-0:1"\}\n\{"id":"shardId-0:2"\}\n$/,
      ),
      ContentType: "application/x-ndjson",
    });
  });

  it("does not count as recovered what the function sets aside once more", async () => {
    putRejected(`${HOUR}-1-1.jsonl`, line(1));
    putRejected(`${HOUR}-2-2.jsonl`, line(2));
    lambda.on(InvokeCommand).callsFake(({ Payload }) => {
      putRejected(`${HOUR}-1-2.jsonl`, line(1), line(2));
      return answerOf(0, JSON.parse(Payload.toString()).Records.length);
    });
    expect((await runReplay("rejected")).result).toMatchObject(counts({ records: 2, rejected: 2 }));
    // And the object that it wrote is no new work.
    expect((await runReplay("rejected")).result).toMatchObject(counts({ replayedBefore: 2 }));
    expect((await runReplay("rejected --again")).result).toMatchObject(counts({ records: 2, rejected: 2 }));
  });

  it("never hands over an object's first and last record together: set aside again, they would take its name", async () => {
    putRejected(`${HOUR}-1-3.jsonl`, line(1), line(2, { partitionKey: "other" }), line(3));
    await runReplay("rejected --device sensor-001");
    expect(batches()).toEqual([[1], [3]]);
  });

  it("keeps a batch within its shard and its hour", async () => {
    const later = { arrivedAt: T + 60_000 };
    putRejected(`${HOUR}-1-9.jsonl`, line(1), line(2), line(9, later));
    putRejected("rejected/2026/01/31/08/shardId-1-5-5.jsonl", line(5, { shardId: "shardId-1" }));
    putRejected("rejected/2026/01/31/09/shardId-0-10-10.jsonl", line(10, later));
    await runReplay("rejected");
    expect(batches()).toEqual([[1, 2], [9], [5], [10]]);
  });

  it("hands over at most a hundred, and no more than an event may hold", async () => {
    for (let number = 1; number <= 101; number += 1) putRejected(`${HOUR}-${number}-${number}.jsonl`, line(number));
    const data = Buffer.alloc(3_000_000).toString("base64");
    for (const number of [1001, 1002])
      putRejected(`rejected/2026/01/31/09/shardId-0-${number}-${number}.jsonl`, line(number, { data }));
    await runReplay("rejected");
    expect(batches().map((numbers) => numbers.length)).toEqual([100, 1, 1, 1]);
  });

  it.each([
    ["--reason value_missing", [2]],
    ["--device sensor-002", [3]],
    ["--since 2026-01-31T09:00Z", [70_000]],
    ["--until 2026-01-31T08:59:00.125Z", [1]],
  ])("keeps to %s", async (option, wanted) => {
    const change: Readonly<Record<number, Partial<RejectedLine>>> = {
      2: { reason: "value_missing" satisfies RejectReason },
      3: { partitionKey: "sensor-002" },
    };
    for (const number of [1, 2, 3]) putRejected(`${HOUR}-${number}-${number}.jsonl`, line(number, change[number]));
    putRejected("rejected/2026/01/31/09/shardId-0-70000-70000.jsonl", line(70_000));
    await runReplay(`rejected ${option}`);
    expect(batches()).toEqual([wanted]);
  });

  it("goes on where it was broken off", async () => {
    for (const number of [1, 2])
      putRejected(`rejected/2026/01/31/0${number}/shardId-0-${number}-${number}.jsonl`, line(number));
    const stop = new AbortController();
    lambda.on(InvokeCommand).callsFakeOnce(() => {
      stop.abort();
      return answerOf(1, 0);
    });
    expect(await runReplay("rejected", stop.signal)).toMatchObject({
      status: 130,
      result: counts({ records: 1, recovered: 1 }),
    });
    lambda.on(InvokeCommand).resolves(answerOf(1, 0));
    expect((await runReplay("rejected")).result).toMatchObject(counts({ records: 1, recovered: 1, replayedBefore: 1 }));
    expect(batches()).toEqual([[1], [2]]);
  });

  describe("--as-arrived", () => {
    const REASONS = ["not_json", "timestamp_out_of_range", "timestamp_invalid", "value_missing"] as const;
    beforeEach(() => {
      putRejected(`${HOUR}-1-4.jsonl`, ...REASONS.map((reason, at) => line(at + 1, { reason })));
    });

    it("replays what was rejected for its timestamp alone, and tells the function to store it at its arrival", async () => {
      expect((await runReplay("rejected --as-arrived")).result).toMatchObject(counts({ records: 2, recovered: 2 }));
      expect(invoked().map(({ Payload }) => JSON.parse(String(Payload)))).toEqual([
        { Records: [eventRecord(2), eventRecord(3)], replay: true, asArrived: true },
      ]);
    });

    it("takes what a replay has only set aside once more, and no replay takes what it has stored", async () => {
      lambda.on(InvokeCommand).callsFake(({ Payload }) => answerOf(0, JSON.parse(Payload.toString()).Records.length));
      await runReplay("rejected");
      lambda.on(InvokeCommand).callsFake(({ Payload }) => answerOf(JSON.parse(Payload.toString()).Records.length, 0));
      expect((await runReplay("rejected --as-arrived")).result).toMatchObject(counts({ records: 2, recovered: 2 }));
      expect((await runReplay("rejected --as-arrived")).result).toMatchObject(counts({ replayedBefore: 2 }));
      for (const key of objects.keys()) if (key.startsWith("replayed/rejected/")) objects.delete(key);
      expect((await runReplay("rejected")).result).toMatchObject(
        counts({ records: 2, recovered: 2, replayedBefore: 2 }),
      );
    });

    it("keeps to one reason, and changes nothing on a dry run", async () => {
      const words = "rejected --as-arrived --reason timestamp_invalid";
      expect((await runReplay(`${words} --dry-run`)).result).toMatchObject({ records: 1, recovered: 0 });
      await runReplay(words);
      expect(batches()).toEqual([[3]]);
    });
  });

  it.each([
    ["rejected --reason nonsense", '"--reason" must be a code that "npx iot rejected --help" lists, got "nonsense"'],
    [
      "rejected --as-arrived --reason not_json",
      '"--reason" must be timestamp_out_of_range or timestamp_invalid beside "--as-arrived", got "not_json". Fix: leave it out for both',
    ],
    ["failed --as-arrived", '"--as-arrived" is not an option of "failed"'],
    ["stream --from 1h --as-arrived", '"--as-arrived" is not an option of "stream"'],
    ["rejected --from 1h", '"--from" is not an option of "rejected"'],
    ["failed --device x", '"--device" is not an option of "failed"'],
    ["rejected --rate 0", '"--rate" must be a whole number from 1 to 1000000, got "0"'],
    ["stream", '"--since" is required, for example --since 3h --until 1h'],
    ["stream --from 1h --to 2h", '"--since" must be before "--until", got "1h" and "2h"'],
    ["nothing", '"nothing" is not a command. Fix: use one of failed, rejected, stream, rule-errors'],
  ])("refuses %s", async (words, message) => {
    await expect(runReplay(words)).rejects.toThrow(message);
  });
});

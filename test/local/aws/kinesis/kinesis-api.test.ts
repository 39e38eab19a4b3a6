import { buffer } from "node:stream/consumers";
import * as kinesis from "@aws-sdk/client-kinesis";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { cbor, tag } from "@smithy/core/cbor";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HttpServer } from "../../../../local/aws/http-server";
import { kinesisApi } from "../../../../local/aws/kinesis/kinesis-api";
import { simulatedStream } from "./simulated-stream";

const STREAM = { StreamName: "iot-sensor-stream-dev" } as const;
const credentials = { accessKeyId: "local", secretAccessKey: "local" };
const region = "sa-east-1";

const { stream, clock, settle } = simulatedStream();
const api = kinesisApi(stream);
const server = new HttpServer((req, res) => {
  void (async () => {
    const answer = await api({
      method: req.method ?? "",
      path: req.url ?? "",
      query: new URLSearchParams(),
      headers: req.headers,
      body: await buffer(req),
    });
    res.writeHead(answer.status, answer.headers).end(answer.body);
  })();
});
let port = 0;
let plain: KinesisClient;
let overHttp1: KinesisClient;

beforeAll(async () => {
  port = await server.listen(0);
  const endpoint = `http://127.0.0.1:${port}`;
  plain = new KinesisClient({ endpoint, region, credentials });
  overHttp1 = new KinesisClient({
    endpoint,
    region,
    credentials,
    requestHandler: new NodeHttpHandler(),
    maxAttempts: 1,
  });
});

afterAll(async () => {
  plain.destroy();
  overHttp1.destroy();
  await server.stop();
});

async function refusal(promise: Promise<unknown>): Promise<readonly [string, string]> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  return error instanceof Error ? [error.name, error.message] : ["", "it was not refused"];
}

describe("Kinesis' API, as the SDK for JavaScript speaks it", () => {
  it("answers a client without any options, which speaks HTTP/2", async () => {
    const { StreamNames } = await plain.send(new kinesis.ListStreamsCommand({}));
    expect(StreamNames).toEqual([STREAM.StreamName]);
  });

  it("takes a record, and gives it to a reader that began at the horizon, with its bytes", async () => {
    const Data = Buffer.from([0, 255, 1, 2]);
    const put = await plain.send(new kinesis.PutRecordCommand({ ...STREAM, Data, PartitionKey: "sensor-001" }));
    expect(put).toMatchObject({ ShardId: "shardId-000000000001", EncryptionType: "KMS" });
    clock.now += 1000;
    const { ShardIterator } = await overHttp1.send(
      new kinesis.GetShardIteratorCommand({ ...STREAM, ShardId: put.ShardId, ShardIteratorType: "TRIM_HORIZON" }),
    );
    const page = await overHttp1.send(new kinesis.GetRecordsCommand({ ShardIterator }));
    expect(page.Records?.map((record) => ({ ...record, Data: Buffer.from(record.Data ?? []) }))).toEqual([
      {
        SequenceNumber: put.SequenceNumber,
        PartitionKey: "sensor-001",
        Data,
        ApproximateArrivalTimestamp: new Date(clock.now - 1000),
        EncryptionType: "KMS",
      },
    ]);
    expect(page.MillisBehindLatest).toBe(0);
    expect(page.NextShardIterator).toEqual(expect.any(String));
  });

  it("begins a reading where each of the five types of iterator says", async () => {
    const numbers: string[] = [];
    for (let put = 0; put < 3; put += 1) {
      clock.now += 1000;
      const { SequenceNumber } = await overHttp1.send(
        new kinesis.PutRecordCommand({
          ...STREAM,
          Data: Buffer.from(`${put}`),
          PartitionKey: "a",
          ExplicitHashKey: "0",
        }),
      );
      numbers.push(SequenceNumber ?? "");
    }
    const startsAt = async (where: Omit<kinesis.GetShardIteratorCommandInput, "ShardId">) => {
      clock.now += 1000;
      const { ShardIterator } = await overHttp1.send(
        new kinesis.GetShardIteratorCommand({ ...STREAM, ShardId: "shardId-000000000000", ...where }),
      );
      const { Records = [] } = await overHttp1.send(new kinesis.GetRecordsCommand({ ShardIterator }));
      return Records.map(({ Data }) => Buffer.from(Data ?? []).toString());
    };
    const second = { StartingSequenceNumber: numbers[1] };
    const Timestamp = new Date(clock.now - 1000);
    expect(await startsAt({ ShardIteratorType: "TRIM_HORIZON" })).toEqual(["0", "1", "2"]);
    expect(await startsAt({ ShardIteratorType: "AT_SEQUENCE_NUMBER", ...second })).toEqual(["1", "2"]);
    expect(await startsAt({ ShardIteratorType: "AFTER_SEQUENCE_NUMBER", ...second })).toEqual(["2"]);
    expect(await startsAt({ ShardIteratorType: "AT_TIMESTAMP", Timestamp })).toEqual(["1", "2"]);
    expect(await startsAt({ ShardIteratorType: "LATEST" })).toEqual([]);
  });

  it("takes what fits of a PutRecords, and says of each other record why not", async () => {
    clock.now += 10_000;
    const Data = Buffer.alloc(600_000);
    const Records = [0, 1, 2].map(() => ({ Data, PartitionKey: "big" }));
    const answer = await overHttp1.send(new kinesis.PutRecordsCommand({ ...STREAM, Records }));
    expect(answer.FailedRecordCount).toBe(2);
    expect(answer.Records?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      undefined,
      "ProvisionedThroughputExceededException",
      "ProvisionedThroughputExceededException",
    ]);
    expect(answer.Records?.[1]?.ErrorMessage).toMatch(
      /^Rate exceeded for shard shardId-\d{12} in stream iot-sensor-stream-dev under account 123456789012\.$/,
    );
  });

  it("describes the stream, page by page", async () => {
    const { StreamDescriptionSummary } = await plain.send(new kinesis.DescribeStreamSummaryCommand(STREAM));
    expect(StreamDescriptionSummary).toMatchObject({
      StreamARN: "arn:aws:kinesis:sa-east-1:123456789012:stream/iot-sensor-stream-dev",
      StreamStatus: "ACTIVE",
      StreamModeDetails: { StreamMode: "PROVISIONED" },
      RetentionPeriodHours: 24,
      OpenShardCount: 4,
      EncryptionType: "KMS",
      KeyId: "alias/aws/kinesis",
      EnhancedMonitoring: [{ ShardLevelMetrics: ["IncomingBytes"] }],
    });
    const { StreamDescription: first } = await plain.send(new kinesis.DescribeStreamCommand({ ...STREAM, Limit: 3 }));
    expect([first?.Shards?.length, first?.HasMoreShards]).toEqual([3, true]);
    const ids: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await plain.send(
        new kinesis.ListShardsCommand(NextToken ? { NextToken, MaxResults: 3 } : { ...STREAM, MaxResults: 3 }),
      );
      ids.push(...(page.Shards ?? []).map(({ ShardId }) => ShardId));
      NextToken = page.NextToken;
    } while (NextToken);
    expect(ids).toEqual([0, 1, 2, 3].map((number) => `shardId-00000000000${number}`));
  });

  it("splits and resizes, and lists the lineage by filter", async () => {
    await plain.send(
      new kinesis.SplitShardCommand({
        ...STREAM,
        ShardToSplit: "shardId-000000000003",
        NewStartingHashKey: `${2n ** 128n - 9n}`,
      }),
    );
    settle();
    const latest = await plain.send(new kinesis.ListShardsCommand({ ...STREAM, ShardFilter: { Type: "AT_LATEST" } }));
    expect(latest.Shards?.map(({ ShardId, ParentShardId }) => [ShardId, ParentShardId])).toEqual([
      ["shardId-000000000000", undefined],
      ["shardId-000000000001", undefined],
      ["shardId-000000000002", undefined],
      ["shardId-000000000004", "shardId-000000000003"],
      ["shardId-000000000005", "shardId-000000000003"],
    ]);
    await plain.send(
      new kinesis.MergeShardsCommand({
        ...STREAM,
        ShardToMerge: "shardId-000000000004",
        AdjacentShardToMerge: "shardId-000000000005",
      }),
    );
    settle();
    expect(
      await plain.send(
        new kinesis.UpdateShardCountCommand({ ...STREAM, TargetShardCount: 6, ScalingType: "UNIFORM_SCALING" }),
      ),
    ).toMatchObject({ CurrentShardCount: 4, TargetShardCount: 6 });
    settle();
    expect(stream.openShards).toHaveLength(6);
  });

  it("raises the retention, and lowers it, each by its own call", async () => {
    await plain.send(new kinesis.IncreaseStreamRetentionPeriodCommand({ ...STREAM, RetentionPeriodHours: 48 }));
    expect(
      await refusal(
        plain.send(new kinesis.IncreaseStreamRetentionPeriodCommand({ ...STREAM, RetentionPeriodHours: 24 })),
      ),
    ).toEqual([
      "InvalidArgumentException",
      "Requested retention period (24 hours) for stream iot-sensor-stream-dev can not be shorter than existing retention period (48 hours). Use DecreaseRetentionPeriod API.",
    ]);
    await plain.send(new kinesis.DecreaseStreamRetentionPeriodCommand({ ...STREAM, RetentionPeriodHours: 24 }));
    expect(stream.retentionHours).toBe(24);
  });

  it("refuses an iterator after five minutes, and what is none", async () => {
    const { ShardIterator } = await overHttp1.send(
      new kinesis.GetShardIteratorCommand({ ...STREAM, ShardId: "shardId-000000000000", ShardIteratorType: "LATEST" }),
    );
    clock.now += 300_000;
    await expect(overHttp1.send(new kinesis.GetRecordsCommand({ ShardIterator }))).resolves.toMatchObject({
      Records: [],
    });
    clock.now += 1;
    expect((await refusal(overHttp1.send(new kinesis.GetRecordsCommand({ ShardIterator }))))[0]).toBe(
      "ExpiredIteratorException",
    );
    expect(await refusal(overHttp1.send(new kinesis.GetRecordsCommand({ ShardIterator: "rubbish" })))).toEqual([
      "InvalidArgumentException",
      "Invalid ShardIterator.",
    ]);
  });

  it.each<readonly [what: string, command: object, name: string, message: unknown]>([
    [
      "another stream",
      new kinesis.ListShardsCommand({ StreamName: "other" }),
      "ResourceNotFoundException",
      "Stream other under account 123456789012 not found.",
    ],
    [
      "a shard that is not there",
      new kinesis.GetShardIteratorCommand({ ...STREAM, ShardId: "shardId-000000000099", ShardIteratorType: "LATEST" }),
      "ResourceNotFoundException",
      "Could not find shard shardId-000000000099 in stream iot-sensor-stream-dev under account 123456789012.",
    ],
    [
      "a sequence number of another shard",
      new kinesis.GetShardIteratorCommand({
        ...STREAM,
        ShardId: "shardId-000000000000",
        ShardIteratorType: "AT_SEQUENCE_NUMBER",
        StartingSequenceNumber: "123",
      }),
      "InvalidArgumentException",
      "StartingSequenceNumber 123 used in GetShardIterator on shard shardId-000000000000 in stream iot-sensor-stream-dev under account 123456789012 is invalid because it did not come from this stream.",
    ],
    [
      "LATEST with a sequence number",
      new kinesis.GetShardIteratorCommand({
        ...STREAM,
        ShardId: "shardId-000000000000",
        ShardIteratorType: "LATEST",
        StartingSequenceNumber: "123",
      }),
      "InvalidArgumentException",
      "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified LATEST and also a StartingSequenceNumber.",
    ],
    [
      "an order after no sequence number",
      new kinesis.PutRecordCommand({
        ...STREAM,
        Data: Buffer.from("x"),
        PartitionKey: "k",
        SequenceNumberForOrdering: "xyz",
      }),
      "ValidationException",
      "1 validation error detected: Value 'xyz' at 'sequenceNumberForOrdering' failed to satisfy constraint: Member must satisfy regular expression pattern: 0|([1-9]\\d{0,128})",
    ],
    [
      "shards after one that is not named",
      new kinesis.ListShardsCommand({ ...STREAM, ShardFilter: { Type: "AFTER_SHARD_ID" } }),
      "InvalidArgumentException",
      '"ShardId" must be given with the filter type AFTER_SHARD_ID',
    ],
    ...[
      STREAM,
      { StreamARN: "arn:aws:kinesis:sa-east-1:123456789012:stream/iot-sensor-stream-dev" },
      { ExclusiveStartShardId: "shardId-000000000000" },
      { ShardFilter: { Type: "AT_LATEST" } } as const,
    ].map(
      (also) =>
        [
          `a token with ${Object.keys(also)[0]}`,
          new kinesis.ListShardsCommand({ ...also, NextToken: "x" }),
          "InvalidArgumentException",
          `NextToken and ${Object.keys(also)[0]} cannot be provided together.`,
        ] as const,
    ),
    [
      "a partition key that is too long",
      new kinesis.PutRecordCommand({ ...STREAM, Data: Buffer.from("x"), PartitionKey: "k".repeat(257) }),
      "ValidationException",
      `1 validation error detected: Value '${"k".repeat(100)}' at 'partitionKey' failed to satisfy constraint: Member must have length less than or equal to 256`,
    ],
    [
      "a record above 1 MB",
      new kinesis.PutRecordCommand({ ...STREAM, Data: Buffer.alloc(1024 * 1024), PartitionKey: "k" }),
      "ValidationException",
      "1 validation error detected: Value '...' at 'data' failed to satisfy constraint: Member must have length less than or equal to 1048576",
    ],
    [
      "what is not here",
      new kinesis.DeleteStreamCommand(STREAM),
      "UnknownOperationException",
      expect.stringMatching(/^DeleteStream is not available here/),
    ],
  ])("refuses %s", async (_what, command, name, message) => {
    // The SDK's types do not join the commands.
    const sent = overHttp1.send(command as kinesis.ListShardsCommand);
    expect(await refusal(sent)).toEqual([name, message]);
  });

  it("refuses a whole PutRecords for one record that breaks a rule, and stores nothing of it", async () => {
    const before = stream.shards.map(({ tip }) => tip);
    const good = { Data: Buffer.from("x"), PartitionKey: "k" };
    const explicit = (ExplicitHashKey: string) =>
      new kinesis.PutRecordsCommand({ ...STREAM, Records: [good, { ...good, ExplicitHashKey }] });
    expect(await refusal(overHttp1.send(explicit(String(2n ** 128n))))).toEqual([
      "InvalidArgumentException",
      `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${2n ** 128n}`,
    ]);
    expect((await refusal(overHttp1.send(explicit("01"))))[0]).toBe("ValidationException");
    expect(stream.shards.map(({ tip }) => tip)).toEqual(before);
  });

  it("keeps the retention while the stream is updating", async () => {
    await overHttp1.send(
      new kinesis.UpdateShardCountCommand({ ...STREAM, TargetShardCount: 3, ScalingType: "UNIFORM_SCALING" }),
    );
    for (const Command of [kinesis.IncreaseStreamRetentionPeriodCommand, kinesis.DecreaseStreamRetentionPeriodCommand])
      expect((await refusal(overHttp1.send(new Command({ ...STREAM, RetentionPeriodHours: 24 }))))[0]).toBe(
        "ResourceInUseException",
      );
    await settle();
  });
});

describe("Kinesis' API, as a client writes it by hand", () => {
  async function asked(operation: string, body: Uint8Array, type: string) {
    const headers = { "content-type": type, "x-amz-target": `Kinesis_20131202.${operation}` };
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", headers, body });
    return { status: response.status, type: response.headers.get("content-type"), body: await response.bytes() };
  }
  const inJson = async (operation: string, body: string) => {
    const answer = await asked(operation, Buffer.from(body), "application/x-amz-json-1.1");
    return [answer.status, JSON.parse(Buffer.from(answer.body).toString()).__type];
  };
  const inCbor = async (operation: string, members: object) => {
    const { status, type, body } = await asked(operation, cbor.serialize(members), "application/x-amz-cbor-1.1");
    expect(type).toBe("application/x-amz-cbor-1.1");
    return { status, ...cbor.deserialize(body) };
  };

  it("speaks CBOR, with blobs as bytes and times in milliseconds", async () => {
    const Data = Uint8Array.from([0, 255, 128]);
    const put = await inCbor("PutRecord", { ...STREAM, Data, PartitionKey: "k" });
    expect(put).toMatchObject({ status: 200, ShardId: expect.any(String) });
    const { ShardIterator } = await inCbor("GetShardIterator", {
      ...STREAM,
      ShardId: put.ShardId,
      ShardIteratorType: "AT_TIMESTAMP",
      Timestamp: tag({ tag: 1, value: clock.now }),
    });
    const { Records } = await inCbor("GetRecords", { ShardIterator });
    const found = Records.find(({ SequenceNumber }: kinesis._Record) => SequenceNumber === put.SequenceNumber);
    expect(Buffer.from(found.Data)).toEqual(Buffer.from(Data));
    expect(found.ApproximateArrivalTimestamp).toMatchObject({ tag: 1, value: clock.now });
  });

  it("refuses a client that speaks CBOR in CBOR", async () => {
    expect(await inCbor("PutRecord", { StreamName: "other", Data: new Uint8Array(1), PartitionKey: "k" })).toEqual({
      status: 400,
      __type: "ResourceNotFoundException",
      message: "Stream other under account 123456789012 not found.",
    });
  });

  it.each([
    ["a record that is none", "PutRecords", JSON.stringify({ ...STREAM, Records: [null] }), "SerializationException"],
    ["a body that is no object", "ListStreams", "[]", "SerializationException"],
    ["a body that is no JSON", "ListStreams", "{", "SerializationException"],
    ["a token that holds nothing", "ListShards", '{"NextToken":"bnVsbA=="}', "InvalidArgumentException"],
    ["a filter that is none", "ListShards", JSON.stringify({ ...STREAM, ShardFilter: 1 }), "SerializationException"],
    ["a token that was never given", "ListStreams", '{"NextToken":"junk"}', "InvalidArgumentException"],
    ["a page of no streams", "ListStreams", '{"Limit":0}', "ValidationException"],
    ["no name", "ListShards", '{"StreamName":""}', "ValidationException"],
    ["a name with blanks", "DescribeStreamSummary", '{"StreamName":"bad name!"}', "ValidationException"],
    ["an ARN that is none", "DescribeStreamSummary", '{"StreamARN":"foo"}', "ValidationException"],
  ])("refuses %s", async (_what, operation, body, type) => {
    expect(await inJson(operation, body)).toEqual([400, type]);
  });

  it("refuses another encoding", async () => {
    expect((await asked("ListStreams", Buffer.from("x"), "application/x-amz-cbor-1.1")).status).toBe(400);
    const { status, body } = await asked("ListStreams", Buffer.from("{}"), "application/xml");
    expect([status, Buffer.from(body).toString()]).toEqual([400, expect.stringContaining("got application/xml")]);
  });
});

import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { beforeEach, describe, expect, it } from "vitest";
import { failureBody, failureKey } from "../../../local/aws/lambda/event-source-mapping/failure-object";
import { mockClient } from "../../helpers/mocked-clients";
import { answerOf, BUCKET, bucketOf, bytes, counts, FUNCTION, runReplay, STREAM_ARN } from "../../helpers/replays";

const s3 = mockClient(S3Client);
const lambda = mockClient(LambdaClient);
const T = Date.parse("2026-01-31T08:59:00Z");
const settings = { functionArn: "arn:f", streamArn: STREAM_ARN, roleArn: "arn:r", region: "sa-east-1" };
const record = (number: number) => ({
  shardId: "shardId-0",
  sequenceNumber: String(number),
  partitionKey: "sensor-001",
  data: Buffer.from(`reading ${number}`).toString("base64"),
  arrivedAt: T - 60_123,
});
const given = (first: number, ...others: number[]) => ({
  records: [record(first), ...others.map(record)] as const,
  condition: "RetryAttemptsExhausted" as const,
  invocations: 4,
  last: undefined,
});
const KEYS = [failureKey("map", "shardId-0", T, "u1"), failureKey("map", "shardId-0", T + 60_000, "u2")] as const;
const MARK = "replayed/failed/map/shardId-0/2026/01/31/2026-01-31T08.59.00-u1.json";
let objects: Map<string, string>;

beforeEach(() => {
  s3.reset();
  lambda.reset();
  objects = new Map([
    [KEYS[0], failureBody(given(1, 2, 3), settings, T)],
    [KEYS[1], failureBody(given(4), settings, T)],
  ]);
  bucketOf(s3, objects);
});
/** A batch of records with so much data each, in base64. */
const large = (...sizes: readonly [number, ...number[]]) => {
  const [first, ...others] = sizes.map((size, number) => ({ ...record(number), data: "A".repeat(size) }));
  if (first === undefined) throw new Error("a batch has a record");
  return { ...given(0), records: [first, ...others] as const };
};
/** Stores all records, and refuses an event above 6 MB as Lambda does. */
const limited = ({ Payload }: { Payload: Buffer }) => {
  if (Payload.length > 6 * 1024 * 1024)
    throw Object.assign(new Error("Request must be smaller than 6291456 bytes for the InvokeFunction operation"), {
      name: "RequestTooLargeException",
      $metadata: { httpStatusCode: 413 },
    });
  return answerOf(JSON.parse(Payload.toString()).Records.length, 0);
};
/** Of each invocation's records. */
const sequenceNumbers = () =>
  invoked().map(({ Payload }) =>
    JSON.parse(String(Payload)).Records.map(
      ({ kinesis }: { kinesis: { sequenceNumber: string } }) => kinesis.sequenceNumber,
    ),
  );
const invoked = () => lambda.commandCalls(InvokeCommand).map(({ args: [{ input }] }) => input);
const puts = () => s3.commandCalls(PutObjectCommand).map(({ args: [{ input }] }) => input);

describe("replay failed", () => {
  it("invokes the function with each failure object's records as they are, as a replay, and marks it", async () => {
    lambda.on(InvokeCommand).resolvesOnce(answerOf(2, 1)).resolvesOnce(answerOf(1, 0));
    expect(await runReplay("failed")).toEqual({
      status: 0,
      result: { replayed: "failed", dryRun: false, ...counts({ records: 4, recovered: 3, rejected: 1 }) },
      notes: ["3 of 4 records recovered, 1 rejected, 0 failed"],
    });
    expect(invoked()).toEqual(
      KEYS.map((key) => ({
        FunctionName: FUNCTION,
        InvocationType: "RequestResponse",
        LogType: "Tail",
        Payload: Buffer.from(JSON.parse(objects.get(key) ?? "").payload.replace(/\}$/, ',"replay":true}')),
      })),
    );
    expect(puts()[0]).toEqual({
      Bucket: BUCKET,
      Key: MARK,
      Body: expect.stringMatching(
        `^{"replayedAt":"20.*Z"}\n${JSON.stringify({ key: KEYS[0], recovered: 2, rejected: 1, superseded: 0 })}\n$`,
      ),
      ContentType: "application/x-ndjson",
    });
    expect(puts()).toHaveLength(2);
  });

  it("finds nothing left the second time, unless it is to replay again", async () => {
    lambda.on(InvokeCommand).callsFake(({ Payload }) => answerOf(JSON.parse(Payload.toString()).Records.length, 0));
    await runReplay("failed");
    expect(await runReplay("failed")).toEqual({
      status: 0,
      result: { replayed: "failed", dryRun: false, ...counts({ replayedBefore: 2 }) },
      notes: ["nothing is left to replay"],
    });
    expect(invoked()).toHaveLength(2);
    expect((await runReplay("failed --again")).result).toMatchObject({ records: 4, recovered: 4 });
  });

  it("passes over what the device watch gave up: the processor has its readings", async () => {
    const arn = (name: string) => ({
      ...settings,
      functionArn: `arn:aws:lambda:sa-east-1:123456789012:function:${name}`,
    });
    objects.set(KEYS[0], failureBody(given(1, 2, 3), arn("iot-device-watch-dev"), T));
    objects.set(KEYS[1], failureBody(given(4), arn(FUNCTION), T));
    lambda.on(InvokeCommand).resolves(answerOf(1, 0));
    expect((await runReplay("failed")).result).toMatchObject({ records: 1, recovered: 1, unusable: 0 });
    expect(invoked()).toHaveLength(1);
  });

  it("only counts in a dry run", async () => {
    const before = [...objects.keys()];
    expect(await runReplay("failed --dry-run")).toEqual({
      status: 0,
      result: { replayed: "failed", dryRun: true, ...counts({ records: 4 }) },
      notes: ["4 records would be replayed; nothing was changed"],
    });
    expect({ invoked: invoked(), keys: [...objects.keys()] }).toEqual({ invoked: [], keys: before });
  });

  it("keeps to the time in which batches were given up, and reads no other", async () => {
    lambda.on(InvokeCommand).resolves(answerOf(1, 0));
    const { result } = await runReplay("failed --since 2026-01-31T09:00Z --until 2026-01-31T09:01Z");
    expect(result).toMatchObject({ records: 1, recovered: 1 });
    expect(s3.commandCalls(GetObjectCommand).map(({ args: [{ input }] }) => input)).toEqual([
      { Bucket: BUCKET, Key: KEYS[1] },
    ]);
  });

  it("counts what gave way to a later arrival apart from what was stored, and in the mark", async () => {
    lambda
      .on(InvokeCommand)
      .resolvesOnce(answerOf(1, 1, [], 1))
      .resolvesOnce(answerOf(1, 0));
    const { status, result, notes } = await runReplay("failed");
    expect({ status, notes }).toEqual({
      status: 0,
      notes: ["2 of 4 records recovered, 1 rejected, 1 superseded, 0 failed"],
    });
    expect(result).toMatchObject({ records: 4, recovered: 2, rejected: 1, superseded: 1 });
    expect(String(puts()[0]?.Body)).toContain('"recovered":1,"rejected":1,"superseded":1}');
  });

  it("hands over what was handed back once more, from there on", async () => {
    objects.delete(KEYS[1]);
    lambda
      .on(InvokeCommand)
      .resolvesOnce(answerOf(1, 0, ["2"]))
      .resolvesOnce(answerOf(1, 1));
    expect((await runReplay("failed")).result).toMatchObject({ records: 3, recovered: 2, rejected: 1, failed: 0 });
    const { Records } = JSON.parse(JSON.parse(objects.get(KEYS[0]) ?? "").payload);
    expect(JSON.parse(String(invoked()[1]?.Payload))).toEqual({ Records: Records.slice(1), replay: true });
  });

  it("leaves a batch unmarked that the function fails on, and exits with 1", async () => {
    objects.delete(KEYS[1]);
    const error = { FunctionError: "Unhandled", Payload: bytes({ errorMessage: "boom" }) };
    lambda.on(InvokeCommand).resolves(error);
    expect(await runReplay("failed")).toEqual({
      status: 1,
      result: { replayed: "failed", dryRun: false, ...counts({ records: 3, failed: 3 }) },
      notes: [
        `3 of 3 records of "${KEYS[0]}" are not replayed: the function failed: boom`,
        "0 of 3 records recovered, 0 rejected, 3 failed",
      ],
    });
    expect({ invocations: invoked().length, puts: puts() }).toEqual({ invocations: 4, puts: [] });
  });

  it("finishes the invocation at hand at Ctrl-C, marks it and exits with 130", async () => {
    const stop = new AbortController();
    lambda.on(InvokeCommand).callsFake(() => {
      stop.abort();
      return answerOf(3, 0);
    });
    expect(await runReplay("failed", stop.signal)).toMatchObject({ status: 130, result: { recovered: 3 } });
    expect({ invocations: invoked().length, marks: puts().map(({ Key }) => Key) }).toEqual({
      invocations: 1,
      marks: [MARK],
    });
  });

  it("counts what is no event as unusable", async () => {
    objects.set(KEYS[0], "{}");
    lambda.on(InvokeCommand).resolves(answerOf(1, 0));
    expect(await runReplay("failed")).toMatchObject({ status: 1, result: { records: 1, recovered: 1, unusable: 1 } });
  });

  it.each(["eventID", "kinesis"])("counts an event as unusable whose second record has no %s", async (field) => {
    const { payload } = JSON.parse(objects.get(KEYS[0]) ?? "");
    const event = JSON.parse(payload);
    delete event.Records[1][field];
    objects.set(KEYS[0], JSON.stringify({ payload: JSON.stringify(event) }));
    lambda.on(InvokeCommand).resolves(answerOf(1, 0));
    expect(await runReplay("failed")).toMatchObject({
      status: 1,
      result: counts({ records: 1, recovered: 1, unusable: 1 }),
      notes: [`"${KEYS[0]}" is not a Kinesis event`, "1 of 1 record recovered, 0 rejected, 0 failed"],
    });
    expect(invoked()).toHaveLength(1);
  });

  it("names and counts an object with another form of key, in any period, and no folder", async () => {
    const foreign = ["aws/lambda/copy-of-a-batch.json", "aws/lambda/map/2026-13-31T08.59.00-u1"];
    for (const key of foreign) objects.set(key, objects.get(KEYS[0]) ?? "");
    for (const folder of ["aws/lambda/", "aws/lambda/map/"]) objects.set(folder, "");
    lambda.on(InvokeCommand).callsFake(({ Payload }) => answerOf(JSON.parse(Payload.toString()).Records.length, 0));
    const named = foreign.map((key) => `"${key}" is not named like a failed batch`);
    const since = "failed --since 2026-01-31T09:00Z";
    expect(await runReplay(since)).toMatchObject({
      status: 1,
      result: counts({ records: 1, recovered: 1, unusable: 2 }),
      notes: [...named, "1 of 1 record recovered, 0 rejected, 0 failed"],
    });
    // The mark of the first run is no object of this kind.
    expect((await runReplay(since)).result).toMatchObject(counts({ unusable: 2, replayedBefore: 1 }));
  });

  it("replays an event above Lambda's limit in parts, and marks its object when all are done", async () => {
    objects.set(KEYS[0], failureBody(large(2_000_000, 2_000_000, 2_000_000, 2_000_000), settings, T));
    lambda.on(InvokeCommand).callsFake(limited);
    expect((await runReplay("failed")).result).toMatchObject(counts({ records: 5, recovered: 5 }));
    expect(sequenceNumbers()).toEqual([["0", "1"], ["2", "3"], ["4"]]);
    expect(puts().map(({ Key }) => Key)).toEqual([MARK, MARK.replace("08.59.00-u1", "09.00.00-u2")]);
    expect(String(puts()[0]?.Body)).toContain('"recovered":4,"rejected":0,"superseded":0}');
  });

  it("counts the parts of an event once where its mark is tried again", async () => {
    objects.set(KEYS[0], failureBody(large(2_000_000, 2_000_000, 2_000_000, 2_000_000), settings, T));
    objects.delete(KEYS[1]);
    lambda.on(InvokeCommand).callsFake(limited);
    const down = Object.assign(new Error("slow down"), { $metadata: { httpStatusCode: 503 } });
    s3.on(PutObjectCommand).rejectsOnce(down).resolves({});
    expect((await runReplay("failed")).result).toMatchObject(counts({ records: 4, recovered: 4 }));
    expect(puts().map(({ Body }) => String(Body).split("\n")[1])).toEqual(
      Array(2).fill(JSON.stringify({ key: KEYS[0], recovered: 4, rejected: 0, superseded: 0 })),
    );
  });

  it("names and counts a record that no invocation takes, tries it once, and replays all others", async () => {
    objects.set(KEYS[0], failureBody(large(10, 7_000_000, 10), settings, T));
    lambda.on(InvokeCommand).callsFake(limited);
    expect(await runReplay("failed")).toMatchObject({
      status: 1,
      result: counts({ records: 4, recovered: 3, failed: 1 }),
      notes: [
        `1 of 1 records of "${KEYS[0]}" are not replayed: the event from record 1 on is larger than an invocation takes`,
        "3 of 4 records recovered, 0 rejected, 1 failed",
      ],
    });
    expect(sequenceNumbers()).toEqual([["0"], ["1"], ["2"], ["4"]]);
    expect(puts().map(({ Key }) => Key)).toEqual([MARK.replace("08.59.00-u1", "09.00.00-u2")]);
  });

  it("stops at once where the right to invoke is missing", async () => {
    const denied = Object.assign(new Error("not authorized to perform lambda:InvokeFunction"), {
      name: "AccessDeniedException",
      $metadata: { httpStatusCode: 403 },
    });
    lambda.on(InvokeCommand).rejects(denied);
    await expect(runReplay("failed")).rejects.toThrow("not authorized to perform lambda:InvokeFunction");
    expect(invoked()).toHaveLength(1);
  });
});

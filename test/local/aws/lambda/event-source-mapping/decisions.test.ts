import { describe, expect, it } from "vitest";
import { MAX_PAYLOAD_BYTES, nextBatch } from "../../../../../local/aws/lambda/event-source-mapping/batching";
import { failureBody, failureKey } from "../../../../../local/aws/lambda/event-source-mapping/failure-object";
import { outcomeOf } from "../../../../../local/aws/lambda/event-source-mapping/invocation-outcome";
import { kinesisEvent } from "../../../../../local/aws/lambda/event-source-mapping/kinesis-event";
import { laneOf } from "../../../../../local/aws/lambda/event-source-mapping/lane-of";
import {
  afterAttempt,
  backoffMs,
  expiredCount,
} from "../../../../../local/aws/lambda/event-source-mapping/retry-policy";
import { recordOf, reports, SETTINGS, START, THROWN } from "./simulation";

const records = [0, 1, 2, 3, 4].map((index) => recordOf(index));

describe("kinesisEvent", () => {
  it("has Lambda's shape", () => {
    expect(kinesisEvent([recordOf(7, { arrivedAt: 1545084650987 })], SETTINGS)).toEqual({
      Records: [
        {
          kinesis: {
            kinesisSchemaVersion: "1.0",
            partitionKey: "press-1",
            sequenceNumber: "1007",
            data: "cGF5bG9hZCA3",
            approximateArrivalTimestamp: 1545084650.987,
          },
          eventSource: "aws:kinesis",
          eventVersion: "1.0",
          eventID: "shardId-000000000000:1007",
          eventName: "aws:kinesis:record",
          invokeIdentityArn: "arn:aws:iam::123456789012:role/processor",
          awsRegion: "sa-east-1",
          eventSourceARN: "arn:aws:kinesis:sa-east-1:123456789012:stream/readings",
        },
      ],
    });
  });
});

describe("nextBatch", () => {
  it.each([
    [4, { length: 4, full: false }],
    [5, { length: 5, full: true }],
    [6, { length: 5, full: true }],
  ])("of %d records and a batch size of 5 takes what fits", (count, expected) => {
    expect(
      nextBatch(
        Array.from({ length: count }, (_, index) => recordOf(index)),
        5,
      ),
    ).toEqual(expected);
  });

  it("stops before the payload is larger than Lambda takes", () => {
    const large = recordOf(0, { data: "A".repeat(1024 * 1024) });
    const queue = Array.from({ length: 10 }, () => large);
    const batch = nextBatch(queue, 100);
    expect(batch).toEqual({ length: 5, full: true });
    expect(JSON.stringify(kinesisEvent(queue.slice(0, batch.length), SETTINGS)).length).toBeLessThan(MAX_PAYLOAD_BYTES);
  });

  it("takes a record that is alone, however large", () => {
    expect(nextBatch([recordOf(0, { data: "A".repeat(7 * 1024 * 1024) })], 100)).toEqual({ length: 1, full: false });
  });
});

describe("laneOf", () => {
  it("keeps a key on its lane", () => {
    expect(laneOf("press-1", 10)).toBe(laneOf("press-1", 10));
    expect(laneOf("press-1", 1)).toBe(0);
  });

  it("spreads keys over all lanes about evenly", () => {
    const counts = [0, 0, 0, 0];
    for (let device = 0; device < 4000; device += 1) {
      const lane = laneOf(`press-${device}`, 4);
      counts[lane] = (counts[lane] ?? 0) + 1;
    }
    for (const count of counts) expect(count).toBeGreaterThan(800);
  });
});

describe("outcomeOf", () => {
  const success = { kind: "success" };
  const failure = { kind: "failure" };
  it.each([
    ["no value", null, success],
    ["an empty response", {}, success],
    ["a null list", { batchItemFailures: null }, success],
    ["an empty list", { batchItemFailures: [] }, success],
    ["an empty identifier", { batchItemFailures: [{ itemIdentifier: "" }] }, failure],
    ["a null identifier", { batchItemFailures: [{ itemIdentifier: null }] }, failure],
    ["a wrong field name", { batchItemFailures: [{ itemID: "1002" }] }, failure],
    ["a null item", { batchItemFailures: [null] }, failure],
    [
      "an unknown sequence number",
      { batchItemFailures: [{ itemIdentifier: "1002" }, { itemIdentifier: "9" }] },
      failure,
    ],
    ["no list", { batchItemFailures: "1002" }, failure],
    ["text", "done", failure],
    ["a list", [], failure],
    ["one failure", { batchItemFailures: [{ itemIdentifier: "1002" }] }, { kind: "partial", checkpoint: 2 }],
    ["the same failure twice", reportedTwice("1003"), { kind: "partial", checkpoint: 3 }],
  ])("takes %s for what AWS takes it for", (_, payload, expected) => {
    expect(outcomeOf(records, { ok: true, payload }, true)).toEqual(expected);
  });

  it("checkpoints at the lowest failure, in whatever order they are reported", () => {
    expect(outcomeOf(records, reports("1004", "1001", "1003"), true)).toEqual({ kind: "partial", checkpoint: 1 });
  });

  it("reads no response where failures are not reported", () => {
    expect(outcomeOf(records, reports("1002"), false)).toEqual(success);
  });

  it.each([true, false])("takes an error for a failure (reporting: %s)", (reporting) => {
    expect(outcomeOf(records, THROWN, reporting)).toEqual(failure);
  });
});

function reportedTwice(itemIdentifier: string) {
  return { batchItemFailures: [{ itemIdentifier }, { itemIdentifier }] };
}

describe("afterAttempt", () => {
  const batch = { records, failures: 1, invocations: 4 };
  const failure = { kind: "failure" } as const;
  const bisecting = { ...SETTINGS, bisectBatchOnFunctionError: true };

  it("is done after a success", () => {
    expect(afterAttempt(batch, { kind: "success" }, SETTINGS)).toEqual({ processed: records, next: [], exhausted: [] });
  });

  it("tries a failed batch again whole, which uses up a retry", () => {
    const next = [{ records, failures: 2, invocations: 5 }];
    expect(afterAttempt(batch, failure, SETTINGS)).toEqual({ processed: [], next, exhausted: [] });
  });

  it.each([
    [2, 0, records],
    [3, 1, []],
    [-1, 1, []],
  ])("with %d retries at the third failure leaves %d batches", (maximumRetryAttempts, retried, exhausted) => {
    const aftermath = afterAttempt({ ...batch, failures: 2 }, failure, { ...SETTINGS, maximumRetryAttempts });
    expect(aftermath.next).toHaveLength(retried);
    expect(aftermath.exhausted).toEqual(exhausted);
  });

  it("bisects a failed batch, which uses up no retry", () => {
    expect(afterAttempt({ ...batch, failures: 2 }, failure, bisecting)).toEqual({
      processed: [],
      next: [
        { records: records.slice(0, 3), failures: 2, invocations: 5 },
        { records: records.slice(3), failures: 2, invocations: 5 },
      ],
      exhausted: [],
    });
  });

  it("does not bisect a record that is alone", () => {
    const alone = { records: records.slice(0, 1), failures: 2, invocations: 5 };
    expect(afterAttempt(alone, failure, bisecting).exhausted).toEqual(alone.records);
  });

  it.each([SETTINGS, bisecting])("goes on at the checkpoint with what remains, in one batch", (settings) => {
    expect(afterAttempt(batch, { kind: "partial", checkpoint: 2 }, settings)).toEqual({
      processed: records.slice(0, 2),
      next: [{ records: records.slice(2), failures: 2, invocations: 5 }],
      exhausted: [],
    });
  });

  it("gives up only what remains after the checkpoint", () => {
    expect(afterAttempt({ ...batch, failures: 2 }, { kind: "partial", checkpoint: 4 }, SETTINGS)).toEqual({
      processed: records.slice(0, 4),
      next: [],
      exhausted: records.slice(4),
    });
  });
});

describe("expiredCount", () => {
  const aged = [0, 60_000, 120_000].map((ms, index) => recordOf(index, { arrivedAt: START + ms }));
  const settings = { ...SETTINGS, maximumRecordAgeSeconds: 60 };
  it.each([
    [60_000, 0],
    [60_001, 1],
    [120_001, 2],
    [180_001, 3],
  ])("after %d ms is %d", (elapsedMs, expected) => {
    expect(expiredCount(aged, START + elapsedMs, settings)).toBe(expected);
  });

  it("is none where age does not matter", () => {
    expect(expiredCount(aged, START + 1e12, SETTINGS)).toBe(0);
  });
});

describe("backoffMs", () => {
  it.each([
    [0, 0, 100],
    [0, 1, 200],
    [3, 1, 1600],
    [50, 1, 10_000],
  ])("after %d failures, at random %d, is %d", (failures, random, expected) => {
    expect(backoffMs(failures, () => random)).toBe(expected);
  });
});

describe("failureKey", () => {
  it("is laid out as AWS lays it out", () => {
    expect(failureKey("the-mapping", "shardId-000000000003", Date.UTC(2026, 0, 2, 3, 4, 5, 678), "the-uuid")).toBe(
      "aws/lambda/the-mapping/shardId-000000000003/2026/01/02/2026-01-02T03.04.05-the-uuid",
    );
  });
});

describe("failureBody", () => {
  const two = [recordOf(0), recordOf(1, { arrivedAt: START + 5 })] as const;
  it("holds why, which records, and the whole event as a text", () => {
    const last = { ...THROWN, requestId: "the-request" };
    const givenUp = { records: two, condition: "RetryAttemptsExhausted", invocations: 4, last } as const;
    const body = failureBody(givenUp, SETTINGS, START + 1000);
    expect(JSON.parse(body)).toEqual({
      requestContext: {
        requestId: "the-request",
        functionArn: SETTINGS.functionArn,
        condition: "RetryAttemptsExhausted",
        approximateInvokeCount: 4,
      },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      version: "1.0",
      timestamp: "2026-01-31T23:59:59.000Z",
      KinesisBatchInfo: {
        shardId: "shardId-000000000000",
        startSequenceNumber: "1000",
        endSequenceNumber: "1001",
        approximateArrivalOfFirstRecord: "2026-01-31T23:59:58.000Z",
        approximateArrivalOfLastRecord: "2026-01-31T23:59:58.005Z",
        batchSize: 2,
        streamArn: SETTINGS.streamArn,
      },
      payload: JSON.stringify(kinesisEvent(two, SETTINGS)),
    });
  });

  it("says nothing of a response where there was none, and of an error where there was a response", () => {
    const why = { records: two, condition: "RecordAgeExceeded", invocations: 0 } as const;
    expect(JSON.parse(failureBody({ ...why, last: undefined }, SETTINGS, START))).not.toHaveProperty("responseContext");
    const last = { ...reports("1000"), requestId: "the-request" };
    expect(JSON.parse(failureBody({ ...why, last }, SETTINGS, START)).responseContext).toEqual({
      statusCode: 200,
      executedVersion: "$LATEST",
      functionError: null,
    });
  });
});

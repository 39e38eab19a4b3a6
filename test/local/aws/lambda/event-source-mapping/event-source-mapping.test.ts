import { describe, expect, it } from "vitest";
import { DONE, recordOf, reports, START, simulate, streamOf, THROWN } from "./simulation";

const five = [0, 1, 2, 3, 4].map((index) => recordOf(index));
const numbers = (...indexes: number[]) => indexes.map((index) => String(1000 + index));
const alwaysDone = () => DONE;

describe("EventSourceMapping", () => {
  it("reads the stream from its oldest record on, in batches", async () => {
    const { invocations, outcomes, mapping } = await simulate({
      records: five,
      settings: { batchSize: 2 },
      answer: alwaysDone,
    });
    expect(invocations.map(({ sequenceNumbers }) => sequenceNumbers)).toEqual([
      numbers(0, 1),
      numbers(2, 3),
      numbers(4),
    ]);
    expect(outcomes.map(({ how, records }) => [how, records.length])).toEqual([
      ["processed", 2],
      ["processed", 2],
      ["processed", 1],
    ]);
    expect(mapping.counters).toEqual({
      polled: 5,
      invoked: 5,
      failedInvoke: 0,
      delivered: 0,
      dropped: 0,
      destinationFailures: 0,
      lagMs: 0,
    });
  });

  it("polls an idle shard once a second", async () => {
    const polls: number[] = [];
    await simulate({
      records: [recordOf(0, { arrivedAt: START + 2500 })],
      answer: alwaysDone,
      deps: (time) => {
        const stream = streamOf([recordOf(0, { arrivedAt: START + 2500 })], time);
        return {
          kinesis: {
            ...stream,
            getRecords: (...args) => {
              polls.push(time.now - START);
              return stream.getRecords(...args);
            },
          },
        };
      },
    });
    expect(polls.slice(0, 4)).toEqual([0, 1000, 2000, 3000]);
  });

  it("waits for the window, counted from the first record", async () => {
    const records = [0, 1, 2].map((index) => recordOf(index, { arrivedAt: START + index * 1000 }));
    const { invocations } = await simulate({ records, settings: { windowMs: 1500 }, answer: alwaysDone });
    expect(invocations).toEqual([
      { at: 1500, sequenceNumbers: numbers(0, 1) },
      { at: 3500, sequenceNumbers: numbers(2) },
    ]);
  });

  it("waits no longer for the window where the clock is set back", async () => {
    const hour = 3_600_000;
    const { invocations } = await simulate({
      records: [recordOf(0)],
      settings: { windowMs: 1500 },
      answer: alwaysDone,
      deps: (time) => ({ now: () => (time.now < START + 1000 ? time.now : time.now - hour) }),
    });
    expect(invocations).toEqual([{ at: 1500, sequenceNumbers: numbers(0) }]);
  });

  it("does not wait for the window once the batch is full", async () => {
    const records = [0, 1, 2].map((index) => recordOf(index, { arrivedAt: START + index * 1000 }));
    const { invocations } = await simulate({
      records,
      settings: { windowMs: 60_000, batchSize: 2 },
      answer: alwaysDone,
    });
    expect(invocations[0]).toEqual({ at: 1000, sequenceNumbers: numbers(0, 1) });
  });

  it("goes on at the checkpoint and gives the rest up when retries are used up", async () => {
    const { invocations, outcomes, failures, mapping } = await simulate({
      records: five,
      answer: () => reports("1002"),
    });
    expect(invocations.map(({ sequenceNumbers }) => sequenceNumbers)).toEqual([
      numbers(0, 1, 2, 3, 4),
      numbers(2, 3, 4),
      numbers(2, 3, 4),
    ]);
    expect(outcomes.map(({ how, records }) => [how, ...records.map(({ sequenceNumber }) => sequenceNumber)])).toEqual([
      ["processed", ...numbers(0, 1)],
      ["delivered", ...numbers(2, 3, 4)],
    ]);
    const [[key, body] = ["", ""]] = failures;
    expect(key).toMatch(
      /^failures\/aws\/lambda\/7f8a1c1e-0000-4000-8000-000000000001\/shardId-000000000000\/2026\/01\/31\/2026-01-31T23\.59\.58-[0-9a-f-]{36}$/,
    );
    const { requestContext, KinesisBatchInfo } = JSON.parse(body);
    expect(requestContext).toMatchObject({ condition: "RetryAttemptsExhausted", approximateInvokeCount: 3 });
    expect(requestContext.requestId).toBe("request-3");
    expect(KinesisBatchInfo.batchSize).toBe(3);
    expect(mapping.counters).toMatchObject({ invoked: 11, failedInvoke: 11, delivered: 3, dropped: 0 });
  });

  it("backs off longer before each retry", async () => {
    const { invocations } = await simulate({ records: five, answer: () => THROWN });
    expect(invocations.map(({ at }) => at)).toEqual([0, 150, 450]);
  });

  it("finds the one bad record by bisection, keeps the order, and gives up that record alone", async () => {
    const { invocations, outcomes } = await simulate({
      records: five,
      settings: { bisectBatchOnFunctionError: true, maximumRetryAttempts: 1 },
      answer: ({ Records }) => (Records.some(({ kinesis }) => kinesis.sequenceNumber === "1003") ? THROWN : DONE),
    });
    expect(invocations.map(({ sequenceNumbers }) => sequenceNumbers)).toEqual([
      numbers(0, 1, 2, 3, 4),
      numbers(0, 1, 2),
      numbers(3, 4),
      numbers(3),
      numbers(3),
      numbers(4),
    ]);
    expect(outcomes.map(({ how, records }) => [how, records.length])).toEqual([
      ["processed", 3],
      ["delivered", 1],
      ["processed", 1],
    ]);
  });

  it("gives up a record that is too old, without an invocation if it comes to that", async () => {
    const records = [recordOf(0, { arrivedAt: START - 61_000 }), recordOf(1)];
    const settings = { maximumRecordAgeSeconds: 60 };
    const { invocations, failures } = await simulate({ records, settings, answer: alwaysDone });
    expect(invocations.map(({ sequenceNumbers }) => sequenceNumbers)).toEqual([numbers(1)]);
    const [body = ""] = failures.values();
    expect(JSON.parse(body).requestContext).toMatchObject({
      condition: "RecordAgeExceeded",
      approximateInvokeCount: 0,
    });
  });

  it("retries for as long as records live where retries are not limited", async () => {
    const { outcomes, invocations } = await simulate({
      records: five,
      settings: { maximumRetryAttempts: -1, maximumRecordAgeSeconds: 60 },
      answer: () => THROWN,
    });
    expect(invocations.length).toBeGreaterThan(8);
    expect(invocations.at(-1)?.at).toBeLessThanOrEqual(60_000);
    expect(outcomes.map(({ how, records }) => [how, records.length])).toEqual([["delivered", 5]]);
  });

  it("does not count it as an attempt where the function is not invoked", async () => {
    const { invocations, outcomes } = await simulate({
      records: five,
      settings: { maximumRetryAttempts: 0 },
      answer: (_, time) => {
        if (time.now < START + 30_000) throw new Error("Rate Exceeded");
        return DONE;
      },
    });
    expect(invocations).toHaveLength(1);
    expect(outcomes.map(({ how }) => how)).toEqual(["processed"]);
  });

  it("drops what it cannot deliver, and counts it", async () => {
    let tries = 0;
    const { outcomes, mapping } = await simulate({
      records: five,
      settings: { maximumRetryAttempts: 0 },
      answer: () => THROWN,
      deps: () => ({
        putFailure: async () => {
          tries += 1;
          throw new Error("AccessDenied");
        },
      }),
    });
    expect(tries).toBe(3);
    expect(outcomes.map(({ how, records }) => [how, records.length])).toEqual([["dropped", 5]]);
    expect(mapping.counters).toMatchObject({ delivered: 0, dropped: 5, destinationFailures: 1 });
  });

  it("drops what is given up where there is no destination", async () => {
    const settings = { maximumRetryAttempts: 0, failureBucket: undefined };
    const { mapping } = await simulate({ records: five, settings, answer: () => THROWN });
    expect(mapping.counters).toMatchObject({ delivered: 0, dropped: 5, destinationFailures: 0 });
  });

  it("works on keys of one shard at once, where one that fails does not hold up the other", async () => {
    const records = [0, 1, 2, 3].map((index) => recordOf(index, { partitionKey: index % 2 ? "press-1" : "press-2" }));
    const { outcomes } = await simulate({
      records,
      settings: { parallelizationFactor: 2, maximumRetryAttempts: -1 },
      answer: async ({ Records }, time) => {
        const isPress = Records[0]?.kinesis.partitionKey === "press-1";
        return isPress && time.now < START + 5000 ? THROWN : DONE;
      },
    });
    expect(outcomes.map((outcome) => outcome.records.map(({ sequenceNumber }) => sequenceNumber))).toEqual([
      numbers(0, 2),
      numbers(1, 3),
    ]);
    expect(outcomes.map(({ at }) => at > START + 5000)).toEqual([false, true]);
  });

  it("goes on where it was after reads that fail and iterators that expire", async () => {
    let reads = 0;
    const { outcomes } = await simulate({
      records: five,
      answer: alwaysDone,
      deps: (time) => {
        const stream = streamOf(five, time, 1);
        return {
          kinesis: {
            ...stream,
            getRecords: async (...args) => {
              reads += 1;
              if (reads % 2 === 0) throw new Error("ExpiredIteratorException");
              return stream.getRecords(...args);
            },
          },
        };
      },
    });
    expect(outcomes.flatMap(({ records }) => records)).toEqual(five);
  });

  it("stops reading a closed shard at its end", async () => {
    const { outcomes } = await simulate({
      records: five,
      answer: alwaysDone,
      deps: () => ({
        kinesis: {
          listShards: async () => [{ shardId: "shardId-000000000000", parents: [] }],
          getIterator: async () => "0",
          getRecords: async () => ({ records: five, nextIterator: undefined, millisBehindLatest: 0 }),
        },
      }),
    });
    expect(outcomes.flatMap(({ records }) => records)).toEqual(five);
  });
});

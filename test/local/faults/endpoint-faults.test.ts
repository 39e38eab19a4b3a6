import { describe, expect, it } from "vitest";
import { FaultBoard, parseFaults } from "../../../local/faults/endpoint-faults";

describe("parseFaults", () => {
  it("takes faults of every part", () => {
    const faults = {
      dynamodb: { kind: "unprocessed", share: 0.5 },
      s3: { kind: "latency", share: 1, latencyMs: 300 },
      kinesis: { kind: "reset", share: 0 },
      sns: { kind: "throttle", share: 1 },
      function: { kind: "timeout", share: 0.1 },
    };
    expect(parseFaults(JSON.stringify(faults))).toEqual({ ok: true, faults });
  });

  it.each([
    ["{", ["the body must be JSON"]],
    ["[]", ["the body must be an object"]],
    ['{"sqs":{}}', ['"sqs" must be one of dynamodb, s3, kinesis, sns, function']],
    ['{"__proto__":{}}', ['"__proto__" must be one of dynamodb, s3, kinesis, sns, function']],
    [
      '{"s3":{"kind":"full","share":1}}',
      ['"s3.kind" must be one of unavailable, throttle, error500, reset, hang, latency, got "full"'],
    ],
    ['{"s3":true}', ['"s3" must be an object with "kind" and "share"']],
    [
      '{"s3":{"kind":"unprocessed","share":2,"extra":1}}',
      [
        '"s3.kind" must be one of unavailable, throttle, error500, reset, hang, latency, got "unprocessed"',
        '"s3.share" must be a number from 0 to 1, got 2',
        '"s3.extra" is not known',
      ],
    ],
    [
      '{"dynamodb":{"kind":"reset","share":1,"latencyMs":5}}',
      ['"dynamodb.latencyMs" goes with the kind "latency", a number from 0 to 600000'],
    ],
  ])("refuses %s, with all that is wrong", (text, problems) => {
    expect(parseFaults(text)).toEqual({ ok: false, problems });
  });
});

describe("FaultBoard", () => {
  it("hits the share of the requests that the fault says, and counts", () => {
    const numbers = [0.1, 0.3, 0.29];
    const board = new FaultBoard(() => numbers.shift() ?? 1);
    board.set({ s3: { kind: "reset", share: 0.3 } });
    expect([board.strike("dynamodb"), board.strike("s3"), board.strike("s3"), board.strike("s3")]).toEqual([
      undefined,
      { kind: "reset", share: 0.3 },
      undefined,
      { kind: "reset", share: 0.3 },
    ]);
    expect(board.hits).toEqual({ s3: 2 });
  });

  it("makes the shards full that begin in the share of the hash keys, and hits no request", () => {
    const board = new FaultBoard(() => 0);
    board.set({ kinesis: { kind: "full", share: 0.5 } });
    expect([board.isFull(0), board.isFull(0.25), board.isFull(0.5)]).toEqual([true, true, false]);
    expect(board.strike("kinesis")).toBeUndefined();
    expect(board.hits).toEqual({ kinesis: 2 });
    board.set({});
    expect(board.isFull(0)).toBe(false);
  });

  it("hits nothing when it was healed", () => {
    const board = new FaultBoard(() => 0);
    board.set({ function: { kind: "throw", share: 1 } });
    board.set({});
    expect(board.strike("function")).toBeUndefined();
  });
});

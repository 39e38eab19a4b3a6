import { describe, expect, it } from "vitest";
import { verdictOn } from "../../../cli/replay/answer";

const NUMBERS = ["11", "12", "13"];
const payload = (...failed: string[]) =>
  JSON.stringify({ batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) });
const lineOf = (metrics: object) =>
  `START\nnot json\n{"level":"INFO"}\n${JSON.stringify({ _aws: {}, ...metrics })}\nEND`;
const log = (stored: number, rejected: number, superseded = 0) =>
  lineOf({ ProcessedRecords: stored, RejectedRecords: rejected, SupersededReadings: superseded });
const answer = (change: object) => ({ functionError: undefined, payload: payload(), log: log(3, 0), ...change });

describe("verdictOn", () => {
  it("takes from the function's own line how many were rejected", () => {
    expect(verdictOn(answer({ log: log(1, 2) }), NUMBERS)).toEqual({ done: 3, stored: 1, rejected: 2, superseded: 0 });
  });

  it("counts readings where a record holds many, by what the line says was received", () => {
    const line = (stored: number) =>
      lineOf({ ProcessedRecords: stored, RejectedRecords: 2, SupersededReadings: 1, readings: 70, handedBack: 20 });
    expect(verdictOn(answer({ payload: payload("13"), log: line(47) }), NUMBERS)).toMatchObject({
      done: 2,
      stored: 47,
      rejected: 2,
      superseded: 1,
    });
    expect(verdictOn(answer({ log: line(46) }), NUMBERS)).toMatchObject({
      done: 0,
      why: "the function's log does not say what became of each record",
    });
  });

  it("tells what gave way to a later arrival from what was stored", () => {
    expect(verdictOn(answer({ log: log(1, 0, 2) }), NUMBERS)).toEqual({
      done: 3,
      stored: 1,
      rejected: 0,
      superseded: 2,
    });
    expect(verdictOn(answer({ payload: payload("13"), log: log(0, 1, 1) }), NUMBERS)).toMatchObject({
      done: 2,
      rejected: 1,
      superseded: 1,
    });
  });

  it.each([
    ["12", 1, log(0, 1)],
    ["11", 0, ""],
  ])("ends at the lowest number that was handed back (%s)", (number, done, itsLog) => {
    expect(verdictOn(answer({ payload: payload("13", number), log: itsLog }), NUMBERS)).toEqual({
      done,
      stored: 0,
      rejected: done,
      superseded: 0,
      why: "the function handed records back: a store did not take them",
    });
  });

  it.each([
    [{ functionError: "Unhandled", payload: '{"errorMessage":"out of memory"}' }, "the function failed: out of memory"],
    [{ functionError: "Unhandled", payload: "" }, "the function failed: Unhandled"],
    [{ payload: "null" }, "the function did not answer like a processor of batches"],
    [{ payload: "{}" }, "the function did not answer like a processor of batches"],
    [{ payload: payload("99") }, "the function did not answer like a processor of batches"],
    [{ log: "START\nEND" }, "the function's log does not say what became of each record"],
    [{ log: log(2, 0) }, "the function's log does not say what became of each record"],
    [{ log: log(2, 0, 2) }, "the function's log does not say what became of each record"],
    [
      { log: lineOf({ ProcessedRecords: 3, RejectedRecords: 0 }) },
      "the deployed function is older than this command: it does not check whether a later reading is stored. Fix: npx pulumi up",
    ],
    [{ log: log(3, 0).slice(0, 60) }, "the function's log does not say what became of each record"],
  ])("counts nothing as done for %j", (change, why) => {
    expect(verdictOn(answer(change), NUMBERS)).toEqual({ done: 0, stored: 0, rejected: 0, superseded: 0, why });
  });
});

import { describe, expect, it } from "@jest/globals";
import { verdictOn } from "../../../cli/replay/answer";

const NUMBERS = ["11", "12", "13"];
const payload = (...failed: string[]) =>
  JSON.stringify({ batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) });
const log = (stored: number, rejected: number) =>
  `START\nnot json\n{"level":"INFO"}\n${JSON.stringify({ _aws: {}, ProcessedRecords: stored, RejectedRecords: rejected })}\nEND`;
const answer = (change: object) => ({ functionError: undefined, payload: payload(), log: log(3, 0), ...change });

describe("verdictOn", () => {
  it("takes from the function's own line how many were set aside", () => {
    expect(verdictOn(answer({ log: log(1, 2) }), NUMBERS)).toEqual({ done: 3, rejected: 2 });
  });

  it.each([
    ["12", 1, log(0, 1)],
    ["11", 0, ""],
  ])("ends at the lowest number that was handed back (%s)", (number, done, itsLog) => {
    expect(verdictOn(answer({ payload: payload("13", number), log: itsLog }), NUMBERS)).toEqual({
      done,
      rejected: done,
      why: "the function handed records back: a store did not take them",
    });
  });

  it.each([
    [{ functionError: "Unhandled", payload: '{"errorMessage":"out of memory"}' }, "the function failed: out of memory"],
    [{ functionError: "Unhandled", payload: "" }, "the function failed: Unhandled"],
    [{ payload: "null" }, "the function's answer is not one to a batch"],
    [{ payload: "{}" }, "the function's answer is not one to a batch"],
    [{ payload: payload("99") }, "the function's answer is not one to a batch"],
    [{ log: "START\nEND" }, "the function's log does not say what became of each record"],
    [{ log: log(2, 0) }, "the function's log does not say what became of each record"],
    [{ log: log(3, 0).slice(0, 60) }, "the function's log does not say what became of each record"],
  ])("counts nothing as done for %j", (change, why) => {
    expect(verdictOn(answer(change), NUMBERS)).toEqual({ done: 0, rejected: 0, why });
  });
});

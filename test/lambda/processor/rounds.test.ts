import { describe, expect, it } from "vitest";
import { Deadline } from "../../../lambda/processor/deadline";
import { CUT_OFF, mapWithLimit, writeInRounds } from "../../../lambda/processor/rounds";
import { totalEffort } from "../../../lambda/processor/write-result";

describe("writeInRounds", () => {
  it("sends again what a round leaves, and says what each write and the whole took", async () => {
    const rounds: (readonly [readonly string[], boolean])[] = [];
    const deadline = new Deadline(10_000);
    const result = await writeInRounds(
      ["a", "b", "c"],
      deadline,
      () => 0,
      async (pending, isFirst) => {
        rounds.push([pending, isFirst]);
        return pending.map((write) =>
          isFirst && write !== "a"
            ? { settled: [], again: [write], errors: ["ThrottlingException"] }
            : { settled: [{ writes: [write], outcome: { kind: "written" } }], again: [], errors: [] },
        );
      },
    );
    deadline.clear();
    expect(rounds).toEqual([
      [["a", "b", "c"], true],
      [["b", "c"], false],
    ]);
    expect([...result.outcomes.keys()]).toEqual(["a", "b", "c"]);
    expect(result).toMatchObject({ retried: 2, errors: new Map([["ThrottlingException", 2]]) });
  });

  it("leaves a write that the deadline cut off without an outcome", async () => {
    const result = await writeInRounds(
      ["a"],
      new Deadline(0),
      () => 0,
      async () => [CUT_OFF],
    );
    expect(result).toEqual({ outcomes: new Map(), retried: 0, errors: new Map() });
  });
});

describe("mapWithLimit", () => {
  it("keeps the results in the inputs' order, with at most the limit in flight", async () => {
    let [inFlight, most] = [0, 0];
    const results = await mapWithLimit([30, 5, 20, 1, 10], 2, async (ms) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await new Promise((resolve) => setTimeout(resolve, ms));
      inFlight -= 1;
      return ms;
    });
    expect(results).toEqual([30, 5, 20, 1, 10]);
    expect(most).toBe(2);
  });

  it("takes an undefined input for an input", async () => {
    expect(await mapWithLimit([undefined, 1], 1, async (input) => input ?? 0)).toEqual([0, 1]);
  });
});

describe("totalEffort", () => {
  it("adds up retries and errors by name", () => {
    const effort = { retried: 2, errors: new Map([["TimeoutError", 1]]) };
    const other = { retried: 1, errors: new Map([["TimeoutError", 2]]) };
    expect(totalEffort([effort, other])).toEqual({ retried: 3, errors: new Map([["TimeoutError", 3]]) });
  });
});

import { describe, expect, it } from "vitest";
import type { Verdict } from "../../../cli/replay/answer";
import { type Batch, newTally, replayAll, TRIES } from "../../../cli/replay/run";

const ALL = { dryRun: false, rate: Number.POSITIVE_INFINITY };

/** Replays batches of these items under a clock of its own. */
async function replayed(
  batches: readonly (readonly string[])[],
  deliver: (items: readonly string[], stop: AbortController, now: number) => Verdict,
  manner = ALL,
  troubles: readonly unknown[] = [],
) {
  const tally = newTally();
  const stop = new AbortController();
  const [delivered, marked, notes, slept]: [string[], Verdict[], string[], number[]] = [[], [], [], []];
  let time = 0;
  async function* source(): AsyncGenerator<Batch<string>> {
    for (const items of batches)
      yield {
        items,
        mark: async (verdict) => {
          marked.push(verdict);
          const trouble = troubles[marked.length - 1];
          if (trouble !== undefined) throw trouble;
        },
      };
  }
  const ended = await replayAll(
    source(),
    async (items) => {
      delivered.push(items.join(""));
      return deliver(items, stop, time);
    },
    tally,
    manner,
    {
      io: { note: (text) => notes.push(text), progress: () => {}, signal: stop.signal },
      now: () => time,
      sleep: async (ms) => {
        if (ms > 0) slept.push(ms);
        time += Math.max(0, ms);
      },
    },
  ).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { tally, delivered, marked, notes, slept, ended };
}
const allDone = (items: readonly string[]) => ({
  done: items.length,
  stored: items.length,
  rejected: 0,
  superseded: 0,
});

describe("replayAll", () => {
  it("tries what was handed back from there on, with growing pauses, and counts each record once", async () => {
    const answers = [
      { done: 1, stored: 1 - 1 - 0, rejected: 1, superseded: 0, why: "handed back" },
      { done: 0, stored: 0, rejected: 0, superseded: 0, why: "failed" },
      { done: 2, stored: 2 - 0 - 1, rejected: 0, superseded: 1 },
    ];
    const { tally, delivered, marked, notes, slept } = await replayed(
      [["a", "b", "c"]],
      () => answers.shift() ?? { done: 0, stored: 0, rejected: 0, superseded: 0 },
    );
    expect(delivered).toEqual(["abc", "bc", "bc"]);
    expect(tally).toEqual({ ...newTally(), records: 3, recovered: 1, rejected: 1, superseded: 1 });
    expect({ marked, notes, slept }).toEqual({
      marked: [{ done: 3, stored: 3 - 1 - 1, rejected: 1, superseded: 1 }],
      notes: [],
      slept: [1000, 2000],
    });
  });

  it("gives a batch up after some tries, marks what was done, and goes on with the next", async () => {
    const { tally, delivered, marked, notes } = await replayed([["a", "b"], ["c"]], (items) =>
      items.includes("b")
        ? { done: items.length - 1, stored: items.length - 1, rejected: 0, superseded: 0, why: "no\u001b[2J" }
        : allDone(items),
    );
    expect(delivered).toEqual(["ab", ...Array(TRIES - 1).fill("b"), "c"]);
    expect(tally).toEqual({ ...newTally(), records: 3, recovered: 2, failed: 1 });
    expect(marked).toEqual([
      { done: 1, stored: 1, rejected: 0, superseded: 0, why: "no\u001b[2J" },
      { done: 1, stored: 1, rejected: 0, superseded: 0 },
    ]);
    expect(notes).toEqual(["1 of 2 records are not replayed: no\\u001b[2J"]);
  });

  it("marks what was done in every try before it throws the error that ends it, and takes no other batch", async () => {
    const denied = new Error("denied");
    const nothing = { done: 0, stored: 0, rejected: 0, superseded: 0 };
    const answers: Verdict[] = [
      { done: 1, stored: 1, rejected: 0, superseded: 0, why: "handed back" },
      { ...nothing, why: "Error: denied", fatal: denied },
    ];
    const marked: Verdict[] = [];
    const mark = async (verdict: Verdict) => void marked.push(verdict);
    async function* source(): AsyncGenerator<Batch<string>> {
      yield { items: ["a", "b"], mark };
      yield { items: ["c"], mark };
    }
    const tally = newTally();
    const deps = {
      io: { note: () => {}, progress: () => {}, signal: new AbortController().signal },
      now: () => 0,
      sleep: async () => {},
    };
    const replaying = replayAll(source(), async () => answers.shift() ?? nothing, tally, ALL, deps);
    await expect(replaying).rejects.toBe(denied);
    expect(marked).toEqual([{ done: 1, stored: 1, rejected: 0, superseded: 0, why: "Error: denied", fatal: denied }]);
    expect(tally).toEqual({ ...newTally(), records: 2, recovered: 1, failed: 1 });
  });

  it("tries a mark again with growing pauses, and delivers nothing again for it", async () => {
    const down = Object.assign(new Error("down"), { $metadata: { httpStatusCode: 503 } });
    const { delivered, marked, notes, slept, ended } = await replayed([["a", "b"], ["c"]], allDone, ALL, [down, down]);
    expect({ delivered, notes, slept, ended }).toEqual({
      delivered: ["ab", "c"],
      notes: [],
      slept: [1000, 2000],
      ended: undefined,
    });
    expect(marked).toEqual([...Array(3).fill(allDone(["a", "b"])), allDone(["c"])]);
  });

  it.each([
    [503, TRIES, [1000, 2000, 4000]],
    [403, 1, []],
  ])(
    "ends where a mark fails with status %d, and says what the next replay delivers again",
    async (status, tries, pauses) => {
      const trouble = Object.assign(new Error("no mark"), { $metadata: { httpStatusCode: status } });
      const { tally, delivered, marked, notes, slept, ended } = await replayed(
        [["a", "b"], ["c"]],
        allDone,
        ALL,
        Array(TRIES).fill(trouble),
      );
      expect({ delivered, marks: marked.length, slept, ended }).toEqual({
        delivered: ["ab"],
        marks: tries,
        slept: pauses,
        ended: trouble,
      });
      expect(notes).toEqual(["2 of 2 records are delivered but not marked: the next replay delivers them again"]);
      expect(tally).toEqual({ ...newTally(), records: 2, recovered: 2 });
    },
  );

  it("shows five batches of those that fail, and each that no other try can help, which has one", async () => {
    const batches = Array.from({ length: 8 }, (_, number) => [String(number)]);
    const nothing = { done: 0, stored: 0, rejected: 0, superseded: 0 };
    const { delivered, notes } = await replayed(batches, ([item]) =>
      item === "7" ? { ...nothing, why: "too large", isLasting: true } : { ...nothing, why: "down" },
    );
    expect(notes).toEqual([
      ...Array(5).fill("1 of 1 records are not replayed: down"),
      "1 of 1 records are not replayed: too large",
    ]);
    expect(delivered).toHaveLength(7 * TRIES + 1);
  });

  it("does nothing in a dry run but count", async () => {
    const { tally, delivered, marked } = await replayed([["a", "b"], ["c"]], allDone, { ...ALL, dryRun: true });
    expect({ tally, delivered, marked }).toEqual({ tally: { ...newTally(), records: 3 }, delivered: [], marked: [] });
  });

  it("keeps to the rate", async () => {
    const { slept } = await replayed([["a", "b"], ["c"], ["d"]], allDone, { ...ALL, rate: 4 });
    expect(slept).toEqual([500, 250]);
  });

  it("keeps to the rate within a batch, which is marked as a whole", async () => {
    const items = ["a", "b", "c", "d", "e"];
    const { tally, delivered, marked, slept } = await replayed([items], allDone, { ...ALL, rate: 2 });
    expect({ delivered, slept, marked }).toEqual({
      delivered: ["ab", "cd", "e"],
      slept: [1000, 1000],
      marked: [allDone(items)],
    });
    expect(tally).toEqual({ ...newTally(), records: 5, recovered: 5 });
  });

  it("has no second with more records than the rate, batches of any size and tries included", async () => {
    const tries: { at: number; records: number }[] = [];
    const sizes = [3, 4, 1, 5, 2];
    const batches = sizes.map((size, batch) => Array.from({ length: size }, (_, item) => `${batch}${item}`));
    await replayed(
      batches,
      (items, _stop, at) => {
        tries.push({ at, records: items.length });
        const nothing = { done: 0, stored: 0, rejected: 0, superseded: 0 };
        return tries.length === 2 ? { ...nothing, why: "throttled" } : allDone(items);
      },
      { ...ALL, rate: 4 },
    );
    for (const { at: from } of tries) {
      const second = tries.filter(({ at }) => at >= from && at < from + 1000);
      expect(second.reduce((sum, { records }) => sum + records, 0)).toBeLessThanOrEqual(4);
    }
    expect(tries.reduce((sum, { records }) => sum + records, 0)).toBe(15 + (tries[1]?.records ?? 0));
  });

  it("leaves the parts that wait for the rate at Ctrl-C, marks what is done, and counts no other", async () => {
    const { tally, delivered, marked, notes } = await replayed(
      [["a", "b", "c"], ["d"]],
      (items, stop) => {
        stop.abort();
        return allDone(items);
      },
      { ...ALL, rate: 2 },
    );
    expect({ delivered, marked, notes }).toEqual({ delivered: ["ab"], marked: [allDone(["a", "b"])], notes: [] });
    expect(tally).toEqual({ ...newTally(), records: 2, recovered: 2 });
  });

  it("ends after the batch at hand at Ctrl-C, and marks it", async () => {
    const { tally, marked } = await replayed([["a"], ["b"]], (items, stop) => {
      stop.abort();
      return allDone(items);
    });
    expect({ tally, marked }).toEqual({
      tally: { ...newTally(), records: 1, recovered: 1 },
      marked: [{ done: 1, stored: 1, rejected: 0, superseded: 0 }],
    });
  });

  it("tries nothing again after Ctrl-C", async () => {
    const { tally, delivered } = await replayed([["a"]], (_items, stop) => {
      stop.abort();
      return { done: 0, stored: 0, rejected: 0, superseded: 0, why: "failed" };
    });
    expect({ delivered, failed: tally.failed }).toEqual({ delivered: ["a"], failed: 1 });
  });
});

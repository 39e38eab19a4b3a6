import { describe, expect, it } from "vitest";
import { paced } from "../../../cli/device/paced";

const never = new AbortController().signal;
const soon = () => new Promise<void>((resolve) => setTimeout(resolve, 5));

describe("paced", () => {
  it("does each once, and no more at once than it may", async () => {
    const done: number[] = [];
    let [now, most] = [0, 0];
    await paced([1, 2, 3, 4, 5], { perSecond: 1e6, maxConcurrent: 2, signal: never }, async (item) => {
      most = Math.max(most, ++now);
      await soon();
      now -= 1;
      done.push(item);
    });
    expect(done.sort()).toEqual([1, 2, 3, 4, 5]);
    expect(most).toBe(2);
  });

  it("begins no more a second than it may", async () => {
    const begun: number[] = [];
    await paced([1, 2, 3], { perSecond: 50, maxConcurrent: 9, signal: never }, async () => {
      begun.push(performance.now());
    });
    expect((begun[2] ?? 0) - (begun[0] ?? 0)).toBeGreaterThan(35);
  });

  it("begins nothing after Ctrl-C, and ends what was begun", async () => {
    const stop = new AbortController();
    const done: number[] = [];
    await paced([1, 2, 3], { perSecond: 1e6, maxConcurrent: 9, signal: stop.signal }, async (item) => {
      stop.abort();
      await soon();
      done.push(item);
    });
    expect(done).toEqual([1]);
  });

  it("rejects with what went wrong", async () => {
    const work = () => Promise.reject(new Error("broken"));
    await expect(paced([1, 2], { perSecond: 1e6, maxConcurrent: 1, signal: never }, work)).rejects.toThrow("broken");
  });
});

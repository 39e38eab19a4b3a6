import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reshardSteps } from "../../../cli/capacity/reshard-steps";

describe("the steps from a deployed shard count", () => {
  it.each([
    [4, 4, []],
    [4, 8, [8]],
    [4, 9, [8, 9]],
    [4, 20, [8, 16, 20]],
    [20, 4, [10, 5, 4]],
    [5, 2, [3, 2]],
    [1, 500, [2, 4, 8, 16, 32, 64, 128, 256, 500]],
  ])("from %d to %d are %j", (deployed, wanted, steps) => {
    expect(reshardSteps(deployed, wanted)).toEqual(steps);
  });

  it("never move to more than double or less than half, and end at the wanted count", () => {
    const shards = fc.integer({ min: 1, max: 500 });
    fc.assert(
      fc.property(shards, shards, (deployed, wanted) => {
        const counts = [deployed, ...reshardSteps(deployed, wanted)];
        for (const [place, count] of counts.slice(1).entries()) {
          const before = counts[place] ?? 0;
          expect(count <= before * 2 && count >= before / 2).toBe(true);
        }
        expect(counts.at(-1)).toBe(wanted);
      }),
    );
  });
});

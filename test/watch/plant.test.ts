import { describe, expect, it } from "@jest/globals";
import { GATHER_MS, nextPlant } from "../../watch/machine/plant";

const count = (newlySilent: number, watched = 10, silent = newlySilent, at = 1000) => ({
  at,
  watched,
  newlySilent,
  silent,
});

describe("the plant", () => {
  it.each([
    [5, 10, false],
    [6, 10, true],
    [3, 5, true],
    [4, 4, false],
    [0, 0, false],
  ])("with %d of %d devices newly silent is silent: %s", (newlySilent, watched, isSilent) => {
    expect(nextPlant({}, count(newlySilent, watched)).plant.silentSince !== undefined).toBe(isSilent);
  });

  it("adds up what one outage makes silent in several sweeps, and forgets it after a while", () => {
    const first = nextPlant({}, count(3, 10, 3, 0));
    expect(first).toEqual({ plant: { gathered: [{ at: 0, devices: 3 }] } });
    expect(nextPlant(first.plant, count(3, 10, 6, GATHER_MS - 1)).event).toEqual({
      kind: "raise",
      at: GATHER_MS - 1,
      since: GATHER_MS - 1,
      silent: 6,
      watched: 10,
    });
    expect(nextPlant(first.plant, count(3, 10, 6, GATHER_MS)).event).toBeUndefined();
  });

  it("speaks again once no more than half of its devices are silent", () => {
    const plant = { silentSince: 500 };
    expect(nextPlant(plant, count(0, 10, 6))).toEqual({ plant });
    expect(nextPlant(plant, count(0, 10, 5))).toEqual({
      plant: {},
      event: { kind: "end", at: 1000, since: 500, silent: 5, watched: 10 },
    });
  });
});

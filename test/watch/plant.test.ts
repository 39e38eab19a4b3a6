import { describe, expect, it } from "vitest";
import { GATHER_MS, nextPlant } from "../../watch/machine/plant";
import { storedPlant } from "../../watch/store/plant-item";
import { M } from "./plants";

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
    expect(first).toEqual({ plant: { before: [{ at: 0, silent: 0 }] } });
    expect(nextPlant(first.plant, count(3, 10, 6, GATHER_MS - 1)).event).toEqual({
      kind: "raise",
      at: GATHER_MS - 1,
      since: GATHER_MS - 1,
      silent: 6,
      watched: 10,
    });
    expect(nextPlant(first.plant, count(0, 10, 3, GATHER_MS)).plant).toEqual({});
  });

  it.each([
    ["four more of two that are silent for long", 4, 6, true],
    ["three more of three", 3, 6, true],
    ["two more of four", 2, 6, false],
    ["one more of five", 1, 6, false],
  ])("by %s: %s", (_what, newlySilent, silent, isSilent) => {
    expect(nextPlant({}, count(newlySilent, 10, silent)).event !== undefined).toBe(isSilent);
  });

  it("counts a device once that becomes silent, speaks, and becomes silent again", () => {
    const first = nextPlant({}, count(2, 5, 2, 0));
    expect(nextPlant(first.plant, count(2, 5, 2, M)).event).toBeUndefined();
  });

  it("reads what an earlier version has gathered as nothing", () => {
    const { plant } = storedPlant({ plant: { gathered: [{ at: 999, devices: 9 }] } });
    expect(nextPlant(plant, count(1))).toEqual({ plant: { before: [{ at: 1000, silent: 0 }] } });
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

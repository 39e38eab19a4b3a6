import { describe, expect, it } from "vitest";
import { follow, LATE_MS } from "../../../cli/readings/follow";
import { each, reading, T } from "../../helpers/stored-readings";

describe("follow", () => {
  it("shows each reading once, and one that is stored a little late", async () => {
    const stored = [reading(T), reading(T + LATE_MS)];
    const asked: number[] = [];
    const looks = [() => stored.push(reading(T + 5)), () => stored.push(reading(T + LATE_MS + 10)), () => {}];
    const shown: number[] = [];
    const following = follow(T, {
      from: (ms) => {
        asked.push(ms);
        return each(...stored.filter(({ timestamp }) => timestamp >= ms));
      },
      now: () => T + LATE_MS + 20,
      pause: async () => {
        const next = looks.shift();
        if (next === undefined) throw new Error("enough");
        next();
      },
    });
    await expect(
      (async () => {
        for await (const { timestamp } of following) shown.push(timestamp - T);
      })(),
    ).rejects.toThrow("enough");
    expect(shown).toEqual([0, LATE_MS, 5, LATE_MS + 10]);
    expect(asked).toEqual([T, T, T, T + 10]);
  });
});

describe("follow, beside a clock that is ahead", () => {
  it("goes on showing what the others say", async () => {
    // The others are two minutes late, as in a batch that waits.
    const stored = [reading(T), reading(T + 7_200_000, "ahead")];
    const looks = [() => stored.push(reading(T + 2000)), () => stored.push(reading(T + 4000)), () => {}];
    const shown: number[] = [];
    let now = T + 2 * LATE_MS;
    const following = follow(T, {
      from: (ms) => each(...stored.filter(({ timestamp }) => timestamp >= ms)),
      now: () => now,
      pause: async () => {
        const next = looks.shift();
        if (next === undefined) throw new Error("enough");
        now += 2000;
        next();
      },
    });
    await expect(
      (async () => {
        for await (const { timestamp } of following) shown.push(timestamp - T);
      })(),
    ).rejects.toThrow("enough");
    expect(shown).toEqual([0, 7_200_000, 2000, 4000]);
  });
});

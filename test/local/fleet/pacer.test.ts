import { describe, expect, it } from "vitest";
import { Pacer } from "../../../local/fleet/pacer";

describe("Pacer", () => {
  it("holds the rate whatever the ticks", () => {
    const pacer = new Pacer(100, 0);
    let published = 0;
    for (const now of [3, 10, 17, 400, 401, 999, 1000]) {
      const due = pacer.due(now);
      pacer.take(due);
      published += due;
    }
    expect(published).toBe(100);
  });

  it("keeps what was not taken due", () => {
    const pacer = new Pacer(10, 0);
    expect(pacer.due(500)).toBe(5);
    pacer.take(2);
    expect(pacer.due(600)).toBe(4);
  });

  it("does not catch up a long pause in a burst", () => {
    expect(new Pacer(10, 0).due(60_000)).toBe(10);
  });

  it("comes to one reading at a slow rate too", () => {
    const pacer = new Pacer(0.5, 0);
    expect([pacer.due(1000), pacer.due(2000)]).toEqual([0, 1]);
  });
});

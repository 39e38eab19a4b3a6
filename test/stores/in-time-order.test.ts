import { describe, expect, it } from "vitest";
import { inTimeOrder } from "../../stores/in-time-order";
import { all, each, reading } from "../helpers/stored-readings";

describe("inTimeOrder", () => {
  it("ends where all sources have ended, and takes empty ones", async () => {
    const merged = inTimeOrder([each(reading(2), reading(3)), each(), each(reading(1), reading(4))]);
    expect((await all(merged)).map(({ timestamp }) => timestamp)).toEqual([1, 2, 3, 4]);
    expect(await all(inTimeOrder([]))).toEqual([]);
  });
});

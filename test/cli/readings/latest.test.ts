import { describe, expect, it } from "vitest";
import { latestOfEachType } from "../../../cli/readings/latest";
import { each, reading, T } from "../../helpers/stored-readings";

describe("latestOfEachType, beside a clock that is ahead", () => {
  it("is the present state, and then what is ahead of now", async () => {
    const ahead = reading(T + 7_200_000, "d", "temperature");
    const present = [reading(T, "d", "temperature"), reading(T - 1, "d", "pressure")];
    expect(await latestOfEachType(each(ahead, ...present), T)).toEqual([...present, ahead]);
  });

  it.each([
    [60_000, false],
    [60_001, true],
  ])("takes a clock that is %d ms ahead for wrong: %s", async (ms, isAhead) => {
    const one = reading(T + ms, "d", "temperature");
    const other = reading(T, "d", "temperature");
    expect(await latestOfEachType(each(one, other), T)).toEqual(isAhead ? [other, one] : [one]);
  });
});

describe("latestOfEachType", () => {
  it("is what the device has reported in the hour before its last reading", async () => {
    const found = await latestOfEachType(
      each(
        reading(T, "d", "temperature"),
        reading(T - 1, "d", "pressure"),
        reading(T - 2, "d", "temperature"),
        reading(T - 3_600_001, "d", "removed-probe"),
      ),
      T,
    );
    expect(found.map(({ sensorType, timestamp }) => [sensorType, timestamp - T])).toEqual([
      ["temperature", 0],
      ["pressure", -1],
    ]);
  });
});

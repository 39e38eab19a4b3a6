import { describe, expect, it } from "vitest";
import { mergeUnprocessed, splitBatch } from "../../../../local/aws/dynamodb/unprocessed";

const body = (tables: Record<string, number[]>) =>
  JSON.stringify({ RequestItems: tables, ReturnConsumedCapacity: "TOTAL" });
const sequence =
  (...numbers: number[]) =>
  () =>
    numbers.shift() ?? 0;

describe("splitBatch", () => {
  it("hands on one part and leaves the other", () => {
    expect(splitBatch(body({ t: [1, 2, 3], u: [4] }), sequence(0.1, 0.9, 0.2, 0.6))).toEqual({
      handOn: JSON.stringify({ RequestItems: { t: [1, 3] }, ReturnConsumedCapacity: "TOTAL" }),
      leftOver: { t: [2], u: [4] },
    });
  });

  it("hands nothing on where chance leaves all", () => {
    expect(splitBatch(body({ t: [1, 2] }), () => 0.9)).toEqual({ leftOver: { t: [1, 2] } });
  });

  it.each([
    [[1, 2], JSON.stringify({ RequestItems: { t: [1] }, ReturnConsumedCapacity: "TOTAL" }), [2]],
    [[1], undefined, [1]],
  ])("leaves the last of %j where chance spares all", (writes, handOn, left) => {
    expect(splitBatch(body({ t: writes }), () => 0)).toEqual({ ...(handOn && { handOn }), leftOver: { t: left } });
  });

  it.each(["not json", "{}", '{"RequestItems":{"t":[]}}', '{"RequestItems":{"t":5}}'])(
    "leaves %s to the emulator",
    (text) => {
      expect(splitBatch(text, () => 0)).toBeUndefined();
    },
  );
});

describe("mergeUnprocessed", () => {
  it("adds to what the emulator left itself", () => {
    expect(JSON.parse(mergeUnprocessed('{"UnprocessedItems":{"t":[3]},"x":1}', { t: [1], u: [2] }))).toEqual({
      UnprocessedItems: { t: [1, 3], u: [2] },
      x: 1,
    });
  });
});

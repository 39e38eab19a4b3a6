import { describe, expect, it } from "vitest";
import { encodeMetadata } from "../../../../lambda/reading/attribute-value";
import { isTooDeep } from "../../../../local/aws/dynamodb/nesting";

type Shape = "maps" | "lists" | "both in turn";

function nested(levels: number, shape: Shape): unknown {
  if (levels === 0) return "end";
  const within = nested(levels - 1, shape);
  return shape === "lists" || (shape === "both in turn" && levels % 2 === 0) ? [within] : { deeper: within };
}

describe("the local store's nesting", () => {
  it.each<[number, Shape, boolean]>([
    [30, "maps", true],
    [31, "maps", true],
    [32, "maps", false],
    [31, "both in turn", true],
    [32, "both in turn", false],
    [30, "lists", true],
    [31, "lists", false],
  ])("takes what DynamoDB and the processor take: %d levels of %s: %s", (levels, shape, isTaken) => {
    // Lists stand in a map: metadata is an object.
    const metadata = shape === "lists" ? { list: nested(levels, shape) } : (nested(levels, shape) as object);
    const encoded = encodeMetadata(metadata);
    expect(encoded.ok).toBe(isTaken);
    const deep = (value: unknown): unknown => {
      if (typeof value === "string") return { S: value };
      if (Array.isArray(value)) return { L: value.map(deep) };
      return { M: Object.fromEntries(Object.entries(value as object).map(([key, each]) => [key, deep(each)])) };
    };
    const body = { TableName: "t", Item: { deviceId: { S: "d" }, metadata: deep(metadata) } };
    expect(isTooDeep(Buffer.from(JSON.stringify(body)))).toBe(!isTaken);
  });

  it("counts depth, not how many there are", () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, { M: {} }]));
    expect(isTooDeep(Buffer.from(JSON.stringify({ Item: many })))).toBe(false);
  });

  it.each([33, 1000, 10_000])("refuses %d levels, too", (levels) => {
    const deep = `${'{"M":{"a":'.repeat(levels)}{"S":"end"}${"}}".repeat(levels)}`;
    expect(isTooDeep(Buffer.from(`{"TableName":"t","Item":{"metadata":${deep}}}`))).toBe(true);
  });
});

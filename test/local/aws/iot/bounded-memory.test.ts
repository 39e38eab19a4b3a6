import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BoundedMemory } from "../../../../local/aws/iot/bounded-memory";

const MAX_BYTES = 10_000;

describe("BoundedMemory", () => {
  it("knows what it was told, until there is too much of it", () => {
    const memory = new BoundedMemory<number>(MAX_BYTES);
    memory.add("a", 1);
    memory.add("b", 0);
    expect([memory.get("a"), memory.get("b"), memory.get("c")]).toEqual([1, 0, undefined]);
    memory.add("x".repeat(MAX_BYTES), 2);
    expect(memory.get("a")).toBeUndefined();
  });

  it("never holds more, whatever the texts and however long they are", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(fc.nat(), fc.nat(MAX_BYTES)), { maxLength: 50 }), (seeds) => {
        const memory = new BoundedMemory<true>(MAX_BYTES);
        const texts = new Set(seeds.map(([seed, length]) => `${seed}`.padEnd(length, "x")));
        for (const text of texts) memory.add(text, true);
        const held = [...texts].filter((text) => memory.get(text));
        expect(held.join("").length * 2).toBeLessThanOrEqual(MAX_BYTES);
      }),
    );
  });
});

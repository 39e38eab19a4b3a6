import { describe, expect, it } from "vitest";
import { isSensorType } from "../../contract/sensor-type";
import { THING_NAME } from "../../contract/thing-name";
import { areInOrder } from "../../contract/variables";

describe("a thing's name", () => {
  it.each(["s", "pump-7:inlet_A", "x".repeat(127), "x".repeat(128)])("may be %s", (name) => {
    expect(THING_NAME.test(name)).toBe(true);
  });
  it.each(["", "x".repeat(129), "a b", "a/b", "a.b", "vibração", "a\n"])("may not be %j", (name) => {
    expect(THING_NAME.test(name)).toBe(false);
  });
});

describe("a sensor type", () => {
  it.each(["t", "vibração", "two words", "x".repeat(64)])("may be %s", (type) => {
    expect(isSensorType(type)).toBe(true);
  });
  it.each(["", "x".repeat(65), "a#b", " t", "t ", "e\u0301", "a\u200Bb", "a\u00A0b", "a\nb"])(
    "may not be %j",
    (type) => {
      expect(isSensorType(type)).toBe(false);
    },
  );
});

describe("bounds", () => {
  it.each([
    [{}, true],
    [{ min: 5 }, true],
    [{ max: -5 }, true],
    [{ min: 4, max: 5 }, true],
    [{ min: 5, max: 5 }, false],
    [{ min: 6, max: 5 }, false],
  ])("%j are in order: %s", (limit, expected) => {
    expect(areInOrder(limit)).toBe(expected);
  });
});

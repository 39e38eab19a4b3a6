import { describe, expect, it } from "vitest";
import {
  duration,
  type Kind,
  keyValue,
  matching,
  number,
  oneOf,
  share,
  text,
  timerDuration,
  wholeNumber,
} from "../../../cli/kit/values";

const NOW = 0;
const read = <Value>(kind: Kind<Value>, texts: readonly string[]) => texts.map((each) => kind.read(each, NOW));

describe("a kind of value", () => {
  it("is a text, but not an empty one", () => {
    expect(read(text("NAME", "a name"), ["a b", ""])).toEqual(["a b", undefined]);
    expect(read(matching("NAME", "a letter", /^[a-z]$/), ["a", "1"])).toEqual(["a", undefined]);
  });

  it("is one of some words, and suggests the nearest", () => {
    const tier = oneOf("NAME", ["standard", "bulk"]);
    expect(read(tier, ["bulk", "fast"])).toEqual(["bulk", undefined]);
    expect([tier.rule, tier.hint?.("standrad"), tier.hint?.("x")]).toEqual([
      "one of standard, bulk",
      ' Did you mean "standard"?',
      "",
    ]);
  });

  it("is a whole number within its bounds", () => {
    const days = wholeNumber(1, 90);
    expect(read(days, ["1", "90", "0", "91", "1.5", "x", "", "-1", "1e1"])).toEqual([
      1,
      90,
      ...Array(7).fill(undefined),
    ]);
    expect(days.rule).toBe("a whole number from 1 to 90");
  });

  it("is a number within its bounds", () => {
    expect(read(number(0.01, 20), ["0.01", "20", "1e1", "0", "20.1", "", " ", "x"])).toEqual([
      0.01,
      20,
      10,
      ...Array(5).fill(undefined),
    ]);
    expect(read(share, ["0", ".25", "1", "1.1", "-0.1"])).toEqual([0, 0.25, 1, undefined, undefined]);
  });

  it("is a duration of a millisecond or more", () => {
    const texts = ["500ms", "1.5s", "5m", "1h", "1d", "1ms"];
    expect(read(duration, texts)).toEqual([500, 1500, 300_000, 3_600_000, 86_400_000, 1]);
    for (const wrong of ["", "1", "0s", "-1s", "5 m", "0.5ms", `${"9".repeat(400)}d`])
      expect([wrong, duration.read(wrong, NOW)]).toEqual([wrong, undefined]);
  });

  it("is a duration that a timer can wait", () => {
    expect(read(timerDuration, ["1ms", "24d", "577h", "0s", "5"])).toEqual([
      1,
      2_073_600_000,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("is a key with a value, which may hold an equals sign or be empty", () => {
    expect(read(keyValue, ["a=b=c", "a=", "a", "=b", ""])).toEqual([
      ["a", "b=c"],
      ["a", ""],
      undefined,
      undefined,
      undefined,
    ]);
  });
});

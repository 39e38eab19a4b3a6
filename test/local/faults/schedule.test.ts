import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseFaults } from "../../../local/faults/endpoint-faults";
import { type ChaosEvent, chaosEvents, describeEvent } from "../../../local/faults/schedule";
import { seededRandom } from "../../../local/fleet/random";

function firstEvents(seed: number, count: number, breaksTopics = false): ChaosEvent[] {
  const events = chaosEvents(seededRandom(seed), breaksTopics);
  return Array.from({ length: count }, () => events.next().value);
}

describe("chaosEvents", () => {
  it("is the same for the same seed, and another one for another", () => {
    expect(firstEvents(1, 20)).toEqual(firstEvents(1, 20));
    expect(firstEvents(1, 20)).not.toEqual(firstEvents(2, 20));
  });

  it("breaks only what can be broken, and for less time than the rule tries", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        for (const { faults, forMs } of firstEvents(seed, 10)) {
          expect(parseFaults(JSON.stringify(faults))).toEqual({ ok: true, faults });
          expect(forMs).toBeLessThanOrEqual(6000);
        }
      }),
    );
  });

  it.each([
    [false, []],
    [true, ["sns"]],
  ])("reaches every part, and the topics where somebody publishes to them: %s", (breaksTopics, topics) => {
    const events = firstEvents(3, 100, breaksTopics);
    const parts = new Set(
      events.flatMap(({ faults, breaks, reshards }) => [
        ...Object.keys(faults),
        ...(breaks ? [breaks.side] : []),
        ...(reshards ? ["shards"] : []),
      ]),
    );
    const usual = ["broker", "device", "dynamodb", "function", "kinesis", "s3", "shards", ...topics];
    expect([...parts].sort()).toEqual(usual.sort());
    expect(events.some(({ faults }) => faults.kinesis?.kind === "full")).toBe(true);
  });
});

describe("describeEvent", () => {
  it("says what breaks", () => {
    const base = { afterMs: 1, forMs: 4000 };
    expect(describeEvent({ ...base, faults: { dynamodb: { kind: "throttle", share: 0.6 } } })).toBe(
      "dynamodb throttle 60 % for 4.0 s",
    );
    expect(describeEvent({ ...base, faults: {}, breaks: { side: "broker", share: 0.25 } })).toBe(
      "25 % of the connections break, from the broker's side",
    );
    expect(describeEvent({ ...base, faults: {}, reshards: true })).toBe("the stream is resharded");
  });
});

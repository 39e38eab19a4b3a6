import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grantedTo, Outstanding } from "../../../../../local/aws/iot/wire/outstanding";

const publish = (messageId: number) =>
  ({ cmd: "publish", topic: "t", payload: "x", qos: 1, messageId, dup: false, retain: false }) as const;

describe("Outstanding", () => {
  it("is empty when each publish, subscription and ping has its answer, in whatever order", () => {
    const outstanding = new Outstanding();
    outstanding.asked(publish(1));
    outstanding.asked({ cmd: "subscribe", messageId: 2, subscriptions: [{ topic: "a", qos: 0 }] });
    outstanding.asked({ cmd: "unsubscribe", messageId: 3, unsubscriptions: ["b"] });
    outstanding.asked({ cmd: "pingreq" });
    expect(outstanding.answered({ cmd: "unsuback", messageId: 3, granted: [] })).toEqual(["b"]);
    expect(outstanding.answered({ cmd: "suback", messageId: 2, granted: [0] })).toEqual(["a"]);
    expect(outstanding.answered({ cmd: "pingresp" })).toEqual([]);
    expect(outstanding.isEmpty).toBe(false);
    outstanding.answered({ cmd: "puback", messageId: 1 });
    expect(outstanding.isEmpty).toBe(true);
  });

  it("has the filters of each request, the oldest first, where several have one packet identifier", () => {
    const outstanding = new Outstanding();
    outstanding.asked({ cmd: "subscribe", messageId: 7, subscriptions: [{ topic: "a", qos: 0 }] });
    outstanding.asked({ cmd: "unsubscribe", messageId: 7, unsubscriptions: ["b", "c"] });
    expect(outstanding.answered({ cmd: "suback", messageId: 7, granted: [0] })).toEqual(["a"]);
    expect(outstanding.isEmpty).toBe(false);
    expect(outstanding.answered({ cmd: "unsuback", messageId: 7, granted: [] })).toEqual(["b", "c"]);
    expect(outstanding.isEmpty).toBe(true);
  });

  it.each([
    [99, false],
    [100, true],
  ])("with %i publishes without a PUBACK is full: %s", (count, isFull) => {
    const outstanding = new Outstanding();
    outstanding.asked({ ...publish(1000), qos: 0 });
    for (let id = 1; id <= count; id += 1) outstanding.asked(publish(id));
    expect(outstanding.isFull).toBe(isFull);
  });
});

describe("grantedTo", () => {
  it("has the code of each filter where the broker answers once for those that are the same", () => {
    const filters = fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.constantFrom(0, 1, 0x80)), { minLength: 1 });
    fc.assert(
      fc.property(filters, (asked) => {
        // The last one counts.
        const codes = new Map(asked);
        const names = asked.map(([name]) => name);
        const granted = [...codes.values()];
        expect(grantedTo(names, { cmd: "suback", messageId: 1, granted })).toEqual(
          names.map((name) => codes.get(name)),
        );
      }),
    );
  });
});

import { describe, expect, it } from "vitest";
import { KinesisAction } from "../../../../local/aws/iot/kinesis-action";
import type { RuleMessage } from "../../../../local/aws/iot/rule-sql";

const message = (clientId: string, text: string): RuleMessage => ({
  topic: `sensor/data/${clientId}`,
  clientId,
  payload: Buffer.from(text),
  payloadId: text,
  receivedAt: 0,
});

/** A stream that takes what `takes` allows, a clock that sleeping moves, and a record of what happened. */
function harness(takes: (text: string, attempt: number) => boolean = () => true, limits = {}) {
  const attempts = new Map<string, number>();
  const log = { taken: [] as string[], errors: [] as string[], inFlight: 0, mostInFlight: 0 };
  const inFlightKeys = new Set<string>();
  let clock = 0;
  const action = new KinesisAction(
    {
      putRecord: async ({ payload }, key) => {
        const text = payload.toString();
        if (inFlightKeys.has(key)) throw new Error(`two puts of ${key} at a time`);
        inFlightKeys.add(key);
        log.inFlight += 1;
        log.mostInFlight = Math.max(log.mostInFlight, log.inFlight);
        await new Promise((resolve) => setImmediate(resolve));
        inFlightKeys.delete(key);
        log.inFlight -= 1;
        const attempt = (attempts.get(text) ?? 0) + 1;
        attempts.set(text, attempt);
        if (!takes(text, attempt)) throw new Error("throttled");
        log.taken.push(text);
      },
      onError: (failed, why) => log.errors.push(`${failed.payload}: ${why}`),
      now: () => clock,
      sleep: async (ms) => {
        clock += ms;
      },
    },
    { maxWaitingBytes: 1_000_000, maxTryingMs: 10_000, concurrency: 3, ...limits },
  );
  return { action, log, clock: () => clock };
}

describe("KinesisAction", () => {
  it("puts each device's messages in their order, one at a time, and several devices' at once", async () => {
    const { action, log } = harness();
    for (const n of [1, 2, 3])
      for (const device of ["a", "b", "c", "d"]) await action.offer(message(device, `${device}${n}`), device);
    expect(action.waiting).toBe(12);
    await action.drained();
    expect(log.mostInFlight).toBe(3);
    for (const device of ["a", "b", "c", "d"])
      expect(log.taken.filter((text) => text.startsWith(device))).toEqual([`${device}1`, `${device}2`, `${device}3`]);
    expect(action.waiting).toBe(0);
  });

  it("tries again what the stream refuses, before the device's next message", async () => {
    const { action, log } = harness((text, attempt) => text !== "a1" || attempt > 4);
    await action.offer(message("a", "a1"), "a");
    await action.offer(message("a", "a2"), "a");
    await action.drained();
    expect(log).toMatchObject({ taken: ["a1", "a2"], errors: [] });
  });

  it("hands a message to the error action when it was tried long enough, and goes on", async () => {
    const { action, log } = harness((text) => text !== "a1");
    await action.offer(message("a", "a1"), "a");
    await action.offer(message("a", "a2"), "a");
    await action.drained();
    expect(log).toMatchObject({ taken: ["a2"], errors: ["a1: throttled"] });
  });

  it("acknowledges at once, however many wait: a PUBACK does not wait for the stream", async () => {
    const { action, log } = harness(undefined, { maxWaitingBytes: 512 * 1024 * 1024 });
    let accepted = 0;
    for (let n = 0; n < 20_000; n += 1)
      void action.offer(message("a", `a${n}`), "a").then(() => {
        accepted += 1;
      });
    await Promise.resolve();
    expect([accepted, action.waiting, log.taken]).toEqual([20_000, 20_000, []]);
  });

  it("tries what waits behind a message that fails no longer than that one: each from its arrival on, as AWS does", async () => {
    const { action, log, clock } = harness(() => false);
    const texts = Array.from({ length: 50 }, (_, n) => `a${n}`);
    for (const text of texts) await action.offer(message("a", text), "a");
    await action.drained();
    expect(log.errors).toEqual(texts.map((text) => `${text}: throttled`));
    expect(clock()).toBeLessThan(12_000);
  });

  it("gives up what has waited long enough for a stream that takes too little, though it takes some", async () => {
    // Every fourth try finds room: far fewer than the messages need.
    let tries = 0;
    const { action, log, clock } = harness(() => ++tries % 4 === 0);
    const texts = Array.from({ length: 200 }, (_, n) => `a${n}`);
    for (const text of texts) await action.offer(message("a", text), "a");
    await action.drained();
    expect(log.taken.length + log.errors.length).toBe(200);
    expect(log.taken.length).toBeGreaterThan(10);
    expect(log.errors.length).toBeGreaterThan(100);
    expect(clock()).toBeLessThan(12_000);
  });

  it("puts the others' messages while some keys wait for their next try", async () => {
    const { action, log } = harness((text, attempt) => !text.startsWith("full") || attempt > 6);
    for (const key of ["full1", "full2", "full3", "full4", "free"]) await action.offer(message(key, key), key);
    await action.drained();
    expect(log).toMatchObject({ taken: ["free", "full1", "full2", "full3", "full4"], errors: [] });
  });

  it("holds an offer back, and with it the acknowledgement, only where the memory is at risk", async () => {
    const { action, log } = harness(undefined, { maxWaitingBytes: 1000, concurrency: 1 });
    const accepted: string[] = [];
    const offers = ["a1", "a2", "a3", "a4"].map((text) =>
      action.offer(message("a", text), "a").then(() => accepted.push(text)),
    );
    await Promise.resolve();
    expect(accepted).toEqual(["a1", "a2"]);
    await Promise.all(offers);
    await action.drained();
    expect(accepted).toEqual(["a1", "a2", "a3", "a4"]);
    expect(log.taken).toEqual(["a1", "a2", "a3", "a4"]);
  });
});

import { describe, expect, it } from "vitest";
import type { StreamRecord } from "../../../contract/stream-record";
import { type AcceptedMessage, Ledger } from "../../../local/accounting/ledger";
import { payloadIdOf } from "../../../local/accounting/payload-id";
import { collected } from "../../helpers/collected";
import { evidenceStore } from "../../helpers/evidence-store";

const record = (n: number, text: string): StreamRecord => ({
  shardId: "shardId-0",
  sequenceNumber: String(n),
  partitionKey: "d",
  data: Buffer.from(text).toString("base64"),
  arrivedAt: 1000 * n,
});
const publish = (text: string, publishedAt: number) => ({
  device: "d",
  payload: Buffer.from(text),
  publishedAt,
  key: undefined,
});
const accepted = (text: string, receivedAt: number): AcceptedMessage => {
  const payload = Buffer.from(text);
  return { payload, payloadId: payloadIdOf(payload), receivedAt };
};

describe("what waits, and how old the oldest is", () => {
  it("counts from the publish to the end of the invocation, wherever a message waits", () => {
    const ledger = new Ledger(evidenceStore());
    expect([ledger.waiting, ledger.oldestWaiting]).toEqual([0, undefined]);
    ledger.published(publish("in the rule's queue", 100));
    ledger.published(publish("in the stream", 200));
    ledger.accepted(accepted("of another client", 300));
    expect([ledger.waiting, ledger.oldestWaiting]).toEqual([3, 100]);
    ledger.seen(record(1, "in the stream"));
    ledger.settled(record(1, "in the stream"), true, 5000);
    expect([ledger.waiting, ledger.oldestWaiting]).toEqual([2, 100]);
    ledger.errorLogged(accepted("in the rule's queue", 100));
    expect([ledger.waiting, ledger.oldestWaiting]).toEqual([1, 300]);
    ledger.settled(record(2, "of another client"), false, 6000);
    expect([ledger.waiting, ledger.oldestWaiting]).toEqual([0, undefined]);
  });

  it("has what came into the stream past the broker, once for two readers", () => {
    const ledger = new Ledger(evidenceStore());
    ledger.accepted(accepted("published", 500));
    for (const each of [record(1, "published"), record(2, "put"), record(2, "put"), record(3, "published")])
      ledger.seen(each);
    expect([ledger.externalTaken, ledger.waiting, ledger.oldestWaiting]).toEqual([3, 3, 500]);
    for (const each of [record(1, "published"), record(2, "put"), record(3, "published")])
      ledger.settled(each, true, 9000);
    expect([ledger.waiting, ledger.oldestWaiting]).toEqual([0, undefined]);
  });

  it("tells how long a publish of the fleet took, and not that it was given up", () => {
    const ledger = new Ledger(evidenceStore());
    const told: number[] = [];
    const unsubscribe = ledger.onLatency((latencyMs) => told.push(latencyMs));
    ledger.published(publish("a", 100));
    ledger.published(publish("b", 100));
    ledger.settled(record(1, "a"), true, 400);
    ledger.settled(record(2, "b"), false, 700);
    expect(told).toEqual([300]);
    unsubscribe();
    ledger.published(publish("c", 100));
    ledger.settled(record(3, "c"), true, 500);
    expect(told).toEqual([300]);
  });

  it("counts a message's readings when the broker acknowledges it", () => {
    const ledger = new Ledger(evidenceStore());
    const acknowledge = ledger.published(publish('{"readings":[{},{}]}', 100));
    expect(ledger.acknowledged).toBe(0);
    acknowledge();
    expect(ledger.acknowledged).toBe(2);
  });

  it("knows a record that the rule's action has put, and finds out about another", async () => {
    const ledger = new Ledger(evidenceStore());
    ledger.accepted(accepted("put by the rule", 100));
    ledger.put(record(1, "put by the rule"), accepted("put by the rule", 100));
    ledger.seen(record(1, "put by the rule"));
    ledger.seen(record(2, "put by another client"));
    const [part] = await collected(ledger.evidence().divide());
    expect([...(part?.records.values() ?? [])].map(({ payload }) => payload)).toEqual(
      ["put by the rule", "put by another client"].map((text) => payloadIdOf(Buffer.from(text))),
    );
    expect(ledger.externalTaken).toBe(2);
  });
});

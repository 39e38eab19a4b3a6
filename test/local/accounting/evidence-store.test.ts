import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EvidencePart, EvidenceStore } from "../../../local/accounting/evidence-store";
import { collected } from "../../helpers/collected";
import { evidenceStore } from "../../helpers/evidence-store";

const PUBLISH = { readings: 1, publishedAt: 0, acknowledged: true, accepted: 1, settledAt: undefined };
const devices = fc.constantFrom(..."abcdefgh");
const payloads = fc.constantFrom(..."123456");

/** A store of records `[device, payload]`, of items of these devices, and of messages with these payloads. */
function storeOf(
  records: readonly (readonly [string, string])[],
  items: readonly string[],
  messages: readonly string[],
): EvidenceStore {
  const store = evidenceStore();
  for (const [place, [device, payload]] of records.entries()) {
    const record = { device, payload, arrivedAt: place, sequenceNumber: String(place), readings: [undefined] };
    if (place % 5 === 4) store.failed.put(`r${place}`, record);
    else store.records.put(`r${place}`, { ...record, isSettled: true });
  }
  for (const device of items) store.items.put(`${device}/1`, { device, isAnomaly: false, values: [1], arrivedAt: 1 });
  for (const payload of messages) store.entries.put(payload, PUBLISH);
  return store;
}

const recordsOf = ({ records, failed }: EvidencePart) => [...records.entries(), ...failed.entries()];

describe("the parts of the evidence", () => {
  it("hold each thing once, and what belongs together in one part", async () => {
    const sent = fc.array(fc.tuple(devices, payloads), { maxLength: 12 });
    const known = fc.tuple(sent, fc.uniqueArray(devices), fc.uniqueArray(payloads), fc.integer({ min: 1, max: 9 }));
    await fc.assert(
      fc.asyncProperty(known, async ([records, items, messages, partSize]) => {
        const parts = await collected(storeOf(records, items, messages).divide(partSize));
        const held = parts.flatMap((part) => [
          ...recordsOf(part).map(([id]) => id),
          ...part.items.keys(),
          ...part.entries.keys(),
        ]);
        expect(held.sort()).toEqual(
          [...messages, ...items.map((device) => `${device}/1`), ...records.map((_, place) => `r${place}`)].sort(),
        );
        const partOf = new Map<string, number>();
        for (const [number, part] of parts.entries()) {
          const names = [
            ...recordsOf(part).flatMap(([, { device, payload }]) => [device, payload]),
            ...[...part.items.values()].map(({ device }) => device),
            ...part.entries.keys(),
          ];
          for (const name of names) {
            expect(partOf.get(name) ?? number).toBe(number);
            partOf.set(name, number);
          }
        }
      }),
    );
  });

  it("hold no more than asked where devices have nothing to do with each other", async () => {
    const records = Array.from({ length: 30 }, (_, n) => [`d${n % 10}`, `p${n}`] as const);
    const messages = Array.from({ length: 40 }, (_, n) => `p${n}`);
    const parts = await collected(storeOf(records, [], messages).divide(6));
    expect(parts.map((part) => recordsOf(part).length).filter((count) => count > 0)).toEqual([6, 6, 6, 6, 6]);
    expect(Math.max(...parts.map(({ entries }) => entries.size))).toBeLessThanOrEqual(6);
  });

  it("can be had again, with what has come in between", async () => {
    const store = storeOf([["a", "1"]], [], ["1"]);
    expect((await collected(store.divide())).map(({ items }) => items.size)).toEqual([0]);
    store.items.put("a/1", { device: "a", isAnomaly: false, values: [1], arrivedAt: 1 });
    expect((await collected(store.divide())).map(({ items }) => items.size)).toEqual([1]);
  });

  it("keep the order in which records came, and what is no reading", async () => {
    const readings = [undefined, { key: "a/1", value: 0.1 }];
    const store = evidenceStore();
    for (const id of ["z", "y", "x"])
      store.records.put(id, {
        device: "a",
        payload: id,
        arrivedAt: 1,
        sequenceNumber: "1",
        readings,
        isSettled: false,
      });
    const [part] = await collected(store.divide());
    expect([...(part?.records.keys() ?? [])]).toEqual(["z", "y", "x"]);
    expect(part?.records.get("x")?.readings).toEqual(readings);
  });
});

describe("how far the account is", () => {
  it("counts what came into a table, and the parts that were gone through", async () => {
    const store = storeOf(
      [
        ["a", "1"],
        ["b", "2"],
        ["a", "3"],
      ],
      ["a"],
      [],
    );
    store.items.put("a/1", { device: "a", isAnomaly: true, values: [2], arrivedAt: 2 });
    expect([store.items.puts, store.records.puts, store.rows.puts, store.underway]).toEqual([2, 3, 0, undefined]);
    await collected(store.divide(1));
    expect(store.underway).toEqual({ part: 2, parts: 2 });
  });
});

describe("a disk that takes no more", () => {
  it("is told with what to do, and does not interrupt the one who writes", () => {
    const told: string[] = [];
    const store = new EvidenceStore((why) => told.push(why));
    // What cannot be written stands for a full disk here.
    store.rows.put(Symbol("no id") as unknown as string, { device: "a" });
    expect(told).toEqual([
      expect.stringMatching(/^what the run knows of its messages cannot be written: .*SQLITE_TMPDIR/),
    ]);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AlarmEvent } from "../../../watch/machine/alarm-event";
import type { WatchEvent } from "../../../watch/machine/watch-event";
import { fromItem, type Plain, toItem } from "../../../watch/store/attribute";
import { deviceItem, storedDevice } from "../../../watch/store/device-item";
import { historyLines, historyWrites } from "../../../watch/store/history-item";
import { MAX_OUTBOX, withEvents, without } from "../../../watch/store/outbox";
import type { StoredDevice } from "../../../watch/store/stored-device";
import { anyRule, clock, DEVICE, live, M, reading, rule, ruleSet, rules, streams, T0 } from "../plants";

const set = ruleSet([
  rule(),
  rule({ name: "stuck", condition: { kind: "flat", forMs: M, tolerance: 1 } }),
  anyRule({ name: "quiet", condition: { kind: "silent", forMs: 15 * M } }),
]);

/** Bytes of an item by DynamoDB's rules. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
function bytesOf(value: Plain | undefined): number {
  if (value === undefined) return 0;
  if (typeof value === "string") return Buffer.byteLength(value);
  if (typeof value === "number") return Math.ceil(String(Math.abs(value)).replace(/\.|0+$/g, "").length / 2) + 2;
  if (typeof value === "boolean") return 1;
  const parts = Object.entries(value) as [string, Plain][];
  const names = Array.isArray(value) ? 0 : parts.reduce((sum, [name]) => sum + Buffer.byteLength(name), 0);
  return 3 + names + parts.reduce((sum, [, part]) => sum + 1 + bytesOf(part), 0);
}

describe("a device's item", () => {
  it("gives the device back, whatever it has been through", () => {
    const shelves: WatchEvent[] = [
      { type: "shelve", key: "hot", until: T0 + 90 * M, by: "ana", at: T0, note: "probe" },
      { type: "ack", key: "hot/temperature", n: 1, by: "ana", at: T0 + M },
      { type: "rejected", arrivedAt: T0 + M, reason: "not_json" },
      reading(-30 * M, 20, { arrivedAt: T0 + M }),
      { type: "forget", at: T0 + M, reason: "removed" },
    ];
    fc.assert(
      fc.property(
        rules(),
        streams(),
        fc.array(fc.constantFrom(...shelves, clock(80 * M)), { maxLength: 4 }),
        (one, events, more) => {
          const all = ruleSet([{ ...one, name: "hot" }, ...set.rules.slice(1)]);
          const { state, events: happened } = live([...events, ...more], all);
          const { outbox } = withEvents(new Map(), DEVICE, happened);
          const stored: StoredDevice = { version: 7, state, outbox, dueAt: T0 };
          const item = JSON.parse(JSON.stringify(toItem(deviceItem(DEVICE, stored, all))));
          expect(storedDevice(fromItem(item))).toEqual(stored);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("is below 1 KB with six quiet sensors, each of which was alarmed before", () => {
    const types = ["temperature", "pressure", "vibration", "humidity", "flow", "current"];
    const all = ruleSet([
      anyRule({ name: "boiler-hot" }),
      anyRule({ name: "quiet", condition: { kind: "silent", forMs: 15 * M } }),
    ]);
    const events = types.flatMap((sensorType) => [
      reading(0, 97.25, { sensorType }),
      reading(10_001, 70.125, { sensorType, arrivedAt: T0 + 10_234 }),
    ]);
    const { state } = live(events, all);
    const deviceId = "boiler-house-2-line-04-unit-17";
    const item = deviceItem(deviceId, { version: 123_456, state, outbox: new Map(), dueAt: T0 + 18 * M }, all);
    expect(state.alarms.size).toBe(6);
    expect(bytesOf(item) - 3).toBeLessThan(1024);
  });

  it("of a removed device expires after a day, unless it numbers the occurrences of an alarm", () => {
    const forget: WatchEvent = { type: "forget", at: T0 + 2 * M, reason: "removed" };
    const itemOf = (...events: WatchEvent[]) =>
      deviceItem(DEVICE, { version: 2, state: live(events, set).state, outbox: new Map() }, set);
    expect(itemOf({ type: "expect", at: T0 }, forget)).toEqual({
      deviceId: DEVICE,
      item: "state",
      version: 2,
      forgottenAt: T0 + 2 * M,
      expirationTime: T0 / 1000 + 24 * 60 * 60 + 120,
    });
    expect(itemOf(reading(0, 97), forget)).not.toHaveProperty("expirationTime");
    expect(itemOf(forget, reading(3 * M, 20))).not.toHaveProperty("expirationTime");
  });

  it("is in the indexes only while something is due or shown", () => {
    const quiet = live([reading(0, 20)], ruleSet([rule()]));
    const item = deviceItem(DEVICE, { version: 1, state: quiet.state, outbox: new Map() }, ruleSet([rule()]));
    expect(Object.keys(item)).toEqual(["deviceId", "item", "version", "seenAt", "sensors"]);
    const silent = live([reading(0, 20), clock(18 * M)], set);
    expect(deviceItem(DEVICE, { version: 1, state: silent.state, outbox: new Map(), dueAt: 5 }, set)).toMatchObject({
      dueBucket: expect.stringMatching(/^(0\d|1[0-5])$/),
      dueAt: 5,
      listed: expect.stringMatching(/^[0-3]$/),
      raised: [T0 + 18 * M],
      shelved: 0,
      silent: true,
    });
  });
});

describe("an outbox", () => {
  const event = (kind: AlarmEvent["kind"], n: number, told: boolean): AlarmEvent => ({
    kind,
    key: "hot/temperature",
    n,
    at: T0 + n,
    told,
    priority: "high",
    raisedAt: T0 + n,
  });

  it("holds fifty, drops history first, and a told raise only together with its end", () => {
    const pairs = Array.from({ length: 30 }, (_, n) => [event("raise", n, true), event("end", n, true)]).flat();
    const { outbox, dropped } = withEvents(new Map(), DEVICE, [event("raise", 99, false), ...pairs]);
    expect(outbox.size).toBe(MAX_OUTBOX);
    expect(dropped).toBe(11);
    const ids = [...outbox.values()].map(({ event: { kind, n } }) => `${kind} ${n}`);
    expect(ids.filter((id) => id.startsWith("raise")).map((id) => id.replace("raise", "end"))).toEqual(
      ids.filter((id) => id.startsWith("end")),
    );
  });

  it("drops a whole pair where one entry is too many", () => {
    const pairs = Array.from({ length: 25 }, (_, n) => [event("raise", n, true), event("end", n, true)]).flat();
    const full = withEvents(new Map(), DEVICE, pairs);
    const { outbox, dropped } = withEvents(full.outbox, DEVICE, [event("raise", 99, true)]);
    expect([...outbox.values()].map((entry) => entry.event)).toEqual([...pairs.slice(2), event("raise", 99, true)]);
    expect(dropped).toBe(2);
  });

  it("keeps raises without an end, however many", () => {
    const raises = Array.from({ length: 60 }, (_, n) => event("raise", n, true));
    expect(withEvents(new Map(), DEVICE, raises)).toMatchObject({ dropped: 0, outbox: { size: 60 } });
  });

  it("lets go of an entry once it has been everywhere", () => {
    const { outbox } = withEvents(new Map(), DEVICE, [event("raise", 1, true)]);
    const id = "boiler-7/hot/temperature#1:raise:1767225600001";
    expect([...outbox.values()][0]?.pending).toEqual(["history", "feed", "mail"]);
    const left = without(outbox, new Map([[id, ["history", "feed"]]]));
    expect([...left.values()][0]?.pending).toEqual(["mail"]);
    expect(without(left, new Map([[id, ["mail"]]])).size).toBe(0);
  });
});

describe("the history", () => {
  it("is one item an occurrence, and reads back as what happened, in order", () => {
    const shelf: WatchEvent = { type: "shelve", key: "hot", until: T0 + 10 * M, by: "ana", at: T0 };
    const all = ruleSet([rule({ acknowledge: true })]);
    const { events } = live(
      [
        shelf,
        reading(M, 97),
        clock(12 * M),
        reading(13 * M, 70),
        { type: "ack", key: "hot/temperature", n: 1, by: "ana", at: T0 + 14 * M, note: "valve" },
      ],
      all,
    );
    const items = new Map<string, Record<string, Plain | undefined>>();
    // Twice, as after a crash.
    for (const write of [...events, ...events].flatMap(historyWrites))
      if (write.kind === "set") items.set(write.item, { ...items.get(write.item), ...write.fields });
    const occurrence = items.get(`occ#${T0 + M}#hot#temperature#1`) ?? {};
    expect(historyLines(DEVICE, occurrence)).toEqual([
      { alarm: "boiler-7/hot/temperature#1", event: "raise", at: T0 + M, told: false, reason: "shelved by ana" },
      { alarm: "boiler-7/hot/temperature#1", event: "raise", at: T0 + 10 * M, told: true },
      { alarm: "boiler-7/hot/temperature#1", event: "end", at: T0 + 13 * M, told: true },
      { alarm: "boiler-7/hot/temperature#1", event: "ack", at: T0 + 14 * M, told: false, reason: "valve" },
    ]);
    expect([...items.keys()].toSorted()).toEqual(
      [
        `occ#${T0}#hot#shelve`,
        `occ#${T0 + 10 * M}#hot#unshelve`,
        `occ#${T0 + M}#hot#temperature#1`,
        "shelf#hot",
      ].toSorted(),
    );
    expect(historyLines(DEVICE, items.get(`occ#${T0}#hot#shelve`) ?? {})).toEqual([
      { alarm: "boiler-7/hot", event: "shelve", at: T0, told: false },
    ]);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { streamClock } from "../../lambda/watch/sweep/stream-clock";
import type { DeviceState } from "../../watch/machine/device-state";
import { nextDue } from "../../watch/machine/step";
import { visit } from "../../watch/machine/visit";
import type { WatchEvent } from "../../watch/machine/watch-event";
import { anyRule, clock, DEVICE, live, M, reading, rule, ruleSet, S, T0 } from "./plants";

const RUNS = { numRuns: 1000 };
const H = 60 * M;
const SILENT_FOR = 15 * M;
const BOUND = SILENT_FOR * 1.2;
const quiet = anyRule({ name: "quiet", condition: { kind: "silent", forMs: SILENT_FOR } });
const set = ruleSet([rule(), quiet]);

/** A device as the function stores it: judged in visits, written only where it must be. */
class Stored {
  state: DeviceState | undefined;
  raised: number[] = [];
  ended: number[] = [];

  take(events: readonly WatchEvent[], now: number): void {
    const done = visit(DEVICE, this.state, events, set);
    if (!done.mustWrite) return;
    this.state = done.state;
    for (const { key, to, from } of done.transitions) {
      if (key !== "quiet") continue;
      if (to === "active") this.raised.push(now);
      if (from === "active") this.ended.push(now);
    }
  }

  /** As the sweep does: nothing is read of a device for which nothing is due. */
  sweep(at: number): void {
    const due = this.state && nextDue(DEVICE, this.state, set);
    if (due !== undefined && due <= T0 + at) this.take([clock(at)], at);
  }
}

describe("the laws of silence", () => {
  it("L7: never before silentFor, and at the latest at the bound", () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 40 * M }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 15 * S, max: 3 * M }), (list, every) => {
        const device = new Stored();
        let at = 0;
        const arrivals = list.map((gap) => {
          at += gap;
          return at;
        });
        const last = at;
        const wrong: unknown[] = [];
        for (let next = 0, now = 0; now <= last + 3 * BOUND; now += every) {
          for (; (arrivals[next] ?? Number.POSITIVE_INFINITY) < now; next++)
            device.take([reading(arrivals[next] ?? 0, 20)], arrivals[next] ?? 0);
          const seen = arrivals[next - 1];
          const before = device.raised.length;
          device.sweep(now);
          const isSilent = device.raised.length > device.ended.length;
          const sinceMs = now - (seen ?? now);
          const isEarly = seen === undefined ? isSilent : device.raised.length > before && sinceMs < SILENT_FOR;
          if (isEarly || (sinceMs >= BOUND && !isSilent)) wrong.push({ now, seen, isSilent });
        }
        expect(wrong).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("L8: a watch that stands still or lags makes nobody silent", () => {
    const gaps = fc.array(fc.integer({ min: 1, max: SILENT_FOR - 1 }), { minLength: 1, maxLength: 25 });
    const sweeps = fc.array(fc.record({ after: fc.nat(120 * M), read: fc.nat(4), found: fc.boolean() }), {
      maxLength: 15,
    });
    fc.assert(
      fc.property(gaps, sweeps, (list, looks) => {
        const device = new Stored();
        let at = 0;
        const arrivals = list.map((gap) => {
          at += gap;
          return at;
        });
        let now = 0;
        let judged = 0;
        for (const { after, read, found } of looks) {
          // The function stands still for a while, then reads some; nothing arrives after the last of the list.
          now = Math.min(now + after, at);
          const arrived = arrivals.filter((arrival) => arrival < now).length;
          for (const end = Math.min(judged + read, arrived); judged < end; judged++)
            device.take([reading(arrivals[judged] ?? 0, 20)], now);
          const judgedUpTo = judged > 0 ? T0 + (arrivals[judged - 1] ?? 0) : T0;
          const next = arrivals[judged];
          const isWaiting = judged < arrived && next !== undefined;
          const view = isWaiting
            ? found
              ? { kind: "record" as const, arrivedAt: T0 + next }
              : { kind: "none" as const, behindMs: now - next }
            : { kind: "none" as const, behindMs: 0 };
          const clockAt = streamClock([{ shardId: "0", judgedUpTo, next: view }], T0 + now);
          if (clockAt !== undefined) device.sweep(clockAt - T0);
          expect(device.raised).toEqual([]);
        }
      }),
      RUNS,
    );
  });

  it.each([
    ["one below", BOUND - 1, 0],
    ["at", BOUND, 1],
    ["one above", BOUND + 1, 1],
  ])("is raised %s the bound: %s", (_where, at, raised) => {
    expect(live([reading(0, 20), clock(at)], set).events).toHaveLength(raised);
  });

  it("finds a device that was added and never spoke", () => {
    const { events } = live([{ type: "expect", at: T0 }, clock(BOUND)], set);
    expect(events).toEqual([
      { kind: "raise", key: "quiet", n: 1, at: T0 + BOUND, told: true, priority: "medium", raisedAt: T0 + BOUND },
    ]);
  });

  it("does not find a device that was removed by what was on its way then", () => {
    const forget: WatchEvent = { type: "forget", at: T0 + M, reason: "removed" };
    const removed = live([reading(0, 20), forget], set).state;
    const onItsWay = [reading(M, 97), reading(-H, 97, { arrivedAt: T0 + M })];
    const rejected: WatchEvent = { type: "rejected", arrivedAt: T0 + M, reason: "not_json" };
    const left = live([...onItsWay, rejected, clock(H)], set, removed);
    expect(left).toEqual({ state: removed, events: [], transitions: [] });
    // A batch that is handed over again brings them once more.
    const again = live([...onItsWay, reading(M + 1, 20), ...onItsWay, clock(H)], set, removed);
    expect(again.events).toMatchObject([{ kind: "raise", key: "quiet", seenAt: T0 + M + 1 }]);
    const expected = live([{ type: "expect", at: T0 + M }, reading(M, 97)], set, removed);
    expect(expected.events).toMatchObject([{ kind: "raise", key: "hot/temperature" }]);
  });

  it("says how far a device is behind that sends nothing but old readings, and that only a live one ends it", () => {
    const old = (at: number) => reading(at - 62 * M, 20, { arrivedAt: T0 + at });
    const { events } = live(
      [reading(0, 20), old(10 * M), clock(BOUND), old(BOUND + M), reading(BOUND + 2 * M, 20)],
      set,
    );
    expect(events.map(({ kind, behindMs, told }) => [kind, behindMs, told])).toEqual([
      ["raise", 62 * M, true],
      ["end", 62 * M, true],
    ]);
  });

  it("tells with the silence why the last record was rejected", () => {
    const { events } = live(
      [reading(0, 20), { type: "rejected", arrivedAt: T0 + M, reason: "not_json" }, clock(BOUND)],
      set,
    );
    expect(events[0]).toMatchObject({ kind: "raise", rejected: "not_json", seenAt: T0 });
  });

  it("finds one sensor that is silent while its device speaks", () => {
    const own = ruleSet([rule({ name: "mute", condition: { kind: "silent", forMs: 5 * M } })]);
    const other = { sensorType: "pressure" };
    const { events } = live([reading(0, 20), reading(1, 3, other), reading(6 * M, 3, other), clock(6 * M)], own);
    expect(events).toMatchObject([{ kind: "raise", key: "mute/temperature", at: T0 + 6 * M }]);
  });
});

describe("the stream's clock", () => {
  const none = (behindMs: number, judgedUpTo?: number) => ({
    shardId: "s",
    ...(judgedUpTo !== undefined && { judgedUpTo }),
    next: { kind: "none", behindMs } as const,
  });
  it.each([
    ["now where every shard is read to its tip", [none(0), none(0, 3)], 100],
    [
      "the arrival of the first record that waits",
      [none(0), { shardId: "t", judgedUpTo: 5, next: { kind: "record", arrivedAt: 9 } as const }],
      9,
    ],
    ["the last judged record where nothing was found and there is more", [none(50, 7), none(0)], 7],
    ["unknown where nothing was judged yet and there is more", [none(50), none(0)], undefined],
    [
      "the last judged record of a shard that cannot be read",
      [{ shardId: "t", judgedUpTo: 6, next: { kind: "unknown" } as const }, none(0)],
      6,
    ],
    ["unknown without shards", [], undefined],
    [
      "not held by a shard that is read to its end",
      [{ shardId: "t", judgedUpTo: 1, next: { kind: "end" } as const }, none(0)],
      100,
    ],
  ])("is %s", (_what, shards, clockAt) => {
    expect(streamClock(shards, 100)).toBe(clockAt);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deliver, type Publisher } from "../../../lambda/watch/notices/deliver";
import { deviceSender } from "../../../lambda/watch/notices/sender";
import { type DeviceState, newDevice } from "../../../watch/machine/device-state";
import { visit } from "../../../watch/machine/visit";
import type { WatchEvent } from "../../../watch/machine/watch-event";
import { decide } from "../../../watch/store/decide";
import type { Channel } from "../../../watch/store/outbox";
import { anyRule, clock, DEVICE, M, rule, ruleSet, streams, T0 } from "../../watch/plants";
import { MemoryStore } from "./memory-store";

const set = ruleSet([
  rule({ acknowledge: true }),
  rule({ name: "warm", condition: { kind: "above", limit: 80 }, deadband: 0, forMs: 20_000, under: "hot" }),
  anyRule({ name: "quiet", condition: { kind: "silent", forMs: 15 * M } }),
]);

const commands: fc.Arbitrary<WatchEvent> = fc.oneof(
  fc
    .integer({ min: 1, max: 3 })
    .map((n) => ({ type: "ack" as const, key: "hot/temperature", n, by: "ana", at: T0 + 50 * M })),
  fc.constant({ type: "shelve" as const, key: "hot", until: T0 + 60 * M, by: "ana", at: T0 + 20 * M }),
  fc.constant({ type: "unshelve" as const, key: "hot", by: "ana", at: T0 + 30 * M }),
);
const sweeps = fc.nat(90 * M).map((at) => clock(at));

/** Crashes a process at a call of its choice, before the call has done its work or after. */
class Crash extends Error {}

/** What each actor does, one after the other. */
interface Plan {
  readonly watch: readonly (readonly WatchEvent[])[];
  readonly sweep: readonly WatchEvent[];
  readonly people: readonly WatchEvent[];
}

const plans: fc.Arbitrary<Plan> = fc.record({
  watch: streams({ maxLength: 9 }).map((events) => [events.slice(0, 3), events.slice(3, 6), events.slice(6)]),
  sweep: fc.array(sweeps, { maxLength: 3 }),
  people: fc.array(commands, { maxLength: 2 }),
});

class World {
  readonly sent: { readonly id: string; readonly channel: Channel }[] = [];
  readonly done: { readonly happened: readonly WatchEvent[]; readonly version: number }[] = [];
  readonly store: MemoryStore;
  #calls = 0;
  now = T0;

  readonly #schedule: (name: string) => Promise<unknown>;
  readonly #crashes: ReadonlyMap<number, "before" | "after">;

  constructor(
    schedule: (name: string) => Promise<unknown>,
    crashes: ReadonlyMap<number, "before" | "after"> = new Map(),
  ) {
    this.#schedule = schedule;
    this.#crashes = crashes;
    this.store = new MemoryStore(set, (name, work) => this.#call(name, work));
  }

  async #call<T>(name: string, work: () => T): Promise<T> {
    const crash = this.#crashes.get(this.#calls++);
    await this.#schedule(name);
    if (crash === "before") throw new Crash(name);
    const result = work();
    if (crash === "after") throw new Crash(name);
    return result;
  }

  readonly publisher: Publisher = {
    feed: ({ id }) => this.#call("feed", () => void this.sent.push({ id, channel: "feed" })),
    mail: ({ body }) =>
      this.#call("mail", () => {
        for (const [, id] of body.matchAll(/(\S+#\d+:\w+:\d+)\)?$/gm))
          this.sent.push({ id: (id ?? "").replace("(", ""), channel: "mail" });
      }),
  };

  /** One unit of work, as the function does it: read, decide, store, deliver. A crash ends it where it is. */
  async work(happened: readonly WatchEvent[]): Promise<boolean> {
    const { store, publisher } = this;
    try {
      const read = (await store.read([DEVICE], "strong")).get(DEVICE);
      const decision = await decide(DEVICE, happened, read, { store, rules: set });
      if (decision.isWritten && decision.stored) this.done.push({ happened, version: decision.stored.version });
      if (decision.stored === undefined) return true;
      await deliver([deviceSender(DEVICE, decision.stored, store, set)], {
        store,
        publisher,
        rules: set,
        now: () => this.now,
        timezone: "UTC",
        isOver: () => false,
        onError: (error) => {
          if (error instanceof Crash) throw error;
        },
      });
      return true;
    } catch (error) {
      if (error instanceof Crash) return false;
      throw error;
    }
  }
}

/** Each unit of the list in its order; one that crashed is done again, as Kinesis hands a batch over again. */
async function act(world: World, units: readonly (readonly WatchEvent[])[], isRetried: boolean): Promise<void> {
  for (const unit of units) for (let tries = 0; tries < 20 && !(await world.work(unit)) && isRetried; tries++);
}

describe("the laws of storage", () => {
  it("L13: watch, sweep and command in any interleaving are some serial order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), plans, async (scheduler, { watch, sweep, people }) => {
        const world = new World((name) => scheduler.schedule(Promise.resolve(), name));
        const all = Promise.all([
          act(world, watch, true),
          act(
            world,
            sweep.map((event) => [event]),
            true,
          ),
          act(
            world,
            people.map((event) => [event]),
            true,
          ),
        ]);
        await scheduler.waitFor(all);
        // The order of the versions is the serial one.
        let state: DeviceState = newDevice();
        const ids = new Set<string>();
        for (const { happened } of world.done.toSorted((a, b) => a.version - b.version)) {
          const serial = visit(DEVICE, state, happened, set);
          state = serial.state;
          for (const { kind, key, n, at } of serial.events) ids.add(`${DEVICE}/${key}#${n}:${kind}:${at}`);
        }
        expect(world.store.stored(DEVICE)?.state ?? newDevice()).toEqual(state);
        const versions = world.store.writes.map(({ stored }) => stored.version);
        expect(versions).toEqual(versions.map((_, i) => i + 1));
        for (const { id } of world.sent) expect(ids).toContain(id);
      }),
      { numRuns: 150 },
    );
  });

  it("L14: each notice of the outbox is published at least once, under one id, wherever a process crashes", async () => {
    const crashes = fc.array(fc.tuple(fc.nat(60), fc.constantFrom("before" as const, "after" as const)), {
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), plans, crashes, async (scheduler, { watch, sweep, people }, at) => {
        const world = new World((name) => scheduler.schedule(Promise.resolve(), name), new Map(at));
        const all = Promise.all([
          act(world, watch, true),
          act(
            world,
            sweep.map((event) => [event]),
            false,
          ),
          act(
            world,
            people.map((event) => [event]),
            false,
          ),
        ]);
        await scheduler.waitFor(all);
        // The sweeps after it send what is left, a minute apart.
        const rest = async () => {
          for (let i = 0; i < 8; i++) {
            world.now += M;
            await world.work([]);
          }
        };
        await scheduler.waitFor(rest());
        const promised = world.store.writes.flatMap(({ stored }) =>
          [...stored.outbox.values()].flatMap(({ id, pending }) => pending.map((channel) => `${channel} ${id}`)),
        );
        const kept = new Set(world.sent.map(({ id, channel }) => `${channel} ${id}`));
        for (const promise of new Set(promised)) if (!promise.startsWith("history")) expect(kept).toContain(promise);
        expect(world.store.stored(DEVICE)?.outbox.size ?? 0).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});

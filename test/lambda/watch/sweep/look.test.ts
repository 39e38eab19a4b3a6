import { describe, expect, it } from "vitest";
import { goOnLooking, nextLook } from "../../../../lambda/watch/sweep/look";
import { Visits } from "../../../../lambda/watch/sweep/visits";
import type { Look, StoredPlant } from "../../../../watch/store/watch-store";
import { live, M, reading, rule, ruleSet, T0 } from "../../../watch/plants";
import { MemoryStore } from "../memory-store";

const ALL: Look = { isAll: true, after: "", again: false };
const NAMES = Array.from({ length: 250 }, (_, i) => `d${String(i).padStart(3, "0")}`);

/** A plant whose devices are all listed and have nothing due, and whose rule is gone. */
async function plantOf(look: Look) {
  const isFailing = { read: (_: readonly string[]) => false, write: (_: string) => false };
  const old = ruleSet([rule()]);
  const store = new MemoryStore(old);
  const { state } = live([reading(0, 97)], old);
  for (const id of NAMES) await store.write(id, { version: 1, state, outbox: new Map() }, undefined);
  const throttled = Object.assign(new Error(), { name: "ThrottlingException" });
  const { read, write } = { read: store.read.bind(store), write: store.write.bind(store) };
  store.read = async (ids, how) => (isFailing.read(ids) ? Promise.reject(throttled) : read(ids, how));
  store.write = async (id, ...rest) => (isFailing.write(id) ? Promise.reject(throttled) : write(id, ...rest));
  store.plant = { ...store.plant, version: 1, look };
  /** A sweep that has time for so many devices. */
  const sweep = async (time = Number.POSITIVE_INFINITY): Promise<StoredPlant> => {
    const surroundings = { store, rules: ruleSet([]) };
    const seen = { devices: 0 };
    const deadline = {
      get hasPassed() {
        return seen.devices >= time;
      },
    };
    const event = { type: "clock", at: T0 + 2 * M, plantSilent: false } as const;
    const visits = new Visits({ surroundings, event, deadline, onError: () => {} });
    const isDone = visits.done.add.bind(visits.done);
    visits.done.add = (id) => {
      seen.devices += 1;
      return isDone(id);
    };
    const listed = await store.listed();
    const stored = await goOnLooking(store.plant, { visits, surroundings, listed, deadline, onError: () => {} });
    expect(store.plant).toEqual(stored);
    return stored;
  };
  const ended = () => NAMES.filter((id) => store.stored(id)?.outbox.size === 1).length;
  return { sweep, isFailing, ended };
}

describe("the look at every device", () => {
  it("is over after one sweep that had the time for it", async () => {
    const { sweep, ended } = await plantOf(ALL);
    expect(await sweep()).not.toHaveProperty("look");
    expect(ended()).toBe(250);
  });

  it("goes on in the next sweep where the time was over", async () => {
    const { sweep, ended } = await plantOf(ALL);
    expect((await sweep(120)).look).toEqual({ ...ALL, after: "d099" });
    expect((await sweep(120)).look).toEqual({ ...ALL, after: "d199" });
    expect((await sweep(120)).look).toBeUndefined();
    expect(ended()).toBe(250);
  });

  it.each(["read", "write"] as const)("looks at all again where a %s failed, and not in vain", async (call) => {
    const { sweep, isFailing, ended } = await plantOf(ALL);
    if (call === "read") isFailing.read = (ids) => ids.includes("d120");
    else isFailing.write = (id) => id === "d120";
    expect((await sweep()).look).toEqual(ALL);
    expect(ended()).toBe(call === "read" ? 150 : 249);
    isFailing.read = () => false;
    isFailing.write = () => false;
    expect((await sweep()).look).toBeUndefined();
    expect(ended()).toBe(250);
  });

  it("is of what is listed where the plant speaks again, and of all where the rules are others", () => {
    const speaks = { areRulesOther: false, speaksAgain: true };
    const rules = { areRulesOther: true, speaksAgain: false };
    const neither = { areRulesOther: false, speaksAgain: false };
    expect(nextLook(undefined, neither)).toBeUndefined();
    expect(nextLook(undefined, speaks)).toEqual({ isAll: false, after: "", again: false });
    expect(nextLook(undefined, rules)).toEqual(ALL);
    const underWay = { isAll: false, after: "m", again: false };
    expect(nextLook(underWay, neither)).toEqual(underWay);
    expect(nextLook(underWay, rules)).toEqual({ isAll: true, after: "m", again: true });
    expect(nextLook({ ...underWay, isAll: true }, speaks)).toEqual({ isAll: true, after: "m", again: true });
  });
});

import { describe, expect, it } from "vitest";
import { listAlarms } from "../../watch/machine/list-alarms";
import { tryRules } from "../../watch/machine/try-rules";
import { command } from "../../watch/store/command";
import { decide } from "../../watch/store/decide";
import { MemoryStore } from "../lambda/watch/memory-store";
import { anyRule, clock, DEVICE, live, M, reading, rule, ruleSet, S, T0 } from "./plants";

const warm = rule({ name: "warm", condition: { kind: "above", limit: 80 }, under: "hot", priority: "low" });
const quiet = anyRule({ name: "quiet", condition: { kind: "silent", forMs: 15 * M } });
const set = ruleSet([rule({ priority: "high" }), warm, quiet]);

describe("a list of alarms", () => {
  it("shows what is not normal, with what keeps it from being told", () => {
    const { state } = live(
      [
        reading(0, 97),
        { type: "ack", key: "hot/temperature", n: 1, by: "ana", at: T0 + S },
        { type: "shelve", key: "warm", until: T0 + 60 * M, by: "ana", at: T0 + S },
        clock(18 * M),
      ],
      set,
    );
    expect(listAlarms(DEVICE, state, set, T0 + 19 * M)).toEqual([
      {
        alarm: "boiler-7/hot/temperature#1",
        device: "boiler-7",
        rule: "hot",
        sensorType: "temperature",
        occurrence: 1,
        state: "acknowledged",
        since: T0,
        raisedAt: T0,
        priority: "high",
        value: 97,
        peak: 97,
        limit: 90,
        noData: true,
        suppressedBy: "quiet",
        acknowledgedBy: "ana",
      },
      {
        alarm: "boiler-7/warm/temperature#1",
        device: "boiler-7",
        rule: "warm",
        sensorType: "temperature",
        occurrence: 1,
        state: "active",
        since: T0,
        raisedAt: T0,
        priority: "low",
        value: 97,
        peak: 97,
        limit: 80,
        noData: true,
        shelved: true,
        shelvedUntil: T0 + 60 * M,
        suppressedBy: "quiet",
      },
      {
        alarm: "boiler-7/quiet#1",
        device: "boiler-7",
        rule: "quiet",
        occurrence: 1,
        state: "active",
        since: T0 + 18 * M,
        raisedAt: T0 + 18 * M,
        priority: "medium",
      },
    ]);
  });
});

describe("a command", () => {
  it("is carried out under the version check, or says which occurrence there is", async () => {
    const store = new MemoryStore(set);
    await decide(DEVICE, [reading(0, 97)], undefined, { store, rules: set });
    const ack = (n: number) => ({ type: "ack", key: "hot/temperature", n, by: "ana", at: T0 + S }) as const;
    expect(await command(DEVICE, ack(2), { store, rules: set })).toEqual({
      ok: false,
      refusal: { reason: "the current occurrence is #1", current: 1 },
    });
    expect(await command(DEVICE, ack(1), { store, rules: set })).toMatchObject({
      ok: true,
      stored: { version: 2, dueAt: 0 },
    });
    expect(store.stored(DEVICE)?.state.alarms.get("hot/temperature")?.acked).toEqual({ by: "ana", at: T0 + S });
  });

  it("makes a device expected that has never spoken", async () => {
    const store = new MemoryStore(set);
    await command("pump-1", { type: "expect", at: T0 }, { store, rules: set });
    expect(store.stored("pump-1")).toMatchObject({ version: 1, dueAt: T0 + 18 * M, state: { expectedAt: T0 } });
  });
});

describe("rules that are tried", () => {
  it("say what they would have raised, silence between the readings and after them included", () => {
    const readings = [reading(0, 97), reading(30 * M, 70)];
    expect(
      tryRules(DEVICE, readings, set, T0 + 60 * M).map(({ kind, key, at, told }) => [kind, key, (at - T0) / M, told]),
    ).toEqual([
      ["raise", "hot/temperature", 0, true],
      ["raise", "warm/temperature", 0, false],
      ["raise", "quiet", 18, true],
      ["end", "quiet", 30, true],
      ["end", "hot/temperature", 30, true],
      ["end", "warm/temperature", 30, false],
      ["raise", "quiet", 48, true],
    ]);
  });
});

import { userInfo } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { alarms } from "../../../cli/alarms/alarms";
import { UsageError } from "../../../cli/kit/usage-error";
import { PLANT_ITEMS } from "../../../contract/watch";
import { deliver } from "../../../lambda/watch/notices/deliver";
import { deviceSender } from "../../../lambda/watch/notices/sender";
import type { WatchEvent } from "../../../watch/machine/watch-event";
import type { WatchRule } from "../../../watch/rules/rule";
import { RuleSet } from "../../../watch/rules/rule-set";
import { rulesFileText } from "../../../watch/rules/rules-file";
import { decide } from "../../../watch/store/decide";
import { DynamoStore } from "../../../watch/store/dynamo-store";
import { recordingIo } from "../../helpers/recording-io";
import { startWatchTables, WATCH_TABLE, type WatchTables } from "../../helpers/watch-table";
import { anyRule, M, rule } from "../../watch/plants";

const RULES: readonly WatchRule[] = [
  rule({ priority: "high", text: "Boiler too hot", runbook: "https://wiki.example.com/boiler" }),
  rule({ name: "warm", condition: { kind: "above", limit: 80 }, under: "hot", acknowledge: true }),
  anyRule({ name: "quiet", condition: { kind: "silent", forMs: 15 * M }, priority: "low" }),
];
const QUIET = [{ device: "mixer-*", reason: "revision" }];
const set = new RuleSet(RULES, QUIET);
/** The present of the test; the commands have their own. */
const NOW = Date.now();

let tables: WatchTables;
let store: DynamoStore;
beforeAll(async () => {
  tables = await startWatchTables();
  store = new DynamoStore(tables.client, WATCH_TABLE, set);
});
afterAll(() => tables.close());

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly notes: readonly string[];
}

async function iot(...args: readonly string[]): Promise<Ran> {
  const io = recordingIo();
  const status = await alarms.run([...args, "--endpoint", tables.endpoint], io);
  return { status, out: io.results.join("\n"), notes: io.notes };
}
const json = async (...args: readonly string[]) => JSON.parse((await iot(...args, "--json")).out);
const lines = async (...args: readonly string[]) =>
  (await iot(...args, "--json")).out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

/** What the watch does with readings, and with the notices that come of them. */
async function happen(deviceId: string, ...events: readonly WatchEvent[]): Promise<void> {
  const read = (await store.read([deviceId], "strong")).get(deviceId);
  await decide(deviceId, events, read, { store, rules: set });
  await settle(deviceId);
}

/** What a sweep does with the notices of a command. */
async function settle(deviceId: string): Promise<void> {
  const stored = (await store.read([deviceId], "strong")).get(deviceId);
  if (stored === undefined) return;
  await deliver([deviceSender(deviceId, stored, store, set)], {
    store,
    rules: set,
    publisher: { feed: async () => {}, mail: async () => {} },
    now: Date.now,
    timezone: "UTC",
    isOver: () => false,
    onError: (error) => {
      throw error;
    },
  });
}

function value(at: number, of: number): WatchEvent {
  return {
    type: "reading",
    sensorType: "temperature",
    value: of,
    time: NOW + at,
    arrivedAt: NOW + at,
    isAnomaly: false,
    quality: "good",
  };
}

describe("a watch that has not run yet", () => {
  it("is said to know no rules", async () => {
    await expect(iot("list")).rejects.toThrow(
      'The device watch has not run yet, so its rules are not known. Fix: try again in a minute; if that does not help, see the alarm "sweep-missing"',
    );
  });
});

describe("a stack without a watch", () => {
  it("is told which setting makes one", async () => {
    const without = await startWatchTables({ watch_table_name: "", dynamodb_table_name: "hot" });
    await expect(alarms.run(["list", "--endpoint", without.endpoint], recordingIo())).rejects.toThrow(
      `The stack has no device watch. Fix: set watchRules, for example npm run local -- --config 'watchRules={"quiet":{"silentFor":"15m"}}'`,
    );
    await without.close();
  });
});

describe("the life of an alarm", () => {
  beforeAll(async () => {
    await store.saveRules(rulesFileText(RULES, QUIET));
    await happen("boiler-7", value(-10 * M, 20), value(-9 * M, 97));
    await happen("mixer-1", value(-8 * M, 97));
  });

  it("is listed as the contract says, the highest priority first", async () => {
    expect(await json("list", "--device", "boiler-7")).toEqual([
      {
        alarm: "boiler-7/hot/temperature#1",
        device: "boiler-7",
        rule: "hot",
        sensorType: "temperature",
        occurrence: 1,
        state: "active",
        since: NOW - 9 * M,
        raisedAt: NOW - 9 * M,
        priority: "high",
        value: 97,
        peak: 97,
        limit: 90,
      },
      {
        alarm: "boiler-7/warm/temperature#1",
        device: "boiler-7",
        rule: "warm",
        sensorType: "temperature",
        occurrence: 1,
        state: "active",
        since: NOW - 9 * M,
        raisedAt: NOW - 9 * M,
        priority: "medium",
        value: 97,
        peak: 97,
        limit: 80,
        suppressedBy: "hot",
      },
    ]);
    const names = (await json("list")).map(({ alarm }: { alarm: string }) => alarm);
    expect(names).toEqual([
      "mixer-1/hot/temperature#1",
      "boiler-7/hot/temperature#1",
      "mixer-1/warm/temperature#1",
      "boiler-7/warm/temperature#1",
    ]);
  });

  it("is filtered by device, priority, shelf and silence", async () => {
    const listed = async (...options: readonly string[]) => (await json("list", ...options)).length;
    expect(await listed("--device", "boiler-*")).toBe(2);
    expect(await listed("--priority", "high")).toBe(2);
    expect(await listed("--shelved")).toBe(0);
    expect(await listed("--silent")).toBe(0);
    expect(await listed("--device", "nobody")).toBe(0);
  });

  it("is checked: 1 where an alarm waits for somebody, and nothing keeps it from being told", async () => {
    expect((await iot("list", "--check")).status).toBe(1);
    expect((await iot("list")).status).toBe(0);
    expect((await iot("list", "--check", "--priority", "low")).status).toBe(0);
    // Out of service.
    expect((await iot("list", "--check", "--device", "mixer-*")).status).toBe(0);
  });

  it("is shown to people as a table", async () => {
    const { out, notes } = await iot("list", "--device", "boiler-7");
    const [head, , first, second] = out.split("\n");
    expect(head).toMatch(/^priority +state +alarm +since +for +value +peak +limit +remarks$/);
    expect(first).toMatch(/^high +active +boiler-7\/hot\/temperature#1 +\S+Z +9 min +97 +97 +90$/);
    expect(second).toMatch(/^medium +active +boiler-7\/warm\/temperature#1 .* 80 +suppressed by hot$/);
    expect(notes).toEqual(["2 alarms"]);
  });

  it("is acknowledged by its number, and by no other", async () => {
    await expect(iot("ack", "boiler-7/hot/temperature#2")).rejects.toThrow(
      `"ALARM" must be an active occurrence, got "boiler-7/hot/temperature#2": the current occurrence is #1. Fix: look at it with npx iot alarms show 'boiler-7/hot/temperature#1'`,
    );
    await expect(iot("ack", "boiler-7/hot/temperature")).rejects.toThrow(UsageError);
    await expect(iot("ack", "boiler-7/cold/temperature#1")).rejects.toThrow("there is no such alarm");
    const { out } = await iot("ack", "boiler-7/hot/temperature#1", "--note", "valve opened", "--by", "ana");
    expect(out).toBe("boiler-7/hot/temperature#1: acknowledged");
    expect((await iot("ack", "boiler-7/hot/temperature#1")).out).toMatch(/: acknowledged already, by ana at \S+Z$/);
    await settle("boiler-7");
    expect((await json("list", "--priority", "high", "--device", "boiler-7"))[0]).toMatchObject({
      state: "acknowledged",
      acknowledgedBy: "ana",
    });
    expect((await iot("list", "--check")).status).toBe(0);
  });

  it("is shown with its rule's words, its note and its history", async () => {
    const shown = await json("show", "boiler-7/hot/temperature");
    expect(shown).toMatchObject({
      alarm: "boiler-7/hot/temperature#1",
      state: "acknowledged",
      note: "valve opened",
      meaning: "Boiler too hot",
      runbook: "https://wiki.example.com/boiler",
      history: [
        { event: "raise", told: true },
        { event: "ack", told: false, reason: "valve opened" },
      ],
    });
    const { out } = await iot("show", "boiler-7/hot/temperature#1");
    expect(out).toMatch(/^acknowledgedAt +\S+Z$/m);
    expect(out).toMatch(/^\S+Z +ack +no +boiler-7\/hot\/temperature#1 +valve opened$/m);
    await expect(iot("show", "boiler-7/hot/temperature#9")).rejects.toThrow("No alarm or occurrence has the name");
  });

  it("is over, and waits for somebody where its rule wants that", async () => {
    await happen("boiler-7", value(-M, 60));
    expect(await json("list", "--device", "boiler-7")).toEqual([
      expect.objectContaining({ alarm: "boiler-7/warm/temperature#1", state: "returned" }),
    ]);
    expect((await iot("ack", "boiler-7/warm/temperature#1")).out).toMatch(/: acknowledged, and normal now$/);
    await expect(iot("ack", "boiler-7/warm/temperature#1")).rejects.toThrow("it is not active");
    await settle("boiler-7");
    expect(await json("show", "boiler-7/warm/temperature")).toMatchObject({ state: "normal", occurrence: 1 });
  });

  it("is in the history: NDJSON as the contract says, and CSV", async () => {
    expect(await lines("history", "--device", "boiler-7")).toEqual([
      { alarm: "boiler-7/hot/temperature#1", event: "raise", at: NOW - 9 * M, told: true },
      {
        alarm: "boiler-7/warm/temperature#1",
        event: "raise",
        at: NOW - 9 * M,
        told: false,
        reason: "suppressed by hot",
      },
      expect.objectContaining({ alarm: "boiler-7/hot/temperature#1", event: "end", at: NOW - M, told: true }),
      expect.objectContaining({ alarm: "boiler-7/warm/temperature#1", event: "end", at: NOW - M, told: false }),
      {
        alarm: "boiler-7/hot/temperature#1",
        event: "ack",
        at: expect.any(Number),
        told: false,
        reason: "valve opened",
      },
      { alarm: "boiler-7/warm/temperature#1", event: "ack", at: expect.any(Number), told: false },
    ]);
    const { out } = await iot("history", "--device", "boiler-7", "--csv", "--until", "5m");
    expect(out).toBe(
      `at,event,told,alarm,reason\r\n${new Date(NOW - 9 * M).toISOString()},raise,true,boiler-7/hot/temperature#1,\r\n` +
        `${new Date(NOW - 9 * M).toISOString()},raise,false,boiler-7/warm/temperature#1,suppressed by hot\r`,
    );
    expect((await lines("history")).length).toBeGreaterThan(6);
  });
});

describe("a shelf", () => {
  it("needs an end or an alarm, at most 7 days, a reason, and a rule and a device that there are", async () => {
    await expect(iot("shelve", "boiler-7", "--reason", "a")).rejects.toThrow('"--for" or "--once" is required');
    await expect(iot("shelve", "boiler-7", "--for", "1h")).rejects.toThrow('"--reason" is required');
    await expect(iot("shelve", "boiler-7", "--for", "8d", "--reason", "a")).rejects.toThrow("at most 7d");
    await expect(iot("shelve", "boiler-7", "--once", "--reason", "a")).rejects.toThrow(
      '"boiler-7" is not shelved: the shelf of a device must have an end',
    );
    await expect(iot("shelve", "boiler-7/warn", "--for", "1h", "--reason", "a")).rejects.toThrow(
      '"ALARM" must have a rule that watches boiler-7 (hot, warm, quiet, quality), got "warn". Did you mean "warm"?',
    );
    await expect(iot("shelve", "boil-7", "--for", "1h", "--reason", "a")).rejects.toThrow(
      '"ALARM" must be of a device that the watch knows, got "boil-7". Fix: npx iot alarms expect boil-7',
    );
  });

  it("lies under an alarm that it names, and is listed", async () => {
    const { out } = await iot("shelve", "boiler-7/hot/temperature", "--for", "2h", "--reason", "sensor is replaced");
    expect(out).toMatch(/^boiler-7\/hot\/temperature: shelved until \S+Z$/);
    await happen("boiler-7", value(0, 96));
    const [shelved] = await json("list", "--shelved");
    expect(shelved).toMatchObject({ alarm: "boiler-7/hot/temperature#2", state: "active" });
    expect(shelved.shelvedUntil).toBeGreaterThan(NOW + 110 * M);
    expect(shelved).not.toHaveProperty("shelved");
    const list = (await iot("list", "--shelved")).out;
    expect(list).toMatch(
      new RegExp(`^boiler-7/hot/temperature +\\S+Z +${userInfo().username} +\\S+Z +sensor is replaced$`, "m"),
    );
    expect((await iot("list", "--check", "--device", "boiler-7", "--priority", "high")).status).toBe(0);
  });

  it("is taken away, and what is active is told", async () => {
    const { out } = await iot("unshelve", "boiler-7/hot/temperature", "--note", "replaced");
    expect(out).toBe("boiler-7/hot/temperature: no longer shelved");
    await expect(iot("unshelve", "boiler-7/hot/temperature")).rejects.toThrow("it is not shelved");
    await settle("boiler-7");
    const told = (await lines("history", "--device", "boiler-7")).filter(({ alarm }) => /hot.*(e|#2)$/.test(alarm));
    expect(told.map(({ event, told, reason }) => [event, told, reason]).slice(-4)).toEqual([
      // The plant's time of the reading, and then the person's.
      ["raise", false, `shelved by ${userInfo().username}`],
      ["shelve", false, "sensor is replaced"],
      ["unshelve", false, "replaced"],
      ["raise", true, undefined],
    ]);
  });

  it("may hold until the alarm is over, or over the whole device", async () => {
    await iot("shelve", "boiler-7/hot", "--once", "--reason", "known", "--by", "ana");
    await iot("shelve", "boiler-7", "--for", "7d", "--reason", "revision");
    const { shelves } = await json("show", "boiler-7");
    expect(shelves.map(({ shelf, until }: { shelf: string; until?: number }) => [shelf, until !== undefined])).toEqual([
      ["boiler-7/hot", false],
      ["boiler-7", true],
    ]);
    await iot("unshelve", "boiler-7");
    expect((await json("list", "--shelved"))[0]).toMatchObject({ shelved: true });
    expect((await iot("show", "boiler-7")).out).toMatch(/^boiler-7\/hot +it is over +ana .* known$/m);
  });
});

describe("an expectation", () => {
  const state = async (name: string) => (await store.read([name], "strong")).get(name);

  it("finds a device silent that never spoke", async () => {
    expect((await iot("expect", "pump-1")).out).toBe("pump-1: expected");
    const stored = await state("pump-1");
    expect(stored?.dueAt).toBe((stored?.state.expectedAt ?? 0) + 18 * M);
    await happen("pump-1", { type: "clock", at: NOW + 20 * M, plantSilent: false });
    expect(await json("list", "--silent")).toEqual([
      expect.objectContaining({ alarm: "pump-1/quiet#1", device: "pump-1", rule: "quiet", state: "active" }),
    ]);
  });

  it("ends with the device, and its alarms do too", async () => {
    expect((await iot("forget", "pump-1")).out).toBe("pump-1: forgotten");
    await settle("pump-1");
    expect(await json("list", "--silent")).toEqual([]);
    expect((await state("pump-1"))?.state.expectedAt).toBeUndefined();
    const { status, notes } = await iot("forget", "pmp-1");
    expect([status, notes]).toEqual([1, ["the watch does not know 1 device, such as pmp-1"]]);
  });

  it("is refused for what is no thing's name", async () => {
    await expect(iot("expect", "a/b")).rejects.toThrow("a device's name must be 1 to 128 letters");
  });
});

describe("the statistics", () => {
  it("stand beside ISA-18.2's yardsticks", async () => {
    const { out } = await iot("stats", "--since", "24h");
    expect(out).toMatch(/^measure +value +ISA-18.2 +verdict$/m);
    expect(out).toMatch(/^raises told per hour +0\.\d+ +about 6, at most 12 +acceptable$/m);
    expect(out).toMatch(/^stale now: active for a day +0 +below 5 +acceptable$/m);
    expect(out).toMatch(/^boiler-7\/hot\/temperature +2 +\d+ %$/m);
  });
});

describe("a plant that is silent", () => {
  it("is said beside the list", async () => {
    const plant = await store.readPlant();
    await store.writePlant({ ...plant, version: plant.version + 1, plant: { silentSince: NOW } }, plant.version);
    expect((await iot("list")).notes.at(-1)).toBe(`The plant is silent since ${new Date(NOW).toISOString()}`);
    expect(PLANT_ITEMS).toBe("#plant");
  });
});

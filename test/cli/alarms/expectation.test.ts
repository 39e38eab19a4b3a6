import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectDevice, expectUnknown, forgetDevice } from "../../../cli/alarms/expectation";
import { type ConnectedWatch, connectedWatch } from "../../../cli/alarms/watch";
import { targetOf } from "../../../cli/kit/target";
import { newDevice } from "../../../watch/machine/device-state";
import { rulesFileText } from "../../../watch/rules/rules-file";
import { startWatchTables, type WatchTables } from "../../helpers/watch-table";
import { anyRule, M, rule } from "../../watch/plants";

const RULES = [rule(), anyRule({ name: "quiet", condition: { kind: "silent", forMs: 15 * M } })];

let tables: WatchTables;
let watch: ConnectedWatch;
const state = async (name: string) => (await watch.store.read([name], "strong")).get(name);
const connect = async () => {
  const connected = await connectedWatch(await targetOf({ endpoint: tables.endpoint }));
  if (connected === undefined) throw new Error("The stack has no watch");
  watch = connected;
};
beforeAll(async () => {
  tables = await startWatchTables();
  await connect();
});
afterAll(() => tables.close());

describe("a device that is added before the watch has run", () => {
  it("is due at once, so that the first sweep dates its silence", async () => {
    await expectUnknown("pump-1", watch);
    const stored = await state("pump-1");
    expect(stored).toEqual({
      version: 1,
      state: { ...newDevice(), expectedAt: expect.any(Number) },
      outbox: new Map(),
      dueAt: 0,
    });
    // And once more changes nothing.
    await expectUnknown("pump-1", watch);
    expect(await state("pump-1")).toEqual(stored);
  });

  it("is not expected anew, nor forgotten, without the rules by which its alarms end", async () => {
    await expect(expectDevice("pump-1", watch)).rejects.toThrow("its rules are not known");
    await expect(forgetDevice("pump-1", watch)).rejects.toThrow("its rules are not known");
  });
});

describe("a device that is added", () => {
  beforeAll(async () => {
    await watch.store.saveRules(rulesFileText(RULES, []));
    await connect();
  });

  it("is expected from then on, and once", async () => {
    await expectUnknown("pump-2", watch);
    const stored = await state("pump-2");
    expect(stored?.dueAt).toBe((stored?.state.expectedAt ?? 0) + 18 * M);
    await expectUnknown("pump-2", watch);
    expect(await state("pump-2")).toEqual(stored);
  });

  it("is expected again where it was removed in between", async () => {
    expect(await forgetDevice("pump-2", watch)).toBe(true);
    expect((await state("pump-2"))?.state).toEqual({ ...newDevice(), forgottenAt: expect.any(Number) });
    await expectUnknown("pump-2", watch);
    expect((await state("pump-2"))?.state).toEqual({ ...newDevice(), expectedAt: expect.any(Number) });
    expect(await forgetDevice("nobody", watch)).toBe(false);
  });
});

import { PLANT_ITEMS } from "../../../contract/watch";
import type { RuleSet } from "../../../watch/rules/rule-set";
import { type Channel, type Outbox, without } from "../../../watch/store/outbox";
import { dueAtOf, type StoredDevice } from "../../../watch/store/stored-device";
import type { StoredPlant, WatchStore } from "../../../watch/store/watch-store";

/** Someone with notices to send: a device, or the plant. */
export interface Sender {
  readonly deviceId: string;
  readonly outbox: Outbox;
  /** Takes out of the stored outbox what has arrived. */
  settle(arrived: ReadonlyMap<string, readonly Channel[]>): Promise<void>;
}

/** The plant in the place of a device: no thing has such a name. */
export const PLANT_NAME = PLANT_ITEMS;

/** Sends what is in a device's outbox. */
export function deviceSender(
  deviceId: string,
  read: StoredDevice,
  store: Pick<WatchStore, "read" | "write">,
  rules: RuleSet,
): Sender {
  const settle = async (arrived: ReadonlyMap<string, readonly Channel[]>) => {
    let stored: StoredDevice | undefined = read;
    // What is sent again is sent twice: worth a few more tries, and no failure of the batch.
    for (let tries = 0; tries < 5 && stored !== undefined; tries++) {
      const { dueAt: _, ...rest }: StoredDevice = stored;
      const outbox = without(stored.outbox, arrived);
      const dueAt = dueAtOf(deviceId, stored.state, outbox, rules, undefined, true);
      const next = { ...rest, version: stored.version + 1, outbox, ...(dueAt !== undefined && { dueAt }) };
      if ((await store.write(deviceId, next, stored.version)) === "written") return;
      stored = (await store.read([deviceId], "strong")).get(deviceId);
    }
  };
  return { deviceId, outbox: read.outbox, settle };
}

/** Sends what is in the plant's outbox. */
export function plantSender(read: StoredPlant, store: Pick<WatchStore, "readPlant" | "writePlant">): Sender {
  const settle = async (arrived: ReadonlyMap<string, readonly Channel[]>) => {
    let stored = read;
    for (let tries = 0; tries < 5; tries++) {
      const next = { ...stored, version: stored.version + 1, outbox: without(stored.outbox, arrived) };
      if ((await store.writePlant(next, stored.version)) === "written") return;
      stored = await store.readPlant();
    }
  };
  return { deviceId: PLANT_NAME, outbox: read.outbox, settle };
}

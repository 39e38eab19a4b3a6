import { isWatched, newDevice } from "../../watch/machine/device-state";
import { command } from "../../watch/store/command";
import { DUE_NOW, type StoredDevice } from "../../watch/store/stored-device";
import { type ConnectedWatch, withRules } from "./watch";

/** Why the alarms of a device end that is removed. */
const REMOVED = "device removed";

/** Lets a device be found silent from now on, be it one that never speaks. */
export async function expectDevice(deviceId: string, watch: ConnectedWatch): Promise<void> {
  const at = Date.now();
  const stored = watch.rules === undefined ? await storedOf(deviceId, watch) : undefined;
  if (watch.rules === undefined && stored === undefined) {
    // A device of which nothing is known needs no rules: the first sweep, which has them, looks at it and dates its next look.
    const first = { version: 1, state: { ...newDevice(), expectedAt: at }, outbox: new Map(), dueAt: DUE_NOW };
    if ((await watch.store.write(deviceId, first, undefined)) === "written") return;
  }
  await command(deviceId, { type: "expect", at }, withRules(watch));
}

/** The same for a device that is not watched yet: of one that is, the silence goes on. */
export async function expectUnknown(deviceId: string, watch: ConnectedWatch): Promise<void> {
  const stored = await storedOf(deviceId, watch);
  if (stored === undefined || !isWatched(stored.state)) await expectDevice(deviceId, watch);
}

/** Ends the alarms of a device that is gone, and expects nothing of it. Resolves with whether the watch knew it. */
export async function forgetDevice(deviceId: string, watch: ConnectedWatch): Promise<boolean> {
  if ((await storedOf(deviceId, watch)) === undefined) return false;
  await command(deviceId, { type: "forget", at: Date.now(), reason: REMOVED }, withRules(watch));
  return true;
}

async function storedOf(deviceId: string, { store }: ConnectedWatch): Promise<StoredDevice | undefined> {
  return (await store.read([deviceId], "strong")).get(deviceId);
}

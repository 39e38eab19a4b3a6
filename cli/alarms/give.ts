import type { NamedAlarm } from "../../watch/machine/alarm-name";
import type { Refusal } from "../../watch/machine/commands";
import type { CommandEvent } from "../../watch/machine/watch-event";
import { command } from "../../watch/store/command";
import type { StoredDevice } from "../../watch/store/stored-device";
import type { Watch } from "./watch";

/** An alarm as a person has named it. */
export type Named = NamedAlarm & { readonly text: string };

/**
 * Gives a device's command to the watch, under the same version check as the watch's own writes.
 * @param refused What to say where the watch refuses it.
 * @throws Error where the watch does not know the device, or refuses the command
 */
export async function give(
  named: Named,
  event: CommandEvent,
  watch: Pick<Watch, "store" | "rules">,
  refused: (refusal: Refusal) => string,
): Promise<StoredDevice | undefined> {
  const { deviceId, text } = named;
  // A name with a typing error would be obeyed, and nobody would notice.
  if (!(await watch.store.read([deviceId], "strong")).has(deviceId))
    throw new Error(
      `"ALARM" must be of a device that the watch knows, got "${text}". Fix: npx iot alarms expect ${deviceId}, if it has not published yet`,
    );
  const given = await command(deviceId, event, watch);
  if (!given.ok) throw new Error(refused(given.refusal));
  return given.stored;
}

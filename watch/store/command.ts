import type { Refusal } from "../machine/commands";
import type { CommandEvent } from "../machine/watch-event";
import type { RuleSet } from "../rules/rule-set";
import { decide } from "./decide";
import type { StoredDevice } from "./stored-device";
import type { WatchStore } from "./watch-store";

/** What became of a person's command. */
export type Commanded =
  | { readonly ok: true; readonly stored: StoredDevice | undefined }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * Carries a person's command out under the same version check as the watch and the sweep. What there is to tell, the next sweep tells.
 * @throws Error where others change the device over and over
 */
export async function command(
  deviceId: string,
  event: CommandEvent,
  { store, rules }: { readonly store: Pick<WatchStore, "read" | "write">; readonly rules: RuleSet },
): Promise<Commanded> {
  const read = (await store.read([deviceId], "strong")).get(deviceId);
  const { visit, stored } = await decide(deviceId, [event], read, { store, rules });
  return visit.refusal === undefined ? { ok: true, stored } : { ok: false, refusal: visit.refusal };
}

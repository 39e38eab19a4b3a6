import { type Visit, visit } from "../machine/visit";
import type { WatchEvent } from "../machine/watch-event";
import type { RuleSet } from "../rules/rule-set";
import { withEvents } from "./outbox";
import { dueAtOf, type StoredDevice } from "./stored-device";
import type { WatchStore } from "./watch-store";

/** What was decided about a device, and stored where it had to be. */
export interface Decision {
  readonly deviceId: string;
  /** As it is stored now; undefined where it never was. */
  readonly stored: StoredDevice | undefined;
  readonly visit: Visit;
  readonly isWritten: boolean;
  /** Writes of others that came before, after each of which it was decided again. */
  readonly conflicts: number;
  /** Events that found no room in the outbox. */
  readonly dropped: number;
}

/** What a decision is made with. */
export interface Deciding {
  readonly store: Pick<WatchStore, "read" | "write">;
  readonly rules: RuleSet;
  /** A sweep keeps the date of its next look exact. */
  readonly isSweep?: boolean;
}

/** Another writer is before us at most this often: three write to a device, one of them a person. */
const MAX_CONFLICTS = 10;

/**
 * Takes a device through events and stores the state and its notices with one conditional write. Where another writer was before, both
 * are decided again, on what that one wrote.
 * @throws Error where that happens over and over
 */
export async function decide(
  deviceId: string,
  happened: readonly WatchEvent[],
  read: StoredDevice | undefined,
  { store, rules, isSweep = false }: Deciding,
): Promise<Decision> {
  let stored = read;
  for (let conflicts = 0; conflicts <= MAX_CONFLICTS; conflicts++) {
    const visited = visit(deviceId, stored?.state, happened, rules);
    const { outbox, dropped } = withEvents(stored?.outbox ?? new Map(), deviceId, visited.events);
    const dueAt = dueAtOf(deviceId, visited.state, outbox, rules, stored?.dueAt, isSweep);
    const mustMove = isSweep && stored !== undefined && dueAt !== stored.dueAt;
    if (!visited.mustWrite && !mustMove)
      return { deviceId, stored, visit: visited, isWritten: false, conflicts, dropped: 0 };
    const next: StoredDevice = {
      version: (stored?.version ?? 0) + 1,
      state: visited.state,
      outbox,
      ...(dueAt !== undefined && { dueAt }),
    };
    if ((await store.write(deviceId, next, stored?.version)) === "written")
      return { deviceId, stored: next, visit: visited, isWritten: true, conflicts, dropped };
    stored = (await store.read([deviceId], "strong")).get(deviceId);
  }
  throw new Error(`The state of ${deviceId} changed ${MAX_CONFLICTS + 1} times while it was decided on`);
}

import { DUE_EVER } from "../../../watch/store/stored-device";
import type { ListedDevice, Look, StoredPlant } from "../../../watch/store/watch-store";
import type { Deadline } from "../../processor/deadline";
import type { SweepSurroundings } from "../surroundings";
import type { Visits } from "./visits";

/** Devices that are read together. */
const DEVICES_AT_ONCE = 100;

/** Why every device may have something to tell. */
interface Reasons {
  readonly areRulesOther: boolean;
  readonly speaksAgain: boolean;
}

/** The look that is due after a sweep has counted: the one under way, with what there is now to look at. */
export function nextLook(underWay: Look | undefined, { areRulesOther, speaksAgain }: Reasons): Look | undefined {
  if (!areRulesOther && !speaksAgain) return underWay;
  if (underWay === undefined) return { isAll: areRulesOther, after: "", again: false };
  return { ...underWay, isAll: underWay.isAll || areRulesOther, again: true };
}

/** The plant with another look, or with none. */
export function withLook({ look: _, ...plant }: StoredPlant, look: Look | undefined): StoredPlant {
  return look === undefined ? plant : { ...plant, look };
}

interface Looking {
  readonly visits: Visits;
  readonly surroundings: Pick<SweepSurroundings, "store">;
  readonly listed: readonly ListedDevice[];
  readonly deadline: Pick<Deadline, "hasPassed">;
  readonly onError: (error: unknown) => void;
}

/**
 * Goes on with the plant's look, as far as the time allows, and stores how far it came.
 * @returns The plant as it is stored then. Where that fails, the next sweep looks at the same again.
 */
export async function goOnLooking(plant: StoredPlant, looking: Looking): Promise<StoredPlant> {
  if (plant.look === undefined) return plant;
  const { store } = looking.surroundings;
  try {
    const left = await lookAround(plant.look, looking);
    const stored = withLook({ ...plant, version: plant.version + 1 }, left);
    if ((await store.writePlant(stored, plant.version)) === "written") return stored;
  } catch (error) {
    looking.onError(error);
  }
  return plant;
}

/**
 * Looks at device by device in the order of their names. What fails does not hold up the others: all are looked at again once they are
 * through.
 * @returns From where the next sweep goes on; undefined where nothing is left.
 */
async function lookAround(look: Look, looking: Looking): Promise<Look | undefined> {
  const { surroundings, listed } = looking;
  const due = look.isAll ? await surroundings.store.due(DUE_EVER) : [];
  const deviceIds = new Set([...listed.map(({ deviceId }) => deviceId), ...due]);
  const left = [...deviceIds].filter((id) => id > look.after).sort();
  let { after, again } = look;
  for (let from = 0; from < left.length; from += DEVICES_AT_ONCE) {
    const chunk = left.slice(from, from + DEVICES_AT_ONCE);
    const isDone = !looking.deadline.hasPassed && (await visitChunk(chunk, looking));
    if (!isDone && looking.deadline.hasPassed) return { ...look, after, again };
    again ||= !isDone;
    after = chunk.at(-1) ?? after;
  }
  return again ? { ...look, after: "", again: false } : undefined;
}

/** @returns Whether none of them is left. */
async function visitChunk(deviceIds: readonly string[], { visits, surroundings, onError }: Looking): Promise<boolean> {
  try {
    const others = deviceIds.filter((id) => !visits.done.has(id));
    const states = await surroundings.store.read(others, "strong");
    await visits.make(states);
    return [...states.keys()].every((id) => visits.done.has(id));
  } catch (error) {
    onError(error);
    return false;
  }
}

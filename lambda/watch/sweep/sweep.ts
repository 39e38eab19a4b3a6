import type { ClockEvent } from "../../../watch/machine/watch-event";
import { DUE_NOW } from "../../../watch/store/stored-device";
import { Deadline } from "../../processor/deadline";
import { errorName } from "../../processor/store-error";
import { DECIDE_RESERVE_MS, DELIVER_RESERVE_MS } from "../batch/watch-batch";
import { deliver } from "../notices/deliver";
import { plantSender } from "../notices/sender";
import type { SweepSurroundings } from "../surroundings";
import { countPlant } from "./count-plant";
import { goOnLooking } from "./look";
import { streamClock } from "./stream-clock";
import { sweepLine } from "./sweep-line";
import { Visits } from "./visits";

/** Looks at what is due: fires timers, finds silence, and sends what is left unsent, whatever else fails. */
export async function sweep(remainingMs: number, surroundings: SweepSurroundings): Promise<void> {
  const { settings, store, now } = surroundings;
  const startedAt = now();
  const errors = new Map<string, number>();
  const onError = (error: unknown): undefined => {
    errors.set(errorName(error), (errors.get(errorName(error)) ?? 0) + 1);
  };
  const deciding = new Deadline(remainingMs - DECIDE_RESERVE_MS);
  const delivering = new Deadline(remainingMs - DELIVER_RESERVE_MS);
  try {
    const read = await store.readPlant();
    const plant = { ...read, watchedFrom: read.watchedFrom ?? startedAt };
    const clock = await deciding.race(readClock(surroundings, plant.watchedFrom, startedAt, onError)).catch(onError);
    const listed = await store.listed();
    const due = await store.due(clock ?? DUE_NOW);
    const states = await store.read(due, "strong");
    const counted = await countPlant({ clock, states, listed, plant, surroundings }).catch(onError);
    // Where it is not known whether the plant is silent, no device may say that it is.
    const event: ClockEvent | undefined =
      clock === undefined || counted === undefined
        ? undefined
        : { type: "clock", at: clock, plantSilent: counted.isSilent };
    const visits = new Visits({ surroundings, event, deadline: deciding, onError });
    await visits.make(states);
    const looking = { visits, surroundings, listed, deadline: deciding, onError };
    const stored = counted?.stored ?? read;
    const looked = event === undefined ? stored : await goOnLooking(stored, looking);
    await deliver([plantSender(looked, store), ...visits.senders.values()], {
      ...surroundings,
      timezone: settings.timezone,
      isOver: () => delivering.hasPassed,
      onError,
    });
    const { decisions } = visits;
    surroundings.log(
      sweepLine({ surroundings, startedAt, clock, listed, decisions, found: [...states.values()], errors }),
    );
  } finally {
    deciding.clear();
    delivering.clear();
  }
}

async function readClock(
  { store, clockReader }: SweepSurroundings,
  watchedFrom: number,
  startedAt: number,
  onError: (error: unknown) => void,
): Promise<number | undefined> {
  const watermarks = await store.watermarks();
  return streamClock(await clockReader.look({ watermarks, watchedFrom, now: startedAt, onError }), startedAt);
}

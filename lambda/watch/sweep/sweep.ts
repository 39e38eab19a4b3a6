import type { ClockEvent } from "../../../watch/machine/watch-event";
import { type Decision, decide } from "../../../watch/store/decide";
import { DUE_NOW, type StoredDevice } from "../../../watch/store/stored-device";
import { Deadline } from "../../processor/deadline";
import { mapWithLimit } from "../../processor/rounds";
import { errorName } from "../../processor/store-error";
import { DECIDE_RESERVE_MS, DELIVER_RESERVE_MS } from "../batch/watch-batch";
import { deliver } from "../notices/deliver";
import { deviceSender, plantSender, type Sender } from "../notices/sender";
import type { SweepSurroundings } from "../surroundings";
import { countPlant } from "./count-plant";
import { streamClock } from "./stream-clock";
import { sweepLine } from "./sweep-line";

const MAX_DEVICES = 16;

/** Looks at what is due: fires timers, finds silence, and sends what is left unsent. */
export async function sweep(remainingMs: number, surroundings: SweepSurroundings): Promise<void> {
  const { settings, rules, store, now, clockReader } = surroundings;
  const startedAt = now();
  const errors = new Map<string, number>();
  const onError = (error: unknown) => errors.set(errorName(error), (errors.get(errorName(error)) ?? 0) + 1);
  const deciding = new Deadline(remainingMs - DECIDE_RESERVE_MS);
  const delivering = new Deadline(remainingMs - DELIVER_RESERVE_MS);
  try {
    const plant = await store.readPlant();
    const watchedFrom = plant.watchedFrom ?? startedAt;
    const clock = streamClock(await clockReader.look(await store.watermarks(), watchedFrom), startedAt);
    const listed = await store.listed();
    const due = await store.due(clock ?? DUE_NOW);
    const states = await store.read(due, "strong");
    const counted = await countPlant({ clock, states, listed, plant: { ...plant, watchedFrom }, surroundings });
    const others = counted.mustLookAtAll
      ? await store.read(
          listed.map(({ deviceId }) => deviceId),
          "strong",
        )
      : new Map();
    const devices: ReadonlyMap<string, StoredDevice> = new Map([...others, ...states]);
    const event: ClockEvent | undefined =
      clock === undefined ? undefined : { type: "clock", at: clock, plantSilent: counted.isSilent };
    const decisions: Decision[] = [];
    const senders: Sender[] = [plantSender(counted.stored, store)];
    await mapWithLimit([...devices], MAX_DEVICES, async ([deviceId, stored]) => {
      if (deciding.hasPassed) return;
      try {
        const decision = await decide(deviceId, event === undefined ? [] : [event], stored, {
          store,
          rules,
          isSweep: true,
        });
        decisions.push(decision);
        if (decision.stored !== undefined) senders.push(deviceSender(deviceId, decision.stored, store, rules));
      } catch (error) {
        onError(error);
      }
    });
    await deliver(senders, {
      ...surroundings,
      timezone: settings.timezone,
      isOver: () => delivering.hasPassed,
      onError,
    });
    surroundings.log(
      sweepLine({ surroundings, startedAt, clock, listed, decisions, found: [...states.values()], errors }),
    );
  } finally {
    deciding.clear();
    delivering.clear();
  }
}

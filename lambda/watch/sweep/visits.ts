import type { ClockEvent } from "../../../watch/machine/watch-event";
import { type Decision, decide } from "../../../watch/store/decide";
import type { StoredDevice } from "../../../watch/store/stored-device";
import type { Deadline } from "../../processor/deadline";
import { mapWithLimit } from "../../processor/rounds";
import { isHopeless } from "../batch/watch-batch";
import { deviceSender, type Sender } from "../notices/sender";
import type { SweepSurroundings } from "../surroundings";

/** Devices that are decided on concurrently. */
const MAX_DEVICES = 16;

/** What the visits of a sweep are made with. */
interface Visiting {
  readonly surroundings: Pick<SweepSurroundings, "store" | "rules">;
  /** What is said to each device; undefined where the stream's clock cannot be told. */
  readonly event: ClockEvent | undefined;
  /** After it no device is decided on. */
  readonly deadline: Pick<Deadline, "hasPassed">;
  readonly onError: (error: unknown) => void;
}

/** A sweep's visits to its devices: what it decides about each, and what each has to send. */
export class Visits {
  readonly decisions: Decision[] = [];
  /** By device. */
  readonly senders = new Map<string, Sender>();
  /** Devices that need no other visit. */
  readonly done = new Set<string>();
  readonly #with: Visiting;

  constructor(visiting: Visiting) {
    this.#with = visiting;
  }

  /** Visits the devices. Of one that cannot be decided on now, what waits in its outbox is sent all the same. */
  async make(devices: ReadonlyMap<string, StoredDevice>): Promise<void> {
    const { store, rules } = this.#with.surroundings;
    await mapWithLimit([...devices], MAX_DEVICES, async ([deviceId, read]) => {
      const decision = await this.#decide(deviceId, read);
      if (decision !== undefined) this.decisions.push(decision);
      this.senders.set(deviceId, deviceSender(deviceId, decision?.stored ?? read, store, rules));
    });
  }

  async #decide(deviceId: string, read: StoredDevice): Promise<Decision | undefined> {
    const { surroundings, event, deadline, onError } = this.#with;
    if (deadline.hasPassed) return undefined;
    try {
      const happened = event === undefined ? [] : [event];
      const decision = await decide(deviceId, happened, read, { ...surroundings, isSweep: true });
      this.done.add(deviceId);
      return decision;
    } catch (error) {
      onError(error);
      if (isHopeless(error)) this.done.add(deviceId);
      return undefined;
    }
  }
}

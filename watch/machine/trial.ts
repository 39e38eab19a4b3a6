import type { RuleSet } from "../rules/rule-set";
import type { AlarmEvent } from "./alarm-event";
import { type DeviceState, newDevice } from "./device-state";
import { SETTLE_MS, step } from "./step";
import type { ReadingEvent } from "./watch-event";

/** Rules that are tried over one device's readings, which come one by one, in the order of their arrival. */
export class Trial {
  readonly #deviceId: string;
  readonly #rules: RuleSet;
  #state: DeviceState = newDevice();
  #arrived: number | undefined;

  constructor(deviceId: string, rules: RuleSet) {
    this.#deviceId = deviceId;
    this.#rules = rules;
  }

  /** Takes the next reading. What the rules would have done comes back. */
  read(reading: ReadingEvent): readonly AlarmEvent[] {
    // The sweeps of a gap are one: what it fires is dated when it was due.
    const isGap = this.#arrived !== undefined && reading.arrivedAt - this.#arrived > SETTLE_MS;
    const swept = isGap ? this.sweep(reading.arrivedAt) : [];
    const { state, events } = step(this.#deviceId, this.#state, reading, this.#rules);
    this.#state = state;
    this.#arrived = reading.arrivedAt;
    return [...swept, ...events];
  }

  /** A sweep at the stream's clock: the last event of a trial, too. */
  sweep(at: number): readonly AlarmEvent[] {
    const { state, events } = step(this.#deviceId, this.#state, { type: "clock", at, plantSilent: false }, this.#rules);
    this.#state = state;
    return events;
  }
}

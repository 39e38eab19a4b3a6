import type { RuleSet } from "../rules/rule-set";
import type { AlarmEvent } from "./alarm-event";
import { newDevice } from "./device-state";
import { SETTLE_MS, step } from "./step";
import type { ReadingEvent } from "./watch-event";

/**
 * What the rules would have raised over a device's readings.
 * @param readings In the order of their arrival.
 * @param until The stream's clock at the end.
 */
export function tryRules(
  deviceId: string,
  readings: readonly ReadingEvent[],
  rules: RuleSet,
  until: number,
): readonly AlarmEvent[] {
  const events: AlarmEvent[] = [];
  let state = newDevice();
  const sweep = (at: number) => {
    const done = step(deviceId, state, { type: "clock", at, plantSilent: false }, rules);
    state = done.state;
    events.push(...done.events);
  };
  let arrived = readings[0]?.arrivedAt ?? until;
  for (const reading of readings) {
    // The sweeps of a gap are one: what it fires is dated when it was due.
    if (reading.arrivedAt - arrived > SETTLE_MS) sweep(reading.arrivedAt);
    const done = step(deviceId, state, reading, rules);
    state = done.state;
    events.push(...done.events);
    arrived = reading.arrivedAt;
  }
  sweep(until);
  return events;
}

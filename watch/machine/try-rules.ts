import type { RuleSet } from "../rules/rule-set";
import type { AlarmEvent } from "./alarm-event";
import { Trial } from "./trial";
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
  const trial = new Trial(deviceId, rules);
  return [...readings.flatMap((reading) => trial.read(reading)), ...trial.sweep(until)];
}

import { keyOf } from "./alarm-name";
import { EVERY_ALARM, type Shelf } from "./device-state";
import type { Alarm, Turn } from "./turn";

/** Why a raise is not told. Out of service goes before suppressed, suppressed before shelved. */
export interface Overlay {
  readonly reason: string;
  /** When it ends by the clock, at the earliest; absent where something else must happen. */
  readonly until?: number;
}

/** What keeps an alarm's raise from being told at an instant. It never stops the alarm itself. */
export function overlayOf(turn: Turn, alarm: Alarm, at: number): Overlay | undefined {
  const quiet = turn.rules.quietAt(turn.deviceId, at);
  if (quiet) return { reason: `out of service: ${quiet.reason}`, ...endOf(quiet.until) };
  const suppressed = suppressedBy(turn, alarm);
  if (suppressed !== undefined) return { reason: `suppressed by ${suppressed}` };
  const shelf = shelfOf(turn, alarm.key, at);
  return shelf && { reason: `shelved by ${shelf.by}`, ...endOf(shelf.until) };
}

function endOf(until: number | undefined): { readonly until?: number } {
  return until !== undefined && Number.isFinite(until) ? { until } : {};
}

/** What speaks for this alarm: the plant's or the device's silence, or the rule that it is under. */
export function suppressedBy(turn: Turn, { key, state, rule }: Alarm): string | undefined {
  if (state.telling?.ofPlant) return "plant silent";
  const isDeviceSilence = rule.condition.kind === "silent" && keyOf(key).sensorType === "";
  const silence = isDeviceSilence ? undefined : silenceOf(turn, key);
  if (silence !== undefined) return silence;
  return rule.under !== undefined && isHeld(turn, rule.under) ? rule.under : undefined;
}

/** The key of the active silence that an alarm's sensor is in: its own, or the device's. */
export function silenceOf(turn: Turn, key: string): string | undefined {
  const { sensorType } = keyOf(key);
  for (const rule of turn.rules.ofSilence(turn.deviceId)) {
    const silence = rule.sensorType === undefined ? rule.name : `${rule.name}/${sensorType}`;
    const phase = silence === key ? undefined : turn.device.alarms.get(silence)?.phase;
    if (phase === "active") return silence;
  }
  return undefined;
}

/** Whether a rule is active on the device, for whichever sensor. */
function isHeld(turn: Turn, rule: string): boolean {
  return [...turn.device.alarms].some(
    ([key, { phase }]) =>
      keyOf(key).rule === rule && (phase === "active" || phase === "clearing" || phase === "latched"),
  );
}

/** The shelf that an alarm lies on: its own, its rule's, or the device's. */
export function shelfOf({ device }: Pick<Turn, "device">, key: string, at: number): Shelf | undefined {
  return [key, keyOf(key).rule, EVERY_ALARM]
    .map((name) => device.shelves.get(name))
    .find((shelf) => shelf !== undefined && (shelf.until === undefined || shelf.until > at));
}

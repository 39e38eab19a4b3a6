import type { WatchRule } from "../rules/rule";
import { isSameType, silentForMs } from "../rules/rule-set";
import { type AlarmKey, keyText } from "./alarm-name";
import type { DeviceState } from "./device-state";
import { over, raise } from "./occurrence";
import { alarmAt, enter, type Turn } from "./turn";

/** What is stored of the last reading may be this share of `silentFor` old: silence waits that much longer, and is never early. */
export const HEARTBEAT_SHARE = 1 / 5;

/** A rule of silence over the device or one of its sensors, and when it is broken if nothing comes. */
interface Watched {
  readonly key: AlarmKey;
  readonly rule: WatchRule;
  readonly seenAt: number;
  readonly dueAt: number;
}

/** What the device's silence is judged by. A sensor is watched from its own first reading on, the device from when it is expected too. */
export function watchedOf(device: DeviceState, deviceId: string, rules: Turn["rules"]): readonly Watched[] {
  const seenAt = Math.max(device.seenAt ?? Number.NEGATIVE_INFINITY, device.expectedAt ?? Number.NEGATIVE_INFINITY);
  return rules.ofSilence(deviceId).flatMap((rule) => {
    const watched = (sensorType: string, since: number): Watched => ({
      key: { rule: rule.name, sensorType },
      rule,
      seenAt: since,
      dueAt: since + silentForMs(rule) * (1 + HEARTBEAT_SHARE),
    });
    const { sensorType } = rule;
    if (sensorType === undefined) return Number.isFinite(seenAt) ? [watched("", seenAt)] : [];
    return [...device.sensors]
      .filter(([type]) => isSameType(type, sensorType))
      .map(([type, sensor]) => watched(type, sensor.seenAt));
  });
}

/**
 * Raises what is silent at the stream's clock. What waits for a delay is left to its own timer, which knows how long a value holds: silence
 * is found sooner than timers run, and would overtake a delay that was over before it.
 */
export function findSilence(turn: Turn, clock: number, plantSilent: boolean): void {
  for (const { key, rule, seenAt, dueAt } of watchedOf(turn.device, turn.deviceId, turn.rules)) {
    if (clock < dueAt) continue;
    const alarm = alarmAt(turn, keyText(key), rule);
    const { state } = alarm;
    if (state.phase === "active") continue;
    const { backfill } = turn.device;
    // It does send, but nothing that is not old: its clock is wrong, or it empties a buffer.
    if (key.sensorType === "" && backfill !== undefined && backfill.at > seenAt) state.behindMs = backfill.behindMs;
    else delete state.behindMs;
    if (state.phase === "latched") enter(turn, alarm, "active", dueAt);
    else raise(turn, alarm, dueAt, plantSilent);
  }
}

/** A live reading ends the device's silence and its sensor's. */
export function endSilence(turn: Turn, sensorType: string, arrivedAt: number): void {
  for (const rule of turn.rules.ofSilence(turn.deviceId)) {
    if (rule.sensorType !== undefined && !isSameType(rule.sensorType, sensorType)) continue;
    const key = keyText({ rule: rule.name, sensorType: rule.sensorType === undefined ? "" : sensorType });
    const state = turn.device.alarms.get(key);
    if (state?.phase === "active") over(turn, { key, state, rule }, arrivedAt);
  }
}

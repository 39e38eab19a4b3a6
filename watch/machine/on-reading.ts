import { MINUTE_MS, SECOND_MS } from "../rules/duration";
import { QUALITY, QUALITY_RULE, type WatchRule } from "../rules/rule";
import { isSameType } from "../rules/rule-set";
import { keyText } from "./alarm-name";
import { isWatched, type SensorState } from "./device-state";
import { judgeAlarm } from "./judge-alarm";
import { endSilence } from "./silence";
import { retell } from "./telling";
import { fireTimers } from "./timers";
import { alarmAt, alarmsOfSensor, type Turn } from "./turn";
import { judge } from "./verdict";
import type { ReadingEvent } from "./watch-event";

/** A reading that arrives later than this after its own time is backfill: it says how things were, not how they are. */
export const LIVE_WITHIN_MS = 5 * MINUTE_MS;

/** Most sensors of a device that are watched: a device that makes up sensor types must not outgrow its item. */
const MAX_SENSORS = 200;

/** What became of a reading. */
export type ReadingFate = "judged" | "bad quality" | "late" | "backfill" | "unwatched";

/** A reading's turn. The device's own time is the alarm's; a time in the future counts as its arrival. */
export function onReading(turn: Turn, reading: ReadingEvent): ReadingFate {
  const { device, deviceId, rules } = turn;
  const { sensorType, arrivedAt } = reading;
  const time = Math.min(reading.time, arrivedAt);
  // Remembered until the device is expected again: a batch can be handed over once more.
  if (device.forgottenAt !== undefined && arrivedAt <= device.forgottenAt) return "unwatched";
  const judging = rules.ofReadings(deviceId, sensorType);
  if (judging.length === 0 && rules.ofSilence(deviceId).length === 0) return "unwatched";
  if (arrivedAt - time > LIVE_WITHIN_MS) {
    if (isWatched(device)) device.backfill = { at: arrivedAt, behindMs: arrivedAt - time };
    return "backfill";
  }
  device.seenAt = Math.max(device.seenAt ?? 0, arrivedAt);
  const before = device.sensors.get(sensorType);
  endSilence(turn, sensorType, arrivedAt);
  const isKnown = before !== undefined || device.sensors.size < MAX_SENSORS;
  if (!isKnown || !isSensorWatched(turn, sensorType, judging)) {
    retell(turn, time);
    return "unwatched";
  }
  if (before !== undefined && time <= before.time) {
    before.seenAt = Math.max(before.seenAt, arrivedAt);
    return "late";
  }
  fireTimers(turn, alarmsOfSensor(turn, sensorType), time);
  const now: SensorState = { time, seenAt: Math.max(before?.seenAt ?? 0, arrivedAt) };
  device.sensors.set(sensorType, now);
  judgeQuality(turn, reading, time, judging.length > 0);
  if (reading.quality === "bad") {
    const judged = before?.judged ?? before?.time;
    if (judged !== undefined) now.judged = judged;
    if (before?.value !== undefined) now.value = before.value;
    retell(turn, time);
    return "bad quality";
  }
  for (const rule of judging) judgeRule(turn, rule, reading, time, before);
  if (judging.some(({ condition }) => condition.kind === "change")) now.value = reading.value;
  retell(turn, time);
  return "judged";
}

/** Of a device whose silence alone is watched, no sensor is kept. */
function isSensorWatched({ rules, deviceId }: Turn, sensorType: string, judging: readonly WatchRule[]): boolean {
  const ofOwnSilence = (rule: WatchRule) => rule.sensorType !== undefined && isSameType(rule.sensorType, sensorType);
  return judging.length > 0 || rules.ofSilence(deviceId).some(ofOwnSilence);
}

function judgeRule(
  turn: Turn,
  rule: WatchRule,
  { sensorType, value, isAnomaly }: ReadingEvent,
  time: number,
  before: SensorState | undefined,
): void {
  const key = keyText({ rule: rule.name, sensorType });
  const judgedAt = before?.judged ?? before?.time;
  const isGap = judgedAt === undefined || time - judgedAt >= turn.rules.holdMs(turn.deviceId, sensorType, rule);
  const bounds = turn.rules.boundsOf(sensorType);
  const perMinute = isGap || before?.value === undefined ? undefined : rateOf(value - before.value, time - judgedAt);
  const flatMs = rule.condition.kind === "flat" ? flatFor(turn, key, rule, value, time, isGap) : undefined;
  const verdict = judge(rule, { value, isAnomaly, bounds, perMinute, flatMs });
  if (verdict !== undefined) judgeAlarm(turn, key, rule, verdict, time, bounds);
}

/** Change in a minute. Readings closer than a second count as a second apart: noise between two of them is no trend. */
function rateOf(change: number, ms: number): number {
  return (Math.abs(change) * MINUTE_MS) / Math.max(ms, SECOND_MS);
}

/** How long the value has kept to itself. Nobody knows what it did in a gap: only an alarm that is on takes it for the same. */
function flatFor(turn: Turn, key: string, rule: WatchRule, value: number, time: number, isGap: boolean): number {
  const { state } = alarmAt(turn, key, rule);
  const tolerance = rule.condition.kind === "flat" ? rule.condition.tolerance : 0;
  const isSame = state.flat !== undefined && Math.abs(value - state.flat.value) <= tolerance;
  if (state.flat === undefined || !isSame || (isGap && state.phase !== "active"))
    state.flat = { value, since: time, hash: turn.rules.hashOf(rule) };
  return time - state.flat.since;
}

/** The device's own word about its value is an alarm of its own, for sensors that any rule judges. */
function judgeQuality(turn: Turn, { sensorType, value, quality }: ReadingEvent, time: number, isJudged: boolean): void {
  const key = keyText({ rule: QUALITY_RULE, sensorType });
  const isBadQuality = quality === "bad" && isJudged;
  if (!isBadQuality && !turn.device.alarms.has(key)) return;
  const verdict = judge(QUALITY, { value, isAnomaly: false, bounds: {}, isBadQuality });
  if (verdict !== undefined) judgeAlarm(turn, key, QUALITY, verdict, time, {});
}

import type { AnomalyLimit } from "../../contract/variables";
import type { WatchRule } from "../rules/rule";
import { over, raise, settle } from "./occurrence";
import { fleet } from "./timers";
import { type Alarm, alarmAt, enter, happen, type Turn } from "./turn";
import { type Verdict, worse } from "./verdict";

/** Moves an alarm by a verdict: the table of states, row by row. Its timers have fired before. */
export function judgeAlarm(
  turn: Turn,
  key: string,
  rule: WatchRule,
  verdict: Verdict,
  time: number,
  bounds: AnomalyLimit,
): void {
  // Most sensors are well, and nothing is kept of them.
  if (verdict.level !== "bad" && !turn.device.alarms.has(key)) return;
  const alarm = alarmAt(turn, key, rule);
  if (verdict.level === "bad") onBad(turn, alarm, verdict, time, bounds);
  else if (alarm.state.phase === "raising") fleet(turn, alarm, time);
  else if (verdict.level === "between") onBetween(turn, alarm, time);
  else onGood(turn, alarm, time);
}

function onBad(turn: Turn, alarm: Alarm, verdict: Verdict, time: number, bounds: AnomalyLimit): void {
  const { state, rule } = alarm;
  if (state.phase === "returned") {
    happen(turn, alarm, "closed", time, false, { reason: "not acknowledged" });
    enter(turn, alarm, "normal", time);
    settle(alarm);
  }
  const isFirst = state.phase === "normal";
  state.value = verdict.measured;
  state.peak =
    isFirst || state.peak === undefined
      ? verdict.measured
      : worse(rule.condition, bounds, state.peak, verdict.measured);
  if (verdict.limit !== undefined) state.limit = verdict.limit;
  if (isFirst && rule.forMs === 0) raise(turn, alarm, time);
  else if (isFirst) enter(turn, alarm, "raising", time);
  else if (state.phase === "clearing" || state.phase === "latched") enter(turn, alarm, "active", time);
}

function onBetween(turn: Turn, alarm: Alarm, time: number): void {
  if (alarm.state.phase === "clearing") enter(turn, alarm, "active", time);
}

function onGood(turn: Turn, alarm: Alarm, time: number): void {
  if (alarm.state.phase !== "active") return;
  if (alarm.rule.clearForMs === 0) over(turn, alarm, time);
  else enter(turn, alarm, "clearing", time);
}

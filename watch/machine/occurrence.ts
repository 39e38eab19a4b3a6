import { MINUTE_MS } from "../rules/duration";
import { keyOf } from "./alarm-name";
import type { Telling } from "./device-state";
import { tellOrHold } from "./telling";
import { type Alarm, enter, happen, type Turn } from "./turn";

/** The third raise within this time is told as chattering, and so is its end after as long without one. */
export const CHATTER_MS = 15 * MINUTE_MS;
/** Raises within that time which are told one by one. */
const SINGLE_RAISES = 2;

/** A new occurrence begins. `ofPlant`: the plant as a whole is silent, and that is what is told. */
export function raise(turn: Turn, alarm: Alarm, at: number, ofPlant = false): void {
  const { state } = alarm;
  state.n += 1;
  enter(turn, alarm, "active", at);
  state.raisedAt = state.since;
  delete state.acked;
  delete state.overAt;
  delete state.remindedAt;
  const recent = (state.raises ?? []).filter((time) => state.since - time < CHATTER_MS);
  state.raises = [...recent, state.since].slice(-SINGLE_RAISES);
  if (state.telling?.raises !== undefined) {
    state.telling.raises += 1;
    happen(turn, alarm, "raise", state.since, false, { reason: "chattering" });
    return;
  }
  state.telling = {
    n: state.n,
    at: state.since,
    told: false,
    ...(recent.length >= SINGLE_RAISES && { raises: recent.length + 1 }),
    ...(ofPlant && { ofPlant }),
  };
  tellOrHold(turn, alarm, state.since);
}

/** The occurrence is over by itself. */
export function over(turn: Turn, alarm: Alarm, at: number): void {
  const { state, rule } = alarm;
  const { telling } = state;
  const next = rule.latch ? "latched" : rule.acknowledge && state.acked === undefined ? "returned" : "normal";
  enter(turn, alarm, next, at);
  if (telling !== undefined) endOccurrence(turn, alarm, telling);
  if (next === "normal") settle(alarm);
  dropOnceShelves(turn, alarm);
}

/** A told raise has one told end. That of a chattering waits until there is quiet. */
function endOccurrence(turn: Turn, alarm: Alarm, telling: Telling): void {
  const { state } = alarm;
  if (telling.raises === undefined) {
    happen(turn, alarm, "end", state.since, telling.told);
    delete state.telling;
    return;
  }
  happen(turn, alarm, "end", state.since, false, { reason: "chattering" });
  state.overAt = state.since;
}

/** A chattering has been quiet for long enough. */
export function endChattering(turn: Turn, alarm: Alarm, at: number, reason?: string): void {
  const { telling } = alarm.state;
  if (telling?.raises === undefined) return;
  happen(turn, alarm, "end", at, telling.told, {
    n: telling.n,
    raisedAt: telling.at,
    raises: telling.raises,
    ...(reason !== undefined && { reason }),
  });
  delete alarm.state.telling;
  delete alarm.state.overAt;
}

/** The alarm ends because of something else than its sensor: the rule or the device is gone, or judges otherwise. */
export function close(turn: Turn, alarm: Alarm, at: number, reason: string): void {
  const { state } = alarm;
  const { phase, telling } = state;
  if (phase !== "normal") enter(turn, alarm, "normal", at);
  if (phase === "active" || phase === "clearing") {
    if (telling === undefined) happen(turn, alarm, "reset", at, false, { reason });
    else happen(turn, alarm, "end", at, telling.raises === undefined && telling.told, { reason });
  } else if (phase === "returned") happen(turn, alarm, "closed", at, false, { reason });
  else if (phase === "latched") happen(turn, alarm, "reset", at, false, { reason });
  endChattering(turn, alarm, at, reason);
  delete state.telling;
  settle(alarm);
  if (phase === "active" || phase === "clearing") dropOnceShelves(turn, alarm);
}

/** Nothing of an occurrence is kept that a normal alarm has no use for. */
export function settle({ state }: Alarm): void {
  for (const field of ["acked", "raisedAt", "value", "peak", "limit", "remindedAt", "behindMs"] as const)
    delete state[field];
}

/** A shelf without an end holds until the alarm is over. */
function dropOnceShelves(turn: Turn, alarm: Alarm): void {
  for (const key of [alarm.key, keyOf(alarm.key).rule]) {
    const shelf = turn.device.shelves.get(key);
    if (shelf === undefined || shelf.until !== undefined) continue;
    turn.device.shelves.delete(key);
    happen(turn, { ...alarm, key }, "unshelve", alarm.state.since, false, { reason: "over" });
  }
}

import { keyOf } from "./alarm-name";
import { CHATTER_MS, endChattering, over, raise } from "./occurrence";
import { overlayOf } from "./overlay";
import { isUntold, lookedAt, retell } from "./telling";
import { type Alarm, enter, happen, type Turn } from "./turn";

/** Something that is due by the clock alone. */
interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** Fires what is due at an instant or before, in the order of its dates, then of the alarms, each dated when it was due. */
export function fireTimers(turn: Turn, alarms: readonly Alarm[], to: number): void {
  for (;;) {
    const due = alarms
      .map((alarm) => timerOf(turn, alarm, to))
      .filter((timer) => timer !== undefined && timer.at <= to);
    const [first] = due.sort((a, b) => (a?.at ?? 0) - (b?.at ?? 0));
    if (first === undefined) return;
    first.fire();
  }
}

/** When the alarm's next timer is due. */
export function dueOf(turn: Turn, alarm: Alarm): number | undefined {
  return timerOf(turn, alarm, Number.POSITIVE_INFINITY)?.at;
}

/** The next timer of an alarm. `to` is how far the clock has come: reminders that were missed are one. */
function timerOf(turn: Turn, alarm: Alarm, to: number): Timer | undefined {
  const { phase } = alarm.state;
  if (phase === "raising")
    return delayOrGap(turn, alarm, alarm.rule.forMs, {
      delay: (at) => raise(turn, alarm, at),
      gap: (at) => fleet(turn, alarm, at),
    });
  if (phase === "clearing") return earliest(clearing(turn, alarm), untold(turn, alarm));
  if (phase === "active") return earliest(untold(turn, alarm), reminder(turn, alarm, to));
  return chattering(turn, alarm);
}

function clearing(turn: Turn, alarm: Alarm): Timer {
  return delayOrGap(turn, alarm, alarm.rule.clearForMs, {
    delay: (at) => over(turn, alarm, at),
    gap: (at) => enter(turn, alarm, "active", at),
  });
}

/** A phase ends with its delay; but a value holds for so long only, and what comes after is not known. */
function delayOrGap(
  turn: Turn,
  { key, state, rule }: Alarm,
  delayMs: number,
  then: { readonly delay: (at: number) => void; readonly gap: (at: number) => void },
): Timer {
  const { sensorType } = keyOf(key);
  const sensor = turn.device.sensors.get(sensorType);
  const heldSince = sensor?.judged ?? sensor?.time ?? state.since;
  const gapAt = heldSince + turn.rules.holdMs(turn.deviceId, sensorType, rule);
  const delayAt = state.since + delayMs;
  return delayAt <= gapAt
    ? { at: delayAt, fire: () => then.delay(delayAt) }
    : { at: gapAt, fire: () => then.gap(gapAt) };
}

/** A raise that was gone before its delay. */
export function fleet(turn: Turn, alarm: Alarm, at: number): void {
  const { state } = alarm;
  state.fleeting = (state.fleeting ?? 0) + 1;
  enter(turn, alarm, "normal", at);
  for (const field of ["value", "peak", "limit"] as const) delete state[field];
  // It was not quiet: a chattering waits anew.
  if (state.overAt !== undefined) state.overAt = state.since;
}

/** An overlay with an end. */
function untold(turn: Turn, alarm: Alarm): Timer | undefined {
  if (!isUntold(alarm)) return undefined;
  const { telling } = alarm.state;
  const until = overlayOf(turn, alarm, lookedAt(alarm))?.until;
  if (until === undefined) return undefined;
  return {
    at: until,
    fire: () => {
      if (telling) telling.heldAt = until;
      retell(turn, until, [alarm]);
    },
  };
}

function reminder(turn: Turn, alarm: Alarm, to: number): Timer | undefined {
  const { state, rule } = alarm;
  const { remindEveryMs: every } = rule;
  if (every === undefined || state.acked !== undefined || !state.telling?.told) return undefined;
  const from = state.remindedAt ?? state.raisedAt ?? state.since;
  const missed = Number.isFinite(to) ? Math.max(1, Math.floor((to - from) / every)) : 1;
  const at = from + missed * every;
  return {
    at,
    fire: () => {
      state.remindedAt = at;
      if (overlayOf(turn, alarm, at) === undefined) happen(turn, alarm, "reminder", at, true);
    },
  };
}

function chattering(turn: Turn, alarm: Alarm): Timer | undefined {
  const { overAt, telling } = alarm.state;
  if (overAt === undefined || telling?.raises === undefined) return undefined;
  const at = overAt + CHATTER_MS;
  return { at, fire: () => endChattering(turn, alarm, at) };
}

function earliest(one: Timer | undefined, other: Timer | undefined): Timer | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return other.at < one.at ? other : one;
}

import { overlayOf } from "./overlay";
import { type Alarm, alarmsOf, happen, type Turn } from "./turn";

/** Tells the raise that waits to be told, or notes why it is not. */
export function tellOrHold(turn: Turn, alarm: Alarm, at: number): void {
  const overlay = overlayOf(turn, alarm, at);
  const { telling } = alarm.state;
  if (telling === undefined) return;
  const kind = telling.raises === undefined ? "raise" : "chattering";
  telling.told = overlay === undefined;
  happen(turn, alarm, kind, at, telling.told, {
    ...(overlay && { reason: overlay.reason }),
    ...(telling.raises !== undefined && { raises: telling.raises }),
  });
}

/** Whether a raise was not told and still should be: nobody has acknowledged it, and it is not over. */
export function isUntold({ state: { telling, phase, acked } }: Alarm): boolean {
  return telling?.told === false && acked === undefined && (phase === "active" || phase === "clearing");
}

/** Tells each raise, once, whose overlays have ended while it is active. */
export function retell(turn: Turn, at: number, alarms: readonly Alarm[] = alarmsOf(turn)): void {
  for (const alarm of alarms)
    if (isUntold(alarm) && overlayOf(turn, alarm, at) === undefined) tellOrHold(turn, alarm, at);
}

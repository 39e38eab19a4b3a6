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
export function isUntold({ state: { telling, phase, acked } }: Pick<Alarm, "state">): boolean {
  return telling?.told === false && acked === undefined && (phase === "active" || phase === "clearing");
}

/** Until when the overlays of an untold raise have been looked at: what ended before has been told. */
export function lookedAt({ state: { telling, since } }: Alarm): number {
  return Math.max(telling?.at ?? since, telling?.heldAt ?? 0);
}

/** Tells each raise, once, whose overlays have ended while it is active. No raise is told by how things were before it. */
export function retell(turn: Turn, at: number, alarms: readonly Alarm[] = alarmsOf(turn, isUntold)): void {
  for (const alarm of alarms) {
    if (!isUntold(alarm)) continue;
    const now = Math.max(at, lookedAt(alarm));
    if (overlayOf(turn, alarm, now) === undefined) tellOrHold(turn, alarm, now);
  }
}

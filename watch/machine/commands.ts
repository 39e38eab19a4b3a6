import { DAY_MS } from "../rules/duration";
import type { AlarmEvent } from "./alarm-event";
import { keyOf } from "./alarm-name";
import { type Deed, EVERY_ALARM } from "./device-state";
import { close, settle } from "./occurrence";
import { type Alarm, defined, enter, happen, ruleOf, type Turn } from "./turn";
import type { CommandEvent } from "./watch-event";

/** Longest time that a shelf holds: what is away for longer is out of service, and belongs in `watchQuiet`. */
export const MAX_SHELF_MS = 7 * DAY_MS;

/** Why a command was not carried out, for the person who gave it. */
export interface Refusal {
  readonly reason: string;
  /** The occurrence that there is, where another was named. */
  readonly current?: number;
}

/** Carries out what a person asks, or says why not. */
export function onCommand(turn: Turn, command: CommandEvent): Refusal | undefined {
  switch (command.type) {
    case "ack":
      return acknowledge(turn, command);
    case "shelve":
      return shelve(turn, command);
    case "unshelve":
      return unshelve(turn, command);
    case "expect":
      turn.device.expectedAt = command.at;
      delete turn.device.forgottenAt;
      return undefined;
    case "forget":
      forget(turn, command.at, command.reason);
      return undefined;
  }
}

type Ack = Extract<CommandEvent, { type: "ack" }>;

function acknowledge(turn: Turn, { key, n, by, at, note }: Ack): Refusal | undefined {
  const state = turn.device.alarms.get(key);
  const rule = ruleOf(turn, key);
  if (state === undefined || rule === undefined || state.n === 0) return { reason: "there is no such alarm" };
  if (state.n !== n) return { reason: `the current occurrence is #${state.n}`, current: state.n };
  const alarm: Alarm = { key, state, rule };
  const deed: Deed = { by, at, ...defined({ note }) };
  switch (state.phase) {
    case "normal":
    case "raising":
      return { reason: "it is not active", current: state.n };
    case "active":
    case "clearing":
      if (state.acked !== undefined) return undefined;
      state.acked = deed;
      happen(turn, alarm, "ack", at, false, deed);
      return undefined;
    case "returned":
    case "latched": {
      const kind = state.phase === "latched" ? "reset" : "ack";
      enter(turn, alarm, "normal", at);
      happen(turn, alarm, kind, at, kind === "reset", deed);
      settle(alarm);
      return undefined;
    }
  }
}

type Shelve = Extract<CommandEvent, { type: "shelve" }>;

function shelve(turn: Turn, { key, until, by, at, note }: Shelve): Refusal | undefined {
  if (until !== undefined && until <= at) return { reason: "its end is over" };
  if (until !== undefined && until - at > MAX_SHELF_MS)
    return { reason: 'a shelf holds for 7 days at most; what is away for longer belongs in "watchQuiet"' };
  if (until === undefined && key === EVERY_ALARM) return { reason: "the shelf of a device must have an end" };
  turn.device.shelves.set(key, { by, at, ...defined({ until, note }) });
  turn.events.push(shelfEvent(turn, "shelve", key, at, { by, ...defined({ until, note }) }));
  return undefined;
}

type Unshelve = Extract<CommandEvent, { type: "unshelve" }>;

function unshelve(turn: Turn, { key, by, at, note }: Unshelve): Refusal | undefined {
  if (!turn.device.shelves.delete(key)) return { reason: "it is not shelved" };
  turn.events.push(shelfEvent(turn, "unshelve", key, at, { by, ...defined({ note }) }));
  return undefined;
}

/** Takes away the shelves that have ended. */
export function endShelves(turn: Turn, to: number): void {
  for (const [key, { until }] of turn.device.shelves) {
    if (until === undefined || until > to) continue;
    turn.device.shelves.delete(key);
    turn.events.push(shelfEvent(turn, "unshelve", key, until, { reason: "expired" }));
  }
}

function shelfEvent(
  turn: Turn,
  kind: "shelve" | "unshelve",
  key: string,
  at: number,
  said: Partial<AlarmEvent>,
): AlarmEvent {
  return {
    kind,
    key,
    n: turn.device.alarms.get(key)?.n ?? 0,
    at,
    told: false,
    priority: ruleOf(turn, key)?.priority ?? "medium",
    ...said,
  };
}

/** The device is gone: its alarms end, and nothing is expected of it, nor taken from what is still on its way. */
function forget(turn: Turn, at: number, reason: string): void {
  closeAll(turn, at, () => reason);
  turn.device.sensors.clear();
  turn.device.shelves.clear();
  for (const field of ["seenAt", "expectedAt", "backfill", "rejected"] as const) delete turn.device[field];
  turn.device.forgottenAt = at;
}

/** Ends each alarm for which there is a reason. */
export function closeAll(turn: Turn, at: number, reasonOf: (key: string) => string | undefined): void {
  for (const [key, state] of turn.device.alarms) {
    const reason = reasonOf(key);
    if (reason === undefined || (state.phase === "normal" && state.telling === undefined)) continue;
    close(turn, { key, state, rule: ruleOf(turn, key) ?? goneRule(key) }, at, reason);
  }
}

/** Stands for a rule that is deployed no more, while its alarm ends. */
function goneRule(key: string): Alarm["rule"] {
  return {
    name: keyOf(key).rule,
    device: "*",
    condition: { kind: "quality" },
    deadband: 0,
    forMs: 0,
    clearForMs: 0,
    priority: "medium",
    acknowledge: false,
    latch: false,
  };
}

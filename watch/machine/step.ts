import { MINUTE_MS } from "../rules/duration";
import type { RuleSet } from "../rules/rule-set";
import type { AlarmEvent, Transition } from "./alarm-event";
import { closeAll, endShelves, onCommand, type Refusal } from "./commands";
import { copyOf, type DeviceState, isWatched } from "./device-state";
import { onReading, type ReadingFate } from "./on-reading";
import { findSilence, watchedOf } from "./silence";
import { retell } from "./telling";
import { dueOf, fireTimers } from "./timers";
import { alarmsOf, ruleOf, type Turn } from "./turn";
import type { ClockEvent, RejectedEvent, WatchEvent } from "./watch-event";

/** The sweep stays this far behind the stream's clock: a reading on its way is not overtaken by a timer. */
export const SETTLE_MS = MINUTE_MS;

/** A device after an event, and what came of it. */
export interface Step {
  readonly state: DeviceState;
  /** What happened to its alarms, in order: the history, and of it what is told. */
  readonly events: readonly AlarmEvent[];
  readonly transitions: readonly Transition[];
  /** What became of the reading, where the event was one. */
  readonly fate?: ReadingFate;
  /** Why a command was not carried out. */
  readonly refusal?: Refusal;
}

/** The machine: one event at one device. It depends on its arguments alone, and changes none of them. */
export function step(deviceId: string, before: DeviceState, event: WatchEvent, rules: RuleSet): Step {
  const turn = beginTurn(deviceId, before, event, rules);
  const outcome = apply(turn, event);
  return { state: turn.device, events: turn.events, transitions: turn.transitions, ...outcome };
}

/** A turn at a copy of the device, which follows the rules from its first event on. */
export function beginTurn(deviceId: string, before: DeviceState, first: WatchEvent | undefined, rules: RuleSet): Turn {
  const turn: Turn = { deviceId, rules, device: copyOf(before), events: [], transitions: [] };
  if (first !== undefined) followRules(turn, dateOf(first));
  return turn;
}

/** One event of a turn. */
export function apply(turn: Turn, event: WatchEvent): Pick<Step, "fate" | "refusal"> {
  switch (event.type) {
    case "reading":
      return { fate: onReading(turn, event) };
    case "rejected":
      onRejected(turn, event);
      return {};
    case "clock":
      onClock(turn, event);
      return {};
    default: {
      const refusal = onCommand(turn, event);
      retell(turn, event.at);
      return refusal ? { refusal } : {};
    }
  }
}

/** An alarm whose rule is gone, or judges by something else now, ends with that reason. */
function followRules(turn: Turn, at: number): void {
  closeAll(turn, at, (key) => {
    const rule = ruleOf(turn, key);
    if (rule === undefined) return "rule removed";
    const { phase, hash } = turn.device.alarms.get(key) ?? {};
    return phase !== "normal" && hash !== turn.rules.hashOf(rule) ? "rule changed" : undefined;
  });
  for (const [key, state] of turn.device.alarms)
    if (state.flat !== undefined && !isJudgedBy(turn, key, state.flat.hash)) delete state.flat;
}

/** Whether an alarm's rule is the one of a hash: what a value did while another looked at it, or none, is not known. */
function isJudgedBy(turn: Turn, key: string, hash: string | undefined): boolean {
  const rule = ruleOf(turn, key);
  return rule !== undefined && (hash === undefined || hash === turn.rules.hashOf(rule));
}

/** No reading, and no sign of life: only the reason is kept, for when the device is silent. */
function onRejected({ device }: Turn, { arrivedAt, reason }: RejectedEvent): void {
  if (isWatched(device)) device.rejected = { at: arrivedAt, reason };
}

function onClock(turn: Turn, { at, plantSilent }: ClockEvent): void {
  const settled = at - SETTLE_MS;
  fireTimers(turn, alarmsOf(turn), settled);
  // After the timers, which tell at a shelf's end what lay on it.
  endShelves(turn, settled);
  findSilence(turn, at, plantSilent);
  if (!plantSilent) for (const { telling } of turn.device.alarms.values()) delete telling?.ofPlant;
  retell(turn, settled);
}

/** The stream's clock at which a sweep has something to do for the device; undefined where nothing will be due. */
export function nextDue(deviceId: string, device: DeviceState, rules: RuleSet): number | undefined {
  const turn: Turn = { deviceId, rules, device, events: [], transitions: [] };
  const timers = alarmsOf(turn).map((alarm) => dueOf(turn, alarm));
  const shelves = [...device.shelves.values()].map(({ until }) => until);
  const settled = [...timers, ...shelves].map((at) => (at === undefined ? undefined : at + SETTLE_MS));
  const silence = watchedOf(device, deviceId, rules)
    .filter(
      ({ key }) =>
        device.alarms.get(key.sensorType === "" ? key.rule : `${key.rule}/${key.sensorType}`)?.phase !== "active",
    )
    .map(({ dueAt }) => dueAt);
  const due = [...settled, ...silence].filter((at) => at !== undefined);
  return due.length === 0 ? undefined : Math.min(...due);
}

function dateOf(event: WatchEvent): number {
  switch (event.type) {
    case "reading":
      return Math.min(event.time, event.arrivedAt);
    case "rejected":
      return event.arrivedAt;
    default:
      return event.at;
  }
}

import { QUALITY, QUALITY_RULE, type WatchRule } from "../rules/rule";
import type { RuleSet } from "../rules/rule-set";
import type { AlarmEvent, AlarmEventKind, Transition } from "./alarm-event";
import { keyOf, keyText } from "./alarm-name";
import type { AlarmState, DeviceState, Phase } from "./device-state";

/** One event's turn at a device: the state that it changes, and what comes of it. */
export interface Turn {
  readonly deviceId: string;
  readonly rules: RuleSet;
  readonly device: DeviceState;
  readonly events: AlarmEvent[];
  readonly transitions: Transition[];
}

/** An alarm in a turn. */
export interface Alarm {
  readonly key: string;
  readonly state: AlarmState;
  readonly rule: WatchRule;
}

/** The alarm of a rule over a sensor, as new where it never did anything. */
export function alarmAt(turn: Turn, key: string, rule: WatchRule): Alarm {
  let state = turn.device.alarms.get(key);
  if (state === undefined) {
    state = { phase: "normal", n: 0, since: 0 };
    turn.device.alarms.set(key, state);
  }
  return { key, state, rule };
}

/** The rule of an alarm's key as it is deployed now; undefined where it is gone or no longer watches that. */
export function ruleOf(turn: Turn, key: string): WatchRule | undefined {
  const { rule, sensorType } = keyOf(key);
  if (rule === QUALITY_RULE) return QUALITY;
  return turn.rules.find(rule, turn.deviceId, sensorType);
}

/** Every alarm whose rule is still deployed, or those of a kind, in the rules' order. */
export function alarmsOf(turn: Turn, isMeant: (alarm: Pick<Alarm, "state">) => boolean = () => true): readonly Alarm[] {
  const alarms: Alarm[] = [];
  for (const [key, state] of turn.device.alarms) {
    const rule = isMeant({ state }) ? ruleOf(turn, key) : undefined;
    if (rule !== undefined) alarms.push({ key, state, rule });
  }
  return alarms.sort((a, b) => turn.rules.placeOf(a.rule) - turn.rules.placeOf(b.rule));
}

/** Those of one sensor. */
export function alarmsOfSensor({ rules, deviceId, device }: Turn, sensorType: string): readonly Alarm[] {
  return rules.ofSensor(deviceId, sensorType).flatMap((rule) => {
    const key = keyText({ rule: rule.name, sensorType });
    const state = device.alarms.get(key);
    return state === undefined ? [] : { key, state, rule };
  });
}

/** Enters a phase. No phase begins before the one that it follows, whatever order readings come in. */
export function enter(turn: Turn, { key, state, rule }: Alarm, phase: Phase, at: number): void {
  const since = Math.max(at, state.since);
  turn.transitions.push({ key, n: state.n, from: state.phase, to: phase, at: since });
  state.phase = phase;
  state.since = since;
  if (phase === "normal") delete state.hash;
  else state.hash = turn.rules.hashOf(rule);
}

/** What an event says beside what the alarm's state says. */
type Said = Partial<Pick<AlarmEvent, "n" | "reason" | "raises" | "by" | "note" | "raisedAt">>;

/** Notes that something happened to an alarm. */
export function happen(
  turn: Turn,
  { key, state, rule }: Alarm,
  kind: AlarmEventKind,
  at: number,
  told: boolean,
  said: Said = {},
): void {
  const { n, raisedAt, value, peak, limit, acked, behindMs } = state;
  const { seenAt, rejected } = turn.device;
  const isSilence = rule.condition.kind === "silent";
  const event: AlarmEvent = {
    kind,
    key,
    n,
    at: Math.max(at, kind === "raise" || kind === "chattering" ? (raisedAt ?? at) : state.since),
    told,
    priority: rule.priority,
    ...defined({ raisedAt, value, peak, limit, seenAt, by: acked?.by }),
    ...(isSilence && defined({ behindMs, rejected: isAfter(rejected?.at, seenAt) ? rejected?.reason : undefined })),
    ...said,
  };
  turn.events.push(event);
}

function isAfter(at: number | undefined, other: number | undefined): boolean {
  return at !== undefined && at > (other ?? 0);
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The fields that have a value: an absent field is absent, not undefined. */
export function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}

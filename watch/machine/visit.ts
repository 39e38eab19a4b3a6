import { isDeepStrictEqual } from "node:util";
import { type RuleSet, silentForMs } from "../rules/rule-set";
import type { AlarmEvent, Transition } from "./alarm-event";
import type { Refusal } from "./commands";
import { type AlarmState, type DeviceState, newDevice } from "./device-state";
import type { ReadingFate } from "./on-reading";
import { HEARTBEAT_SHARE } from "./silence";
import { apply, beginTurn } from "./step";
import type { WatchEvent } from "./watch-event";

/** The outcome of one visit to a device: several events, decided together. */
export interface Visit {
  readonly state: DeviceState;
  readonly events: readonly AlarmEvent[];
  readonly transitions: readonly Transition[];
  /** What became of each reading. */
  readonly fates: readonly ReadingFate[];
  /** Of the last event. */
  readonly refusal?: Refusal;
  /** Whether the state must be stored: else it is judged again from what is stored, with the same result. */
  readonly mustWrite: boolean;
}

/** Takes a device through events, in their order. */
export function visit(
  deviceId: string,
  stored: DeviceState | undefined,
  happened: readonly WatchEvent[],
  rules: RuleSet,
): Visit {
  const before = stored ?? newDevice();
  // One turn for all: to copy a device of many alarms for each of its readings is what takes the time.
  const turn = beginTurn(deviceId, before, happened[0], rules);
  const outcomes = happened.map((event) => apply(turn, event));
  const { device: state, events, transitions } = turn;
  const fates = outcomes.flatMap(({ fate }) => fate ?? []);
  const refusal = outcomes.at(-1)?.refusal;
  const isOfStream = happened.every(({ type }) => type === "reading" || type === "rejected");
  const mustWrite =
    events.length > 0 ||
    // One that came back within the visit, too: else a duplicate of its readings could raise again.
    transitions.length > 0 ||
    (isOfStream ? isWorthWriting(deviceId, before, state, rules) : !isDeepStrictEqual(before, state));
  return { state, events, transitions, fates, mustWrite, ...(refusal && { refusal }) };
}

/** Most visits change nothing but when a device was seen: that is written now and then. */
function isWorthWriting(deviceId: string, before: DeviceState, after: DeviceState, rules: RuleSet): boolean {
  if (isDeepStrictEqual(before, after)) return false;
  if ([...after.alarms.values()].some(isUnderWay)) return true;
  // A rule is gone, or another one: what it remembered must not come back with it.
  if ([...before.alarms].some(([key, { flat }]) => flat !== undefined && !after.alarms.get(key)?.flat)) return true;
  if ([...after.sensors.keys()].some((type) => hasMemory(deviceId, type, before, after, rules))) return true;
  return rules.ofSilence(deviceId).some((rule) => {
    const isOld = (was: number | undefined, is: number | undefined) =>
      is !== undefined && (was === undefined || is - was >= silentForMs(rule) * HEARTBEAT_SHARE);
    if (rule.sensorType !== undefined)
      return [...after.sensors].some(([type, { seenAt }]) => isOld(before.sensors.get(type)?.seenAt, seenAt));
    return (
      isOld(before.seenAt, after.seenAt) ||
      isOld(before.backfill?.at, after.backfill?.at) ||
      isOld(before.rejected?.at, after.rejected?.at)
    );
  });
}

/** Its last value, its peak and the time up to which it is judged go on. */
function isUnderWay({ phase }: AlarmState): boolean {
  return phase === "raising" || phase === "active" || phase === "clearing";
}

/** Rules that compare a reading with the ones before it need these to be stored. */
function hasMemory(deviceId: string, type: string, before: DeviceState, after: DeviceState, rules: RuleSet): boolean {
  if (before.sensors.get(type)?.time === after.sensors.get(type)?.time) return false;
  return rules.ofReadings(deviceId, type).some(({ condition: { kind } }) => kind === "flat" || kind === "change");
}

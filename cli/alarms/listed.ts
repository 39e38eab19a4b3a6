import type { DeviceState } from "../../watch/machine/device-state";
import { type ListedAlarm, listAlarms } from "../../watch/machine/list-alarms";
import { matchesGlob } from "../../watch/rules/device-glob";
import { PRIORITIES, type Priority } from "../../watch/rules/rule";
import type { Watch } from "./watch";
import { shelfName } from "./words";

/** Which alarms are wanted; what is undefined or false asks for nothing. */
export interface Wanted {
  /** A device's name, with `*` and `?`. */
  readonly device?: string | undefined;
  readonly priority?: Priority | undefined;
  /** Only those on a shelf. */
  readonly shelved?: boolean;
  /** Only those of silence. */
  readonly silent?: boolean;
}

/** A shelf as a person sees it. */
export interface ListedShelf {
  /** The device, its rule or its alarm that lies on it. */
  readonly shelf: string;
  readonly by: string;
  readonly at: number;
  /** Absent: until the alarm is over. */
  readonly until?: number;
  readonly reason?: string;
}

/** The alarms that are not normal at an instant, the highest priority first, of these the newest, and the shelves. */
export async function readListed(
  { store, rules }: Pick<Watch, "store" | "rules">,
  wanted: Wanted,
  now: number,
): Promise<{ readonly alarms: readonly ListedAlarm[]; readonly shelves: readonly ListedShelf[] }> {
  const { device = "*" } = wanted;
  const names = isGlob(device)
    ? (await store.listed()).map(({ deviceId }) => deviceId).filter((name) => matchesGlob(device, name))
    : [device];
  const devices = [...(await store.read(names, "strong"))];
  const alarms = devices
    .flatMap(([deviceId, { state }]) => listAlarms(deviceId, state, rules, now))
    .filter((alarm) => wanted.priority === undefined || alarm.priority === wanted.priority)
    .filter((alarm) => !wanted.shelved || alarm.shelved === true)
    .filter(
      ({ device, rule, sensorType = "" }) =>
        !wanted.silent || rules.find(rule, device, sensorType)?.condition.kind === "silent",
    )
    .sort(byImportance);
  const shelves = devices.flatMap(([deviceId, { state }]) => shelvesOf(deviceId, state, now));
  return { alarms, shelves: shelves.sort((a, b) => (a.until ?? 0) - (b.until ?? 0)) };
}

/** The shelves of a device that hold at an instant. */
export function shelvesOf(deviceId: string, { shelves }: DeviceState, now: number): readonly ListedShelf[] {
  return [...shelves]
    .filter(([, { until }]) => until === undefined || until > now)
    .map(([key, { by, at, until, note }]) => ({
      shelf: shelfName(deviceId, key),
      by,
      at,
      ...(until !== undefined && { until }),
      ...(note !== undefined && { reason: note }),
    }));
}

/** An alarm as the contract has it: an end says that it is shelved. */
export function asContract({ shelved, ...alarm }: ListedAlarm): object {
  return shelved && alarm.shelvedUntil === undefined ? { ...alarm, shelved } : alarm;
}

/** Whether an alarm is active that nobody has acknowledged, and that nothing keeps from being told. */
export function needsSomebody({ state, acknowledgedBy, shelved, suppressedBy }: ListedAlarm): boolean {
  const isActive = state === "active" || state === "clearing";
  return isActive && acknowledgedBy === undefined && shelved === undefined && suppressedBy === undefined;
}

function isGlob(device: string): boolean {
  return /[*?]/.test(device);
}

function byImportance(a: ListedAlarm, b: ListedAlarm): number {
  return (
    PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority) ||
    (b.raisedAt ?? b.since) - (a.raisedAt ?? a.since) ||
    (a.alarm < b.alarm ? -1 : 1)
  );
}

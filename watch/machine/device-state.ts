/** All times are milliseconds since the epoch. `time` is a reading's own, `At` of an arrival the stream's. */

/** What is known of a sensor. */
export interface SensorState {
  /** The newest time of a reading: what is not newer is a duplicate, or late. */
  time: number;
  /** Arrival of the newest live reading. */
  seenAt: number;
  /** Its value, where a rule compares with it. */
  value?: number;
  /** The last time whose value was judged, where a later one was of bad quality. */
  judged?: number;
}

/** Phases of an alarm. `active` and `clearing` may be acknowledged beside. */
export type Phase = "normal" | "raising" | "active" | "clearing" | "returned" | "latched";

/** Who did something, when and why. */
export interface Deed {
  readonly by: string;
  readonly at: number;
  readonly note?: string;
}

/** The raise whose telling waits for its end: of one occurrence, or of a chattering that spans several. */
export interface Telling {
  /** The occurrence that it is about. */
  readonly n: number;
  readonly at: number;
  /** Whether people and machines were told: then they are told the end. */
  told: boolean;
  /** Raises of a chattering; absent for a single occurrence. */
  raises?: number;
  /** Until when its overlays have been looked at, while it is not told. */
  heldAt?: number;
  /** Held back because the plant is silent, until a sweep says otherwise. */
  ofPlant?: boolean;
}

/** One rule over one sensor of the device. */
export interface AlarmState {
  phase: Phase;
  /** Occurrences so far; the current one's number while there is one. */
  n: number;
  /** When the phase began. */
  since: number;
  /** What the rule judged by when the phase began: another condition ends the alarm. */
  hash?: string;
  raisedAt?: number;
  /** What the condition measured last while it was broken, its worst, and the limit that it broke. */
  value?: number;
  peak?: number;
  limit?: number;
  acked?: Deed;
  telling?: Telling;
  /** Times of the last raises: the third within a while is chattering. */
  raises?: number[];
  /** When the last occurrence was over, while a chattering waits for quiet. */
  overAt?: number;
  remindedAt?: number;
  /** Raises that were gone before their delay. */
  fleeting?: number;
  /** The value that the sensor keeps to, and since when, where the rule watches for that, and what that rule judges by. */
  flat?: { value: number; since: number; hash?: string };
  /** A device that sends nothing but old readings: how far it is behind. */
  behindMs?: number;
}

/** A shelf: raises of the rule, of one sensor under it, or of the whole device are not told. */
export interface Shelf extends Deed {
  /** When it ends; absent: once the alarm is over. */
  readonly until?: number;
}

/** A device as it is stored: what the next event is judged with. */
export interface DeviceState {
  /** Arrival of the newest live reading. */
  seenAt?: number;
  /** Since when it is expected, where it was added before it spoke. */
  expectedAt?: number;
  /** When it was removed: what had arrived by then does not make it watched again. */
  forgottenAt?: number;
  /** The last readings that came too old to be judged, and how old they were. */
  backfill?: { at: number; behindMs: number };
  /** The last record that was no reading, and why. */
  rejected?: { at: number; reason: string };
  /** By sensor type. */
  sensors: Map<string, SensorState>;
  /** By alarm key. */
  alarms: Map<string, AlarmState>;
  /** By alarm key, rule, or `EVERY_ALARM`. */
  shelves: Map<string, Shelf>;
}

/** The shelf of a whole device. */
export const EVERY_ALARM = "*";

/** What is known of a device before its first reading: nothing. */
export function newDevice(): DeviceState {
  return { sensors: new Map(), alarms: new Map(), shelves: new Map() };
}

/** Whether silence of the device would be noticed: it has spoken, or is expected to. */
export function isWatched({ seenAt, expectedAt }: DeviceState): boolean {
  return seenAt !== undefined || expectedAt !== undefined;
}

/** A copy that can be written to without changing the first. */
export function copyOf(state: DeviceState): DeviceState {
  return {
    ...state,
    ...(state.backfill && { backfill: { ...state.backfill } }),
    ...(state.rejected && { rejected: { ...state.rejected } }),
    sensors: new Map([...state.sensors].map(([type, sensor]) => [type, { ...sensor }])),
    alarms: new Map([...state.alarms].map(([key, alarm]) => [key, copyOfAlarm(alarm)])),
    shelves: new Map(state.shelves),
  };
}

function copyOfAlarm(alarm: AlarmState): AlarmState {
  return {
    ...alarm,
    ...(alarm.telling && { telling: { ...alarm.telling } }),
    ...(alarm.flat && { flat: { ...alarm.flat } }),
    ...(alarm.raises && { raises: [...alarm.raises] }),
  };
}

import { DUE_BUCKETS, LISTED_BUCKETS, STATE_ITEM, WATCH_ATTRIBUTE } from "../../contract/watch";
import { keyOf } from "../machine/alarm-name";
import { type AlarmState, type DeviceState, isWatched, type SensorState } from "../machine/device-state";
import { defined } from "../machine/turn";
import { DAY_MS, SECOND_MS } from "../rules/duration";
import { QUALITY_RULE } from "../rules/rule";
import type { RuleSet } from "../rules/rule-set";
import type { Plain, PlainMap } from "./attribute";
import { entryIn, entryOut } from "./plant-item";
import type { StoredDevice } from "./stored-device";

/** Short names: each KB of an item is another write unit, and a quiet device has nothing to say. */
const ALARM_FIELDS = {
  phase: "p",
  n: "n",
  since: "s",
  hash: "h",
  raisedAt: "r",
  value: "v",
  peak: "x",
  limit: "l",
  acked: "k",
  telling: "t",
  raises: "c",
  overAt: "o",
  remindedAt: "m",
  fleeting: "f",
  flat: "q",
  behindMs: "b",
} as const satisfies Record<keyof AlarmState, string>;
const SENSOR_FIELDS = { time: "t", seenAt: "a", value: "v", judged: "j" } as const satisfies Record<
  keyof SensorState,
  string
>;

/** How long it is remembered that a device was removed: a record that is an hour old is judged no more. */
const FORGOTTEN_FOR_MS = DAY_MS;

/** The device's item, with the keys of the sparse indexes. */
export function deviceItem(deviceId: string, stored: StoredDevice, rules: RuleSet): PlainMap {
  const { version, state, outbox, dueAt } = stored;
  const { seenAt, expectedAt, forgottenAt, backfill, rejected, sensors, alarms, shelves } = state;
  return {
    [WATCH_ATTRIBUTE.deviceId]: deviceId,
    [WATCH_ATTRIBUTE.item]: STATE_ITEM,
    version,
    ...defined({ seenAt, expectedAt, forgottenAt, backfill, rejected }),
    ...mapOf("sensors", sensors, (sensor) => shorten(sensor, SENSOR_FIELDS)),
    ...mapOf("alarms", alarms, (alarm) => shorten(alarm, ALARM_FIELDS)),
    ...mapOf("shelves", shelves, (shelf) => ({ ...shelf })),
    ...(outbox.size > 0 && { outbox: [...outbox.values()].map(entryOut) }),
    ...(dueAt !== undefined && {
      [WATCH_ATTRIBUTE.dueBucket]: bucketOf(deviceId, DUE_BUCKETS),
      [WATCH_ATTRIBUTE.dueAt]: dueAt,
    }),
    ...listing(deviceId, state, rules),
    ...expiry(stored),
  };
}

/** A removed device of which nothing else is known. What numbers occurrences is kept: an old number must not name a new one. */
function expiry({ state, outbox }: StoredDevice): PlainMap {
  const { forgottenAt, alarms, shelves } = state;
  if (forgottenAt === undefined || isWatched(state) || alarms.size + shelves.size + outbox.size > 0) return {};
  return { [WATCH_ATTRIBUTE.expirationTime]: Math.ceil((forgottenAt + FORGOTTEN_FOR_MS) / SECOND_MS) };
}

/** The device in an item. */
export function storedDevice(item: PlainMap): StoredDevice {
  const { seenAt, expectedAt, forgottenAt, backfill, rejected, dueAt } = item;
  const state = {
    ...defined({ seenAt, expectedAt, forgottenAt, backfill, rejected }),
    sensors: entriesOf(item.sensors, (sensor) => lengthen(sensor, SENSOR_FIELDS)),
    alarms: entriesOf(item.alarms, (alarm) => lengthen(alarm, ALARM_FIELDS)),
    shelves: entriesOf(item.shelves, (shelf) => shelf),
  } as unknown as DeviceState;
  const entries = ((item.outbox ?? []) as readonly PlainMap[]).map(entryIn);
  return {
    version: Number(item.version ?? 0),
    state,
    outbox: new Map(entries.map((entry) => [entry.id, entry])),
    ...(dueAt !== undefined && { dueAt: Number(dueAt) }),
  };
}

/** What a list of alarms shows is found by an index; what is normal is not in it. */
function listing(deviceId: string, { alarms, shelves }: DeviceState, rules: RuleSet): PlainMap {
  const shown = [...alarms].filter(([, { phase }]) => phase !== "normal");
  if (shown.length === 0 && shelves.size === 0) return {};
  const raised = shown.flatMap(([, { phase, raisedAt }]) =>
    (phase === "active" || phase === "clearing") && raisedAt !== undefined ? [raisedAt] : [],
  );
  const isSilent = shown.some(([key, { phase }]) => {
    const { rule, sensorType } = keyOf(key);
    const condition = rule === QUALITY_RULE ? undefined : rules.find(rule, deviceId, sensorType)?.condition;
    return phase === "active" && sensorType === "" && condition?.kind === "silent";
  });
  return {
    [WATCH_ATTRIBUTE.listed]: bucketOf(deviceId, LISTED_BUCKETS),
    [WATCH_ATTRIBUTE.raised]: raised,
    [WATCH_ATTRIBUTE.shelved]: shelves.size,
    [WATCH_ATTRIBUTE.silent]: isSilent,
  };
}

/** A device is always in the same bucket. 32-bit FNV-1a, as the hot tier's shards. */
export function bucketOf(deviceId: string, buckets: number): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < deviceId.length; i++) hash = Math.imul(hash ^ deviceId.charCodeAt(i), 0x01000193);
  return String((hash >>> 0) % buckets).padStart(String(buckets - 1).length, "0");
}

function mapOf<Value>(
  name: string,
  map: ReadonlyMap<string, Value>,
  encode: (value: Value) => PlainMap,
): { readonly [name: string]: PlainMap } {
  return map.size === 0 ? {} : { [name]: Object.fromEntries([...map].map(([key, value]) => [key, encode(value)])) };
}

function entriesOf(map: Plain | undefined, decode: (value: PlainMap) => PlainMap): Map<string, PlainMap> {
  return new Map(Object.entries((map ?? {}) as PlainMap).map(([key, value]) => [key, decode(value as PlainMap)]));
}

function shorten<T extends object>(value: T, names: Readonly<Record<keyof T, string>>): PlainMap {
  return Object.fromEntries(
    Object.entries(value).map(([field, content]) => [names[field as keyof T], content as Plain]),
  );
}

function lengthen(value: PlainMap, names: Readonly<Record<string, string>>): PlainMap {
  return Object.fromEntries(
    Object.entries(names).flatMap(([field, short]) => (value[short] === undefined ? [] : [[field, value[short]]])),
  );
}

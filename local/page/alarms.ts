import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { parseAlarmName } from "../../watch/machine/alarm-name";
import { listAlarms } from "../../watch/machine/list-alarms";
import type { CommandEvent } from "../../watch/machine/watch-event";
import type { Condition } from "../../watch/rules/rule";
import type { RuleSet } from "../../watch/rules/rule-set";
import { command } from "../../watch/store/command";
import type { WatchStore } from "../../watch/store/watch-store";
import { deviceHistory } from "../accounting/watch/history-read-back";
import type { AlarmDeed, DeviceAlarms, ShownAlarm, ShownLimit } from "./shown";

/** What became of a deed: done, or why not. */
export type DeedDone = { readonly ok: true } | { readonly ok: false; readonly problem: string };

/** The device watch, as the page asks it. */
export interface PageAlarms {
  readonly list: () => Promise<readonly ShownAlarm[]>;
  /** Limits and occurrences of a device, for its charts. */
  readonly ofDevice: (deviceId: string) => Promise<DeviceAlarms>;
  /** @param deed As it came: it is checked here. */
  readonly carryOut: (deed: unknown) => Promise<DeedDone>;
}

/** The watch's part that the page asks. */
interface Asked {
  readonly rules: RuleSet;
  readonly store: WatchStore;
}

/** What a person may write, at most. */
const MAX_WORDS = 200;

/** Asks the device watch, and does what a person asks of it, through the same rules and version check as the watch itself. */
export function pageAlarms({ rules, store }: Asked, client: DynamoDBDocumentClient, table: string): PageAlarms {
  return {
    list: async () => {
      const listed = await store.listed();
      const states = await store.read(
        listed.map(({ deviceId }) => deviceId),
        "strong",
      );
      const now = Date.now();
      const alarms = [...states].flatMap(([deviceId, { state }]) => listAlarms(deviceId, state, rules, now));
      return alarms.sort((a, b) => b.since - a.since || (a.alarm < b.alarm ? -1 : 1));
    },
    ofDevice: async (deviceId) => ({
      limits: rules.rules.flatMap(({ name, sensorType, condition }): ShownLimit[] => {
        const limit = limitsOf(condition, rules.boundsOf(sensorType ?? ""));
        const isWatched = sensorType !== undefined && rules.find(name, deviceId, sensorType) !== undefined;
        return isWatched && limit ? [{ rule: name, sensorType, ...limit }] : [];
      }),
      occurrences: await deviceHistory(client, table, deviceId),
    }),
    carryOut: async (given) => {
      const deed = deedOf(given);
      if (deed === undefined) return { ok: false, problem: "a deed must name an alarm, what to do, and who does it" };
      const { deviceId, event } = deed;
      const done = await command(deviceId, event, { store, rules });
      return done.ok ? done : { ok: false, problem: done.refusal.reason };
    },
  };
}

/** The limits of a condition that has any. */
function limitsOf(condition: Condition, { min, max }: { min?: number; max?: number }) {
  switch (condition.kind) {
    case "above":
      return { high: condition.limit };
    case "below":
      return { low: condition.limit };
    case "outside":
      return { low: condition.low, high: condition.high };
    case "anomaly":
      return { ...(min !== undefined && { low: min }), ...(max !== undefined && { high: max }) };
    default:
      return undefined;
  }
}

function deedOf(given: unknown): { readonly deviceId: string; readonly event: CommandEvent } | undefined {
  const { alarm, deed, by, note, forMs } = (typeof given === "object" && given !== null ? given : {}) as Partial<
    Record<keyof AlarmDeed, unknown>
  >;
  const named = typeof alarm === "string" ? parseAlarmName(alarm) : undefined;
  if (named === undefined || named.key === "" || !isLine(by) || by === "") return undefined;
  const { deviceId, key, n } = named;
  const said = { key, by, at: Date.now(), ...(isLine(note) && note !== "" && { note }) };
  if (deed === "ack" && n !== undefined) return { deviceId, event: { type: "ack", n, ...said } };
  if (deed === "unshelve") return { deviceId, event: { type: "unshelve", ...said } };
  const isDuration = typeof forMs === "number" && Number.isSafeInteger(forMs) && forMs > 0;
  return deed === "shelve" && isDuration
    ? { deviceId, event: { type: "shelve", until: said.at + forMs, ...said } }
    : undefined;
}

function isLine(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_WORDS;
}

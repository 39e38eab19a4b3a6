import { alarmName, keyOf } from "../../watch/machine/alarm-name";
import { spokenDuration } from "../../watch/rules/duration";
import type { HistoryLine } from "../../watch/store/history-item";
import type { Answer } from "../kit/output";
import type { TriedEvent } from "./tried";
import { moment } from "./words";

/** An occurrence that the rules would have raised. */
interface Occurrence {
  readonly alarm: string;
  readonly deviceId: string;
  readonly rule: string;
  readonly raisedAt: number;
  endedAt: number | undefined;
  peak: number | undefined;
  /** Why it is not told; undefined where it is. */
  untold: string | undefined;
}

/** The events as lines of the history. Reminders are in no history. */
export function triedLines(events: readonly TriedEvent[]): readonly HistoryLine[] {
  return events
    .filter(({ event }) => event.kind !== "reminder")
    .map(({ deviceId, event: { kind, key, n, at, told, reason } }) => ({
      alarm: alarmName(deviceId, key, n),
      event: kind === "closed" ? "end" : kind,
      at,
      told,
      ...(reason !== undefined && { reason }),
    }))
    .sort((a, b) => a.at - b.at);
}

/** The occurrences, in the order in which they were raised. */
export function triedOccurrences(events: readonly TriedEvent[]): readonly Occurrence[] {
  const found = new Map<string, Occurrence>();
  for (const { deviceId, event } of events) {
    const { kind, key, n, at, told, reason, raisedAt = at, peak, raises } = event;
    const alarm = alarmName(deviceId, key, n);
    const known = found.get(alarm);
    if (kind === "raise" || kind === "chattering") {
      const { rule } = keyOf(key);
      const occurrence = known ?? { alarm, deviceId, rule, raisedAt, endedAt: undefined, peak, untold: undefined };
      occurrence.untold = told ? undefined : (reason ?? "");
      found.set(alarm, occurrence);
    } else if (kind === "end" && known !== undefined && raises === undefined) {
      known.endedAt = at;
      known.peak = peak ?? known.peak;
    }
  }
  return [...found.values()].sort((a, b) => a.raisedAt - b.raisedAt);
}

/** Occurrences as a table. */
export function occurrenceRows(occurrences: readonly Occurrence[], until: number): Answer {
  return {
    columns: ["raised", "alarm", "lasted", "peak", "told"],
    rows: occurrences.map(({ alarm, raisedAt, endedAt, peak, untold }) => [
      moment(raisedAt),
      alarm,
      endedAt === undefined ? `${spokenDuration(until - raisedAt)}, still active` : spokenDuration(endedAt - raisedAt),
      peak,
      untold === undefined ? "yes" : `no: ${untold}`,
    ]),
  };
}

/** What each rule would have raised, also where that is nothing. */
export function ruleRows(occurrences: readonly Occurrence[], rules: readonly string[], hours: number): Answer {
  const names = new Set([...rules, ...occurrences.map(({ rule }) => rule)]);
  return {
    columns: ["rule", "raises", "told", "told per hour", "devices"],
    rows: [...names].map((name) => {
      const own = occurrences.filter(({ rule }) => rule === name);
      const told = own.filter(({ untold }) => untold === undefined).length;
      const devices = new Set(own.map(({ deviceId }) => deviceId)).size;
      return [name, own.length, told, Number((told / hours).toFixed(2)), devices];
    }),
  };
}

import { OCCURRENCE_PREFIX, SHELF_PREFIX } from "../../contract/watch";
import type { AlarmEvent } from "../machine/alarm-event";
import { alarmName, keyOf } from "../machine/alarm-name";
import { defined } from "../machine/turn";
import { DAY_MS, SECOND_MS } from "../rules/duration";
import type { PlainMap } from "./attribute";

/** How long the history is kept. */
const HISTORY_DAYS = 365;

/** A change of a history or shelf item. Made twice it changes nothing. */
export type HistoryWrite =
  | { readonly kind: "set"; readonly item: string; readonly fields: PlainMap }
  | { readonly kind: "delete"; readonly item: string };

/** What an event writes into the history. */
export function historyWrites(event: AlarmEvent): readonly HistoryWrite[] {
  const { kind, key, at, n } = event;
  const expirationTime = Math.floor(at / SECOND_MS) + (HISTORY_DAYS * DAY_MS) / SECOND_MS;
  if (kind === "shelve" || kind === "unshelve") return shelfWrites(event, expirationTime);
  const { rule, sensorType } = keyOf(key);
  const item = `${OCCURRENCE_PREFIX}${time(event.raisedAt ?? at)}#${rule}#${sensorType}#${n}`;
  return [{ kind: "set", item, fields: { key, n, priority: event.priority, expirationTime, ...fieldsOf(event) } }];
}

function fieldsOf({
  kind,
  at,
  told,
  reason,
  by,
  note,
  value,
  peak,
  limit,
  raises,
  raisedAt,
  behindMs,
}: AlarmEvent): PlainMap {
  const measured = defined({ value, peak, limit, behindMs });
  const since = { raisedAt: raisedAt ?? at };
  switch (kind) {
    case "raise":
    case "chattering":
      // The first line of an occurrence says why it was not told; that it is told later is a line of its own.
      return told && at > (raisedAt ?? at)
        ? { toldAt: at, ...since, ...measured }
        : {
            ...since,
            raiseTold: told,
            ...defined({ raiseReason: reason }),
            ...(kind === "chattering" && { chattering: true }),
            ...measured,
          };
    case "end":
      return raises === undefined
        ? { endedAt: at, endTold: told, ...defined({ endReason: reason }), ...measured }
        : { quietAt: at, quietTold: told, raises, ...defined({ endReason: reason }) };
    case "ack":
      return { ackedAt: at, ...defined({ ackedBy: by, ackNote: note }) };
    case "reset":
      return { resetAt: at, resetTold: told, ...defined({ resetBy: by, resetNote: note, resetReason: reason }) };
    case "closed":
      return { closedAt: at, ...defined({ closedReason: reason }) };
    default:
      return {};
  }
}

/** A line for the history, and the shelf itself while it holds. */
function shelfWrites(
  { kind, key, at, by, note, reason, until }: AlarmEvent,
  expirationTime: number,
): readonly HistoryWrite[] {
  const line: HistoryWrite = {
    kind: "set",
    item: `${OCCURRENCE_PREFIX}${time(at)}#${key}#${kind}`,
    fields: { key, shelf: kind, at, expirationTime, ...defined({ by, note, reason, until }) },
  };
  const item = `${SHELF_PREFIX}${key}`;
  if (kind === "unshelve") return [line, { kind: "delete", item }];
  // Its own end removes it, should nobody else.
  const expires = until === undefined ? expirationTime : Math.floor(until / SECOND_MS);
  return [line, { kind: "set", item, fields: { key, at, expirationTime: expires, ...defined({ by, note, until }) } }];
}

/** Thirteen digits, so that the text's order is the time's. */
function time(at: number): string {
  return String(Math.max(0, at)).padStart(13, "0");
}

/** A line of `iot alarms history --json`. */
export interface HistoryLine {
  readonly alarm: string;
  readonly event: string;
  readonly at: number;
  readonly told: boolean;
  readonly reason?: string;
}

/** The lines that an item of the history stands for, in their order. */
export function historyLines(deviceId: string, item: PlainMap): readonly HistoryLine[] {
  const key = String(item.key);
  const line = (event: string, at: unknown, told: unknown, reason: unknown): HistoryLine[] =>
    at === undefined
      ? []
      : [
          {
            alarm:
              key === "*" ? deviceId : alarmName(deviceId, key, item.shelf === undefined ? Number(item.n) : undefined),
            event,
            at: Number(at),
            told: told === true,
            ...(reason !== undefined && { reason: String(reason) }),
          },
        ];
  if (item.shelf !== undefined) return line(String(item.shelf), item.at, false, item.reason ?? item.note);
  const raise = item.chattering === true ? "chattering" : "raise";
  return [
    ...(item.raiseTold === undefined ? [] : line(raise, item.raisedAt, item.raiseTold, item.raiseReason)),
    ...line(raise, item.toldAt, true, undefined),
    ...line("ack", item.ackedAt, false, item.ackNote),
    ...line("end", item.endedAt, item.endTold, item.endReason),
    ...line("end", item.quietAt, item.quietTold, item.endReason),
    ...line("reset", item.resetAt, item.resetTold, item.resetNote ?? item.resetReason),
    ...line("end", item.closedAt, false, item.closedReason),
  ].sort((a, b) => a.at - b.at);
}

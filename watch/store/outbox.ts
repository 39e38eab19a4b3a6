import type { AlarmEvent } from "../machine/alarm-event";
import { alarmName } from "../machine/alarm-name";

/** Where an event goes: into the history, to machines, to people. */
export const CHANNELS = ["history", "feed", "mail"] as const;
/** One of the ways that an event goes. */
export type Channel = (typeof CHANNELS)[number];

/** An event on its way, and where it has not been yet. */
export interface OutboxEntry {
  /** The same for every attempt: who receives it twice knows it again. */
  readonly id: string;
  readonly event: AlarmEvent;
  readonly pending: readonly Channel[];
}

/** By id, in the order in which they happened. */
export type Outbox = ReadonlyMap<string, OutboxEntry>;

/** Most entries that a device's item holds. */
export const MAX_OUTBOX = 50;

/** The outbox with what happened now. What finds no room is dropped: first history alone, then pairs of which nobody was told. */
export function withEvents(
  outbox: Outbox,
  deviceId: string,
  events: readonly AlarmEvent[],
): { readonly outbox: Outbox; readonly dropped: number } {
  const all = new Map(outbox);
  for (const event of events) {
    const pending = channelsOf(event);
    const id = noticeId(deviceId, event);
    if (pending.length > 0) all.set(id, { id, event, pending });
  }
  for (const together of droppable(all)) {
    if (all.size <= MAX_OUTBOX) break;
    for (const { id } of together) all.delete(id);
  }
  return { outbox: all, dropped: Math.max(0, outbox.size + countNew(outbox, deviceId, events) - all.size) };
}

/** A notice's identity: the alarm, the occurrence, what happened and when. */
export function noticeId(deviceId: string, { key, n, kind, at }: AlarmEvent): string {
  return `${alarmName(deviceId, key, n)}:${kind}:${at}`;
}

/** The outbox without what has arrived. */
export function without(outbox: Outbox, arrived: ReadonlyMap<string, readonly Channel[]>): Outbox {
  const left = new Map<string, OutboxEntry>();
  for (const [id, entry] of outbox) {
    const pending = entry.pending.filter((channel) => !arrived.get(id)?.includes(channel));
    if (pending.length > 0) left.set(id, { ...entry, pending });
  }
  return left;
}

function channelsOf({ kind, told }: AlarmEvent): readonly Channel[] {
  const isDeed = kind === "ack" || kind === "shelve" || kind === "unshelve" || kind === "reset";
  const isMailed = told && kind !== "ack";
  return CHANNELS.filter((channel) => {
    if (channel === "history") return kind !== "reminder";
    return channel === "feed" ? told || isDeed : isMailed;
  });
}

function countNew(outbox: Outbox, deviceId: string, events: readonly AlarmEvent[]): number {
  const ids = new Set(events.filter((event) => channelsOf(event).length > 0).map((event) => noticeId(deviceId, event)));
  return [...ids].filter((id) => !outbox.has(id)).length;
}

/** What can be spared, the least first. A raise that was told and its end are spared together or not at all. */
function droppable(all: Outbox): readonly (readonly OutboxEntry[])[] {
  const entries = [...all.values()];
  const untold = entries.filter(({ event }) => !event.told);
  const isUnsent = ({ pending, event }: OutboxEntry) =>
    event.told && pending.includes("mail") && pending.includes("feed");
  const isRaise = ({ kind }: AlarmEvent) => kind === "raise" || kind === "chattering";
  const pairs = entries
    .filter((entry) => isRaise(entry.event) && isUnsent(entry))
    .map((raise) => {
      const isItsEnd = ({ event: { kind, key, n, told } }: OutboxEntry) =>
        kind === "end" && told && key === raise.event.key && n === raise.event.n;
      const end = entries.find((entry) => isItsEnd(entry) && isUnsent(entry));
      return end === undefined ? [] : [raise, end];
    });
  const reminders = entries.filter(({ event }) => event.kind === "reminder");
  return [...[...untold, ...reminders].map((entry) => [entry]), ...pairs];
}

import type { AlarmEvent } from "../machine/alarm-event";
import type { MailState } from "../machine/mail-governor";
import type { PlantState } from "../machine/plant";
import type { PlainMap } from "./attribute";
import type { Channel, OutboxEntry } from "./outbox";
import type { Look, StoredMail, StoredPlant, Watermark } from "./watch-store";

/** What is stored of the plant as a whole, the mail's pace and a shard's watermark; the keys are the store's to add. */
export function plantItem({ version, plant, n, outbox, rules, watchedFrom, look }: StoredPlant): PlainMap {
  return {
    version,
    n,
    rules,
    watchedFrom,
    look: look && { ...look },
    plant: { ...plant } as PlainMap,
    ...(outbox.size > 0 && { outbox: [...outbox.values()].map(entryOut) }),
  };
}

/** The inverse of `plantItem`. */
export function storedPlant(item: PlainMap): StoredPlant {
  const entries = ((item.outbox ?? []) as readonly PlainMap[]).map(entryIn);
  return {
    version: Number(item.version ?? 0),
    plant: (item.plant ?? {}) as PlantState,
    n: Number(item.n ?? 0),
    outbox: new Map(entries.map((entry) => [entry.id, entry])),
    rules: String(item.rules ?? ""),
    ...(item.watchedFrom !== undefined && { watchedFrom: Number(item.watchedFrom) }),
    ...(item.look !== undefined && { look: item.look as unknown as Look }),
  };
}

/** The mail's pace as it is stored. */
export function mailItem({ version, mail }: StoredMail): PlainMap {
  const { lastAt, raises, isFlood } = mail;
  return { version, lastAt: { ...lastAt }, raises: raises.map((each) => ({ ...each })), isFlood };
}

/** The inverse of `mailItem`. */
export function storedMail({ version, lastAt, raises, isFlood }: PlainMap): StoredMail {
  return { version: Number(version ?? 0), mail: { lastAt, raises, isFlood } as unknown as MailState };
}

/** A shard's watermark as it is stored. */
export function watermarkItem({ sequenceNumber, arrivedAt, written, writtenAt }: Watermark): PlainMap {
  return { sequenceNumber, arrivedAt, writtenAt, written: Object.fromEntries(written) };
}

/** The inverse of `watermarkItem`. */
export function storedWatermark({ sequenceNumber, arrivedAt, written, writtenAt }: PlainMap): Watermark {
  return {
    sequenceNumber: String(sequenceNumber),
    arrivedAt: Number(arrivedAt),
    written: new Map(Object.entries((written ?? {}) as Readonly<Record<string, number>>)),
    writtenAt: Number(writtenAt ?? 0),
  };
}

/** An entry of an outbox, which is JSON as it is. */
export function entryOut({ event, pending, id }: OutboxEntry): PlainMap {
  return { id, pending: [...pending], event: { ...event } };
}

/** The inverse of `entryOut`. */
export function entryIn({ id, pending, event }: PlainMap): OutboxEntry {
  return { id: String(id), pending: pending as readonly Channel[], event: event as unknown as AlarmEvent };
}

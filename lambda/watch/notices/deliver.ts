import { governMail, type Mail } from "../../../watch/machine/mail-governor";
import type { RuleSet } from "../../../watch/rules/rule-set";
import { historyWrites } from "../../../watch/store/history-item";
import type { Channel, OutboxEntry } from "../../../watch/store/outbox";
import type { WatchStore } from "../../../watch/store/watch-store";
import { mapWithLimit } from "../../processor/rounds";
import { type FeedMessage, feedMessage } from "./feed-message";
import { type MailText, mailText } from "./mail-text";
import type { Sender } from "./sender";

/** Who brings notices to machines and people. */
export interface Publisher {
  feed(message: FeedMessage): Promise<void>;
  mail(mail: MailText): Promise<void>;
}

/** What a delivery needs. */
export interface Delivering {
  readonly store: Pick<WatchStore, "note" | "readMail" | "writeMail">;
  readonly publisher: Publisher;
  readonly rules: RuleSet;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Time zone in which people are told when. */
  readonly timezone: string;
  /** Whether there is no time left: what is not sent stays in the outbox. */
  readonly isOver: () => boolean;
  /** Called for each store or topic that failed. Its notices stay in the outbox. */
  readonly onError: (error: unknown) => void;
}

/** A notice that waits to be mailed. */
interface Waiting {
  readonly priority: OutboxEntry["event"]["priority"];
  readonly isRaise: boolean;
  readonly sender: Sender;
  readonly entry: OutboxEntry;
}

/** Devices whose notices are sent concurrently. */
const MAX_SENDERS = 16;
/** How often another mailer may be before us until the mail is left to the next sweep. */
const MAX_CONFLICTS = 5;

/**
 * Brings what is in the outboxes where it belongs: first into the history, then to machines, then to people, and takes out what has arrived.
 * A crash in between brings the same again, under the same id.
 */
export async function deliver(senders: readonly Sender[], delivering: Delivering): Promise<void> {
  const waiting = senders.filter(({ outbox }) => outbox.size > 0);
  const arrived = new Map<Sender, Map<string, Channel[]>>(waiting.map((sender) => [sender, new Map()]));
  const note = (sender: Sender, id: string, channel: Channel) => {
    const of = arrived.get(sender);
    of?.set(id, [...(of.get(id) ?? []), channel]);
  };
  await mapWithLimit(waiting, MAX_SENDERS, (sender) => toHistoryAndFeed(sender, delivering, note));
  await toPeople(waiting, delivering, note);
  await mapWithLimit(waiting, MAX_SENDERS, async (sender) => {
    const own = arrived.get(sender);
    if (own !== undefined && own.size > 0) await attempt(delivering, () => sender.settle(own));
  });
}

type Note = (sender: Sender, id: string, channel: Channel) => void;

async function toHistoryAndFeed(sender: Sender, delivering: Delivering, note: Note): Promise<void> {
  const { store, publisher, rules } = delivering;
  const { deviceId } = sender;
  const ofHistory = pendingFor(sender, "history");
  const writes = ofHistory.flatMap(({ event }) => historyWrites(event));
  if (ofHistory.length > 0 && (await attempt(delivering, () => store.note(deviceId, writes))))
    for (const { id } of ofHistory) note(sender, id, "history");
  for (const entry of pendingFor(sender, "feed"))
    if (await attempt(delivering, () => publisher.feed(feedMessage(deviceId, entry, rules))))
      note(sender, entry.id, "feed");
}

async function toPeople(senders: readonly Sender[], delivering: Delivering, note: Note): Promise<void> {
  const waiting = senders.flatMap((sender) =>
    pendingFor(sender, "mail").map(
      (entry): Waiting => ({ priority: entry.event.priority, isRaise: isRaise(entry), sender, entry }),
    ),
  );
  if (waiting.length === 0) return;
  for (const mail of await claim(waiting, delivering)) {
    const notices = mail.notices.map(({ sender: { deviceId }, entry }) => ({ deviceId, entry }));
    const text = mailText({ ...mail, notices }, delivering.rules, delivering.timezone);
    if (await attempt(delivering, () => delivering.publisher.mail(text)))
      for (const { sender, entry } of mail.notices) note(sender, entry.id, "mail");
  }
}

/** The mails that may go out now. The minute is taken before the mail is sent: two writers never both send in it. */
async function claim(waiting: readonly Waiting[], delivering: Delivering): Promise<readonly Mail<Waiting>[]> {
  const { store, now } = delivering;
  let mails: readonly Mail<Waiting>[] = [];
  const isClaimed = await attempt(delivering, async () => {
    for (let conflicts = 0; conflicts <= MAX_CONFLICTS; conflicts++) {
      const { version, mail } = await store.readMail();
      const governed = governMail(mail, waiting, now());
      mails = governed.mails;
      if (mails.length === 0) return;
      if ((await store.writeMail({ version: version + 1, mail: governed.state }, version)) === "written") return;
    }
    mails = [];
  });
  return isClaimed ? mails : [];
}

function pendingFor({ outbox }: Sender, channel: Channel): readonly OutboxEntry[] {
  return [...outbox.values()].filter(({ pending }) => pending.includes(channel));
}

function isRaise({ event: { kind } }: OutboxEntry): boolean {
  return kind === "raise" || kind === "chattering";
}

async function attempt(delivering: Delivering, work: () => Promise<void>): Promise<boolean> {
  if (delivering.isOver()) return false;
  try {
    await work();
    return true;
  } catch (error) {
    delivering.onError(error);
    return false;
  }
}

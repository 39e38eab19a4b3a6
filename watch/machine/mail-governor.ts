import { MINUTE_MS } from "../rules/duration";
import { PRIORITIES, type Priority } from "../rules/rule";

/** Least time between two mails of a priority. */
export const MAIL_EVERY_MS = MINUTE_MS;
/** More raises than `FLOOD_ABOVE` within this time are a flood; it is over below `FLOOD_BELOW`. */
export const FLOOD_MS = 10 * MINUTE_MS;
/** A flood begins above this number of raises within `FLOOD_MS`. */
export const FLOOD_ABOVE = 10;
/** A flood is over below this number of raises within `FLOOD_MS`. */
export const FLOOD_BELOW = 5;

/** When people were mailed last, and how much they were told lately. */
export interface MailState {
  readonly lastAt: { readonly [P in Priority]?: number };
  /** Raises that were mailed, minute by minute. */
  readonly raises: readonly { readonly at: number; readonly count: number }[];
  readonly isFlood: boolean;
}

/** What waits to be mailed. */
export interface Waiting {
  readonly priority: Priority;
  readonly isRaise: boolean;
}

/** A mail that may go out now. */
export interface Mail<Notice> {
  /** The highest of its notices'. */
  readonly priority: Priority;
  readonly notices: readonly Notice[];
  /** Too many to be told one by one: counts, and the worst of them. */
  readonly isDigest: boolean;
}

/** Where nobody was mailed yet. */
export const NO_MAIL: MailState = { lastAt: {}, raises: [], isFlood: false };

/**
 * Which mails go out now: at most one per minute and priority, the first of a quiet minute immediately, the rest together. In a flood
 * one digest a minute takes the place of all. What is in no mail waits.
 */
export function governMail<Notice extends Waiting>(
  before: MailState,
  waiting: readonly Notice[],
  now: number,
): { readonly state: MailState; readonly mails: readonly Mail<Notice>[] } {
  const recent = before.raises.filter(({ at }) => now - at < FLOOD_MS);
  const mailed = recent.reduce((sum, { count }) => sum + count, 0);
  const raising = waiting.filter(({ isRaise }) => isRaise).length;
  const isFlood = mailed + raising > FLOOD_ABOVE || (before.isFlood && mailed + raising >= FLOOD_BELOW);
  const isFree = (priority: Priority) => now - (before.lastAt[priority] ?? Number.NEGATIVE_INFINITY) >= MAIL_EVERY_MS;
  const mails = isFlood ? digest(waiting, isFree) : onePerPriority(waiting, isFree);
  const told = mails.flatMap(({ notices }) => notices).filter(({ isRaise }) => isRaise).length;
  const used = isFlood && mails.length > 0 ? PRIORITIES : mails.map(({ priority }) => priority);
  return {
    state: {
      lastAt: { ...before.lastAt, ...Object.fromEntries(used.map((priority) => [priority, now])) },
      raises: told > 0 ? [...recent, { at: now, count: told }] : recent,
      isFlood,
    },
    mails,
  };
}

function onePerPriority<Notice extends Waiting>(
  waiting: readonly Notice[],
  isFree: (priority: Priority) => boolean,
): readonly Mail<Notice>[] {
  return PRIORITIES.filter(isFree).flatMap((priority) => {
    const notices = waiting.filter((notice) => notice.priority === priority);
    return notices.length === 0 ? [] : [{ priority, notices, isDigest: false }];
  });
}

function digest<Notice extends Waiting>(
  waiting: readonly Notice[],
  isFree: (priority: Priority) => boolean,
): readonly Mail<Notice>[] {
  if (waiting.length === 0 || !PRIORITIES.every(isFree)) return [];
  const notices = PRIORITIES.flatMap((priority) => waiting.filter((notice) => notice.priority === priority));
  return [{ priority: notices[0]?.priority ?? "low", notices, isDigest: true }];
}

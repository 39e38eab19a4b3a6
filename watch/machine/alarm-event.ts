import type { Priority } from "../rules/rule";

/** What happens to an alarm, in the words of the history. */
export type AlarmEventKind =
  | "raise"
  /** The raise that opens a chattering. */
  | "chattering"
  | "end"
  | "reminder"
  | "ack"
  | "reset"
  /** Over, and raised again before anybody acknowledged it. */
  | "closed"
  | "shelve"
  | "unshelve";

/** One thing that happened to an alarm, dated, with what a notice about it says. */
export interface AlarmEvent {
  readonly kind: AlarmEventKind;
  /** The alarm's key; a rule's name or `*` where a shelf is about more than one alarm. */
  readonly key: string;
  /** The occurrence; 0 for a shelf. */
  readonly n: number;
  /** When it happened, on the plant's clock. */
  readonly at: number;
  /** Whether people are told. */
  readonly told: boolean;
  readonly priority: Priority;
  /** When the occurrence was raised. */
  readonly raisedAt?: number;
  readonly value?: number;
  readonly peak?: number;
  readonly limit?: number;
  /** Why it is not told, or why it ended other than by itself. */
  readonly reason?: string;
  /** Raises of a chattering. */
  readonly raises?: number;
  /** Who did it, or who acknowledged what is over. */
  readonly by?: string;
  readonly note?: string;
  /** End of a shelf. */
  readonly until?: number;
  /** Arrival of the last live reading before it. */
  readonly seenAt?: number;
  /** How old the readings are of a device whose clock is wrong. */
  readonly behindMs?: number;
  /** Why the last record of a silent device was rejected. */
  readonly rejected?: string;
}

/** A change of an alarm's phase: all that the laws compare. */
export interface Transition {
  readonly key: string;
  readonly n: number;
  readonly from: string;
  readonly to: string;
  readonly at: number;
}

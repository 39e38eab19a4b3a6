import type { Fields } from "./payload";
import { describe, type Rejection, reject } from "./rejection";

/** One reading of a message, as sent: nothing is known about its fields yet. */
export interface Entry {
  readonly ok: true;
  readonly fields: Fields;
  /** Whether a double makes another number of the value that was sent. */
  readonly isInexact: boolean;
}

/** A message's readings, in its own order. */
export interface Message {
  readonly ok: true;
  /** Whether the message has a list of readings, even of one. */
  readonly isList: boolean;
  /** By their place in the list; undefined for an entry that holds no reading and is not one to reject. */
  readonly entries: readonly (Entry | Rejection | undefined)[];
}

/** Where a message comes from. */
export interface Source {
  /** The thing that published. */
  readonly publisher: string;
  /** Kinesis' approximate arrival time, milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** Size of the payload. */
  readonly bytes: number;
}

/** The rejection of an entry that is not an object. */
export function entryInvalid(entry: unknown): Rejection {
  return reject("entry_invalid", `An entry must be an object, was ${describe(entry)}.`);
}

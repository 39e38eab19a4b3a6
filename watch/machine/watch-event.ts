import type { Quality } from "./quality";

/** Something that happens to a device. */
export type WatchEvent = ReadingEvent | RejectedEvent | ClockEvent | CommandEvent;

/** A record that holds a reading. */
export interface ReadingEvent {
  readonly type: "reading";
  readonly sensorType: string;
  readonly value: number;
  /** The device's own time, or one by its arrival. */
  readonly time: number;
  readonly arrivedAt: number;
  /** The processor's verdict. */
  readonly isAnomaly: boolean;
  readonly quality: Quality;
}

/** A record that can never be stored. */
export interface RejectedEvent {
  readonly type: "rejected";
  readonly arrivedAt: number;
  /** A code of the contract's. */
  readonly reason: string;
}

/** A sweep: the stream's clock, at which all that arrived before has been read. */
export interface ClockEvent {
  readonly type: "clock";
  readonly at: number;
  /** Whether the plant as a whole is silent: then no single silence is told. */
  readonly plantSilent: boolean;
}

/** What a person does. */
export type CommandEvent =
  | {
      readonly type: "ack";
      readonly key: string;
      readonly n: number;
      readonly by: string;
      readonly at: number;
      readonly note?: string;
    }
  | {
      readonly type: "shelve";
      /** An alarm's key, a rule's name, or `*` for the device. */
      readonly key: string;
      /** Absent: once, until the alarm is over. */
      readonly until?: number;
      readonly by: string;
      readonly at: number;
      readonly note?: string;
    }
  | {
      readonly type: "unshelve";
      readonly key: string;
      readonly by: string;
      readonly at: number;
      readonly note?: string;
    }
  /** The device was added: its silence counts from here. */
  | { readonly type: "expect"; readonly at: number }
  /** The device was removed. */
  | { readonly type: "forget"; readonly at: number; readonly reason: string };

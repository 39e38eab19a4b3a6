import type { MailState } from "../machine/mail-governor";
import type { PlantState } from "../machine/plant";
import type { HistoryWrite } from "./history-item";
import type { Outbox } from "./outbox";
import type { StoredDevice } from "./stored-device";

/** Up to where a shard has been judged, and what was written on the way. */
export interface Watermark {
  readonly sequenceNumber: string;
  /** Arrival of that record. */
  readonly arrivedAt: number;
  /** Versions that the last batches wrote: a read that is older than these is made again. */
  readonly written: ReadonlyMap<string, number>;
  /** When they were written. */
  readonly writtenAt: number;
}

/** A device that a list of alarms shows. */
export interface ListedDevice {
  readonly deviceId: string;
  /** When each of its active alarms was raised. */
  readonly raised: readonly number[];
  readonly shelved: number;
  readonly isSilent: boolean;
}

/** A look at every device that may have something to tell: it goes on from sweep to sweep until none is left. */
export interface Look {
  /** Whether what will be due is looked at too: the rules are others. Else what is listed. */
  readonly isAll: boolean;
  /** The last device that was looked at, in the order of their names. */
  readonly after: string;
  /** Whether all are looked at again then: something failed on the way, or there was a new reason. */
  readonly again: boolean;
}

/** The plant as a whole: its state, its notices, and the rules that its devices are compared with. */
export interface StoredPlant {
  readonly version: number;
  readonly plant: PlantState;
  /** Occurrences of "plant silent" so far. */
  readonly n: number;
  readonly outbox: Outbox;
  readonly rules: string;
  /** When the first sweep ran. What lay in a shard before is not the watch's to judge: its mapping starts at the newest record. */
  readonly watchedFrom?: number;
  /** Absent where there is nothing to look at. */
  readonly look?: Look;
}

/** When people were mailed last. */
export interface StoredMail {
  readonly version: number;
  readonly mail: MailState;
}

/** Eventual reads cost half; what they may miss is for the caller to know. */
export type Consistency = "eventual" | "strong";

/** Whether a conditional write was made, or another one came before. */
export type Written = "written" | "conflict";

/** Where the watch's state lives. Every write that decides something is conditional on the version that it was decided on. */
export interface WatchStore {
  read(deviceIds: readonly string[], consistency: Consistency): Promise<ReadonlyMap<string, StoredDevice>>;
  /** @param expected The version that is replaced; undefined where there is none. */
  write(deviceId: string, device: StoredDevice, expected: number | undefined): Promise<Written>;
  /** Writes history and shelves; the same again changes nothing. */
  note(deviceId: string, writes: readonly HistoryWrite[]): Promise<void>;
  /** Devices that are due at the stream's clock; at `DUE_EVER`, all that will be. */
  due(clock: number): Promise<readonly string[]>;
  listed(): Promise<readonly ListedDevice[]>;
  watermark(shardId: string): Promise<Watermark | undefined>;
  watermarks(): Promise<ReadonlyMap<string, Watermark>>;
  saveWatermark(shardId: string, watermark: Watermark): Promise<void>;
  readPlant(): Promise<StoredPlant>;
  writePlant(plant: StoredPlant, expected: number): Promise<Written>;
  readMail(): Promise<StoredMail>;
  /** The file of the rules as they are deployed, for the commands; undefined where no sweep has run yet. */
  readRules(): Promise<string | undefined>;
  saveRules(text: string): Promise<void>;
  writeMail(mail: StoredMail, expected: number): Promise<Written>;
}

import type { RejectedEntry } from "../../contract/rejected";
import type { StreamRecord } from "../../contract/stream-record";
import { checkRecord } from "../reading/check-record";
import type { CheckedReading } from "../reading/checked-reading";
import type { Rejection } from "../reading/rejection";
import type { Rules } from "../reading/settings";
import { type ItemDraft, packItems } from "./packed-items";

/** What is to be written for a record that holds readings. */
export interface Accepted {
  readonly ok: true;
  /** Milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** Seconds since the epoch. */
  readonly expirationTime: number;
  /** At least one; no two with one range. */
  readonly items: readonly ItemDraft[];
  /** The readings that are out of bounds, in the message's order. */
  readonly anomalies: readonly CheckedReading[];
  /** The payload's bytes. */
  readonly body: Buffer;
  readonly sequenceNumber: string;
  /** The entries of the message that can never be stored. */
  readonly rejected: readonly RejectedEntry[];
  /** Whether the message has a list of readings. */
  readonly isList: boolean;
}

/**
 * What to write for a record, or why it is rejected: everything that can be decided without a store.
 * @param processedAt Milliseconds since the epoch, noted on each item.
 */
export function assess(
  record: StreamRecord,
  rules: Rules,
  processedAt: number,
  asArrived = false,
): Accepted | Rejection {
  const checked = checkRecord(record, rules, asArrived);
  if (!checked.ok) return checked;
  const { body, readings, facts, rejected, isList } = checked;
  return {
    ok: true,
    arrivedAt: facts.arrivedAt,
    expirationTime: facts.expirationTime,
    items: packItems(readings, facts, processedAt),
    anomalies: readings.filter(({ isAnomaly }) => isAnomaly),
    body,
    sequenceNumber: record.sequenceNumber,
    rejected,
    isList,
  };
}

import type { StreamRecord } from "../../contract/stream-record";
import { checkRecord } from "../reading/check-record";
import type { Settings } from "../reading/environment";
import { itemJson } from "../reading/item";
import type { Rejection } from "../reading/rejection";
import { anomalyKey } from "./object-keys";

/** What is to be written for a record that holds a reading. */
export interface Accepted {
  readonly ok: true;
  readonly deviceId: string;
  /** The item's range key; with `deviceId` its identity. */
  readonly range: string;
  /** Milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** Seconds since the epoch. */
  readonly expirationTime: number;
  /** The item in DynamoDB's JSON, UTF-8. */
  readonly item: Buffer;
  /** Where the payload is kept and its bytes, if the value is out of bounds. */
  readonly anomaly: { readonly key: string; readonly body: Buffer } | undefined;
}

/** What becomes of a record: all that can be told without asking a store. `now` is noted on the item and decides nothing. */
export function assess(record: StreamRecord, settings: Settings, now: number, asArrived = false): Accepted | Rejection {
  const checked = checkRecord(record, settings, now, asArrived);
  if (!checked.ok) return checked;
  const { body, reading, range, facts } = checked;
  return {
    ok: true,
    deviceId: reading.deviceId,
    range,
    arrivedAt: facts.arrivedAt,
    expirationTime: facts.expirationTime,
    // As bytes at once: until it is sent, text put together from pieces takes ten times the memory.
    item: Buffer.from(itemJson(reading, range, facts)),
    anomaly: facts.isAnomaly ? { key: anomalyKey(reading, record.sequenceNumber), body } : undefined,
  };
}

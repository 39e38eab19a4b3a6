import type { RecordId, StreamRecord } from "../../contract/stream-record";
import { type PayloadId, payloadId } from "./payload-id";
import { sentReadings } from "./sent-readings";

/** The name under which an item's reading and a sent one find each other. */
export function itemKey(key: { readonly deviceId: string; readonly timestampSensorType: string }): string {
  return `${key.deviceId}/${key.timestampSensorType}`;
}

/** A reading that becomes an item if the function takes it. */
export interface SeenReading {
  readonly key: string;
  readonly value: number;
}

/** A record of the stream, as far as the account needs it. */
export interface SeenRecord {
  readonly payload: PayloadId;
  /** Its partition key: a device's name, where it is in order. */
  readonly device: string;
  /** Milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** Tells two records of one millisecond apart. */
  readonly sequenceNumber: string;
  /** At least one; undefined for what is no reading. */
  readonly readings: readonly (SeenReading | undefined)[];
}

/** What the account keeps of a record. */
export function seenRecord(record: StreamRecord, payload = payloadId(record.data)): SeenRecord {
  const { partitionKey, data, arrivedAt, sequenceNumber } = record;
  const text = Buffer.from(data, "base64").toString("utf8");
  const readings = sentReadings(text, { partitionKey, arrivedAt, sequenceNumber }).map(
    (sent) => sent && { key: itemKey({ deviceId: sent.deviceId, timestampSensorType: sent.range }), value: sent.value },
  );
  return { payload, device: partitionKey, arrivedAt, sequenceNumber, readings };
}

/** A reading of a record or of a message: the identity of what carries it, with its place where that carries several. */
export type UnitId = string;

/** The identities of the readings in a record, or in a message. */
export function unitIds(id: RecordId | PayloadId, count: number): readonly UnitId[] {
  return count === 1 ? [id] : Array.from({ length: count }, (_, place) => `${id} ${place}`);
}

/** One reading of a record: the account counts these. */
export interface SeenUnit {
  /** The record that carries it. */
  readonly record: RecordId;
  readonly payload: UnitId;
  readonly arrivedAt: number;
  readonly sequenceNumber: string;
  /** Undefined for what is no reading. */
  readonly item: SeenReading | undefined;
}

/** The readings of records; of those whose places in the message are given, these alone. */
export function unitsOf(
  records: ReadonlyMap<RecordId, SeenRecord & { readonly entries?: readonly number[] | undefined }>,
): Map<UnitId, SeenUnit> {
  const units = new Map<UnitId, SeenUnit>();
  for (const [record, { payload, arrivedAt, sequenceNumber, readings, entries }] of records) {
    const payloads = unitIds(payload, readings.length);
    for (const [place, id] of unitIds(record, readings.length).entries()) {
      if (entries !== undefined && !entries.includes(place)) continue;
      units.set(id, { record, payload: payloads[place] ?? payload, arrivedAt, sequenceNumber, item: readings[place] });
    }
  }
  return units;
}

/** The identity of a reading's row in the archive. */
export function rowId(record: RecordId, item: Pick<SeenReading, "key"> | undefined): string {
  return `${record} ${item?.key ?? ""}`;
}

/** How many readings a message counts as. */
export function readingsIn(payload: Buffer): number {
  return sentReadings(payload.toString("utf8"), { partitionKey: "", arrivedAt: 0, sequenceNumber: "" }).length;
}

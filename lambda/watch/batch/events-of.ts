import { checkRecord } from "../../check-record";
import type { Rules } from "../../environment";
import type { ReceivedRecord } from "../../received-record";
import { qualityOf } from "../machine/quality";
import type { WatchEvent } from "../machine/watch-event";

/** What a record is to its device: the processor's own check says whether it is a reading, and judges it. */
export function eventOf(record: ReceivedRecord, rules: Rules, now: number): WatchEvent {
  const { arrivedAt } = record;
  const checked = checkRecord(record, rules, now);
  if (!checked.ok) return { type: "rejected", arrivedAt, reason: checked.reason };
  const { sensorType, value, timestamp } = checked.reading;
  const { metadata } = checked.fields;
  const isMap = typeof metadata === "object" && metadata !== null;
  return {
    type: "reading",
    sensorType,
    value,
    time: timestamp,
    arrivedAt,
    isAnomaly: checked.facts.isAnomaly,
    quality: qualityOf(isMap ? (metadata as { quality?: unknown }).quality : undefined),
  };
}

/** A device's part of a batch. */
export interface DeviceBatch {
  readonly deviceId: string;
  readonly events: readonly WatchEvent[];
  /** Place of its first record in the batch. */
  readonly firstPlace: number;
}

/** A thing's name: whoever else put a record on the stream is nobody's device. */
const DEVICE_ID = /^[A-Za-z0-9:_-]{1,128}$/;

/** A batch by device, each in the stream's order. The partition key is the thing that published. */
export function byDevice(records: readonly ReceivedRecord[], rules: Rules, now: number): readonly DeviceBatch[] {
  const devices = new Map<string, { events: WatchEvent[]; firstPlace: number }>();
  records.forEach((record, place) => {
    const deviceId = record.partitionKey;
    if (!DEVICE_ID.test(deviceId)) return;
    const own = devices.get(deviceId) ?? { events: [], firstPlace: place };
    own.events.push(eventOf(record, rules, now));
    devices.set(deviceId, own);
  });
  return [...devices].map(([deviceId, own]) => ({ deviceId, ...own }));
}

import type { StreamRecord } from "../../../contract/stream-record";
import { qualityOf } from "../../../watch/machine/quality";
import type { WatchEvent } from "../../../watch/machine/watch-event";
import { checkRecord } from "../../reading/check-record";
import type { Rules } from "../../reading/settings";
import { readingTimes } from "./reading-times";

/**
 * What a record is to its device: the processor's own check says which readings it holds, and judges them. They come in the message's
 * order, behind what of the message is rejected.
 */
export function eventsOf(record: StreamRecord, rules: Rules): readonly WatchEvent[] {
  const { arrivedAt } = record;
  const checked = checkRecord(record, rules);
  if (!checked.ok) return [{ type: "rejected", arrivedAt, reason: checked.reason }];
  const { readings, rejected } = checked;
  const times = readingTimes(
    readings.map(({ reading }) => reading),
    arrivedAt,
  );
  return [
    ...rejected.slice(0, 1).map(({ reason }): WatchEvent => ({ type: "rejected", arrivedAt, reason })),
    ...readings.map(({ reading, isAnomaly }, place): WatchEvent => {
      const { sensorType, value, timestamp, metadata } = reading;
      const time = times[place] ?? timestamp;
      const { quality } = (metadata?.source ?? {}) as { readonly quality?: unknown };
      return { type: "reading", sensorType, value, time, arrivedAt, isAnomaly, quality: qualityOf(quality) };
    }),
  ];
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
export function byDevice(records: readonly StreamRecord[], rules: Rules): readonly DeviceBatch[] {
  const devices = new Map<string, { events: WatchEvent[]; firstPlace: number }>();
  records.forEach((record, place) => {
    const deviceId = record.partitionKey;
    if (!DEVICE_ID.test(deviceId)) return;
    const own = devices.get(deviceId) ?? { events: [], firstPlace: place };
    own.events.push(...eventsOf(record, rules));
    devices.set(deviceId, own);
  });
  return [...devices].map(([deviceId, own]) => ({ deviceId, ...own }));
}

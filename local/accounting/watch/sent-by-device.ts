import type { RecordId } from "../../../contract/stream-record";
import { type SeenRecord, type SeenUnit, type UnitId, unitsOf } from "../seen-record";

/** A reading that the stream took and the function could store. */
export interface LiveReading {
  readonly sensorType: string;
  readonly value: number;
  /** The device's own time, milliseconds since the epoch. */
  readonly time: number;
  readonly arrivedAt: number;
}

/** A reading that is older than this when it arrives says how things were: nobody judges by it. */
const LIVE_WITHIN_MS = 5 * 60_000;

/**
 * The readings of each device in the stream's order.
 * @param records As they were read from the stream.
 * @param rejected What can never be stored.
 */
export function sentByDevice(
  records: ReadonlyMap<RecordId, SeenRecord>,
  rejected: ReadonlyMap<UnitId, SeenUnit>,
): ReadonlyMap<string, readonly LiveReading[]> {
  const devices = new Map<string, LiveReading[]>();
  for (const [id, { item, arrivedAt }] of unitsOf(records)) {
    if (item === undefined || rejected.has(id)) continue;
    const [, deviceId = "", digits, sensorType = ""] = /^([^/]*)\/(\d+)#([^#]*)/u.exec(item.key) ?? [];
    const time = Math.min(Number(digits), arrivedAt);
    if (!(arrivedAt - time <= LIVE_WITHIN_MS)) continue;
    const readings = devices.get(deviceId) ?? [];
    readings.push({ sensorType, value: item.value, time, arrivedAt });
    devices.set(deviceId, readings);
  }
  return devices;
}

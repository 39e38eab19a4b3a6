import type { RecordId } from "../../../contract/stream-record";
import { type SeenReading, type SeenRecord, type SeenUnit, type UnitId, unitsOf } from "../seen-record";

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
  for (const [id, record] of records) {
    const units = unitsOf(new Map([[id, record]]));
    const sent = [...units].flatMap(([unit, { item }]) =>
      item === undefined || rejected.has(unit) ? [] : named(item),
    );
    for (const { deviceId, sensorType, value, time } of inOrder(sent, record.arrivedAt)) {
      if (!(record.arrivedAt - time <= LIVE_WITHIN_MS)) continue;
      const readings = devices.get(deviceId) ?? [];
      readings.push({ sensorType, value, time, arrivedAt: record.arrivedAt });
      devices.set(deviceId, readings);
    }
  }
  return devices;
}

interface Named {
  readonly deviceId: string;
  readonly sensorType: string;
  readonly value: number;
  readonly time: number;
  readonly isTimed: boolean;
}

function named({ key, value }: SeenReading): Named {
  const [, deviceId = "", digits, sensorType = "", carrier] = /^([^/]*)\/(\d+)#([^#]*)(#.*)?$/u.exec(key) ?? [];
  return { deviceId, sensorType, value, time: Number(digits), isTimed: carrier === undefined };
}

/** One message's readings, those of a sensor as far apart as they were sent, but none after the arrival. */
function inOrder(sent: readonly Named[], arrivedAt: number): readonly Named[] {
  const aheadMs = new Map<string, number>();
  const left = new Map<string, number>();
  for (const { sensorType, time, isTimed } of sent)
    if (isTimed) aheadMs.set(sensorType, Math.max(aheadMs.get(sensorType) ?? 0, time - arrivedAt));
    else left.set(sensorType, (left.get(sensorType) ?? 0) + 1);
  return sent.map((one) => {
    if (one.isTimed) {
      const ahead = aheadMs.get(one.sensorType) ?? 0;
      const isKept = ahead > LIVE_WITHIN_MS && one.time <= arrivedAt;
      return { ...one, time: isKept ? one.time : one.time - ahead };
    }
    const after = (left.get(one.sensorType) ?? 1) - 1;
    left.set(one.sensorType, after);
    return { ...one, time: arrivedAt - after };
  });
}

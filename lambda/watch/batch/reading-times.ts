import { LIVE_WITHIN_MS } from "../../../watch/machine/on-reading";
import type { Reading } from "../../reading/reading";

type Dated = Pick<Reading, "sensorType" | "timestamp" | "hasOwnTimestamp">;

/**
 * When the readings of one record were made, by which they are judged. Where a sensor's times lie beyond the arrival, its clock is ahead:
 * all are put back by as much as the last. Readings without a time of their own are a millisecond apart in the message's order, the last
 * at the arrival. So each is newer than the one before it, and has the same time when the record is handed over again.
 */
export function readingTimes(readings: readonly Dated[], arrivedAt: number): readonly number[] {
  const ahead = new Map<string, number>();
  const untimed = new Map<string, number>();
  for (const { sensorType, timestamp, hasOwnTimestamp } of readings)
    if (hasOwnTimestamp) ahead.set(sensorType, Math.max(ahead.get(sensorType) ?? 0, timestamp - arrivedAt));
    else untimed.set(sensorType, (untimed.get(sensorType) ?? 0) + 1);
  return readings.map(({ sensorType, timestamp, hasOwnTimestamp }) => {
    if (hasOwnTimestamp) return putBack(timestamp, ahead.get(sensorType) ?? 0, arrivedAt);
    const following = (untimed.get(sensorType) ?? 1) - 1;
    untimed.set(sensorType, following);
    return arrivedAt - following;
  });
}

/** One time far ahead must not make old readings of the others, which are not ahead. */
function putBack(time: number, aheadMs: number, arrivedAt: number): number {
  return time > arrivedAt || aheadMs <= LIVE_WITHIN_MS ? time - aheadMs : time;
}

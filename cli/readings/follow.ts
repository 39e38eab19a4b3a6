import { aheadMs } from "../../stores/hot-readings";
import type { StoredReading } from "../../stores/unpacked";

/** A reading that is stored later than this after a younger one is not seen any more. */
export const LATE_MS = 60_000;

/** What a follower needs of the world. */
export interface FollowPorts {
  /** The readings from a moment on, oldest first. */
  readonly from: (ms: number) => AsyncIterable<StoredReading>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Waits for the next look; rejects when the person has seen enough. */
  readonly pause: () => Promise<unknown>;
}

/** The readings from a moment on, and then each new one, once: it looks again and again, a little into the past. */
export async function* follow(since: number, { from, now, pause }: FollowPorts): AsyncGenerator<StoredReading> {
  const seen = new Map<string, number>();
  let latest = since;
  for (;;) {
    const start = Math.max(since, latest - LATE_MS);
    for (const [identity, timestamp] of seen) if (timestamp < start) seen.delete(identity);
    for await (const reading of from(start)) {
      const identity = `${reading.deviceId} ${reading.key}`;
      if (seen.has(identity)) continue;
      seen.set(identity, reading.timestamp);
      // A clock that is ahead must not hide what the others say, late ones included.
      if (aheadMs(reading.timestamp, now()) === 0) latest = Math.max(latest, reading.timestamp);
      yield reading;
    }
    await pause();
  }
}

import { aheadMs } from "../../stores/hot-readings";
import type { StoredReading } from "../../stores/unpacked";

/** A reading that is stored longer than this after a younger one is not shown. */
export const LATE_MS = 60_000;

/** What a follower takes from outside. */
export interface FollowDeps {
  /** The readings from a moment on, oldest first. */
  readonly from: (ms: number) => AsyncIterable<StoredReading>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Resolves when it is time to look again; rejects at Ctrl-C. */
  readonly pause: () => Promise<unknown>;
}

/** The readings from a moment on, then each new reading, once each: it looks again and again, a little into the past. */
export async function* follow(since: number, { from, now, pause }: FollowDeps): AsyncGenerator<StoredReading> {
  const seen = new Map<string, number>();
  let latest = since;
  for (;;) {
    const start = Math.max(since, latest - LATE_MS);
    for (const [identity, timestamp] of seen) if (timestamp < start) seen.delete(identity);
    for await (const reading of from(start)) {
      const identity = `${reading.deviceId} ${reading.key}`;
      if (seen.has(identity)) continue;
      seen.set(identity, reading.timestamp);
      // A device whose clock is ahead must not hide the late readings of others.
      if (aheadMs(reading.timestamp, now()) === 0) latest = Math.max(latest, reading.timestamp);
      yield reading;
    }
    await pause();
  }
}

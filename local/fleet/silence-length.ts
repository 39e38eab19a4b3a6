import { HEARTBEAT_SHARE } from "../../watch/machine/silence";
import type { WatchRule } from "../../watch/rules/rule";

/** How far the stream's clock is behind: the window of the watch's mapping, and its work. */
const CLOCK_LAG_MS = 8_000;
/** A silence where no rule would find one. */
const ANY_SILENCE_MS = 30_000;

/** How long a device is silent so that a sweep finds it by the shortest rule, and finds it once. */
export function silenceLength(rules: readonly WatchRule[], sweepEveryMs: number): number {
  const delays = rules.flatMap(({ condition }) => (condition.kind === "silent" ? [condition.forMs] : []));
  if (delays.length === 0) return ANY_SILENCE_MS;
  return Math.min(...delays) * (1 + HEARTBEAT_SHARE) + sweepEveryMs + CLOCK_LAG_MS;
}

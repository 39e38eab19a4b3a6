import { WATCH_METRIC } from "../../../contract/watch";
import { DAY_MS, SECOND_MS } from "../../../watch/rules/duration";
import type { Decision } from "../../../watch/store/decide";
import type { StoredDevice } from "../../../watch/store/stored-device";
import type { ListedDevice } from "../../../watch/store/watch-store";
import { embeddedMetricsLine } from "../../embedded-metrics";
import type { SweepSurroundings } from "../surroundings";

/** After this an alarm that is still active is stale. ISA-18.2 */
export const STALE_MS = DAY_MS;

interface Swept {
  readonly surroundings: SweepSurroundings;
  readonly startedAt: number;
  readonly clock: number | undefined;
  readonly listed: readonly ListedDevice[];
  readonly decisions: readonly Decision[];
  /** Devices as the sweep found them. */
  readonly found: readonly StoredDevice[];
  readonly errors: ReadonlyMap<string, number>;
}

/** The sweep's one line: what is active now, and what it did. Actives are those of its beginning. */
export function sweepLine({ surroundings, startedAt, clock, listed, decisions, found, errors }: Swept): string {
  const raised = listed.flatMap((device) => device.raised);
  const told = decisions
    .flatMap(({ isWritten, visit }) => (isWritten ? visit.events : []))
    .filter(({ told: is }) => is);
  // What it found unsent, not what it has made itself.
  const waiting = found.flatMap(({ outbox }) => [...outbox.values()].map(({ event }) => event.at));
  const counts = {
    [WATCH_METRIC.raised]: told.filter(({ kind }) => kind === "raise" || kind === "chattering").length,
    [WATCH_METRIC.active]: raised.length,
    [WATCH_METRIC.stale]: raised.filter((at) => startedAt - at >= STALE_MS).length,
    [WATCH_METRIC.shelved]: listed.reduce((sum, { shelved }) => sum + shelved, 0),
    [WATCH_METRIC.silent]: listed.filter(({ isSilent }) => isSilent).length,
    [WATCH_METRIC.conflicts]: decisions.reduce((sum, { conflicts }) => sum + conflicts, 0),
    [WATCH_METRIC.dropped]: decisions.reduce((sum, { dropped }) => sum + dropped, 0),
    [WATCH_METRIC.outboxAge]: waiting.length === 0 ? 0 : Math.max(0, (startedAt - Math.min(...waiting)) / SECOND_MS),
    ...(clock !== undefined && { [WATCH_METRIC.clockBehind]: startedAt - clock }),
    [WATCH_METRIC.sweeps]: 1,
  };
  return embeddedMetricsLine(surroundings.settings.environment, startedAt, counts, {
    streamClock: clock,
    due: decisions.length,
    rules: surroundings.rulesHash,
    ...(errors.size > 0 && { errors: Object.fromEntries(errors) }),
    durationMs: surroundings.now() - startedAt,
  });
}

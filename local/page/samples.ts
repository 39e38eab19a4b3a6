import { percentile } from "../accounting/percentile";

/** What the run has counted up to a moment. */
export interface Totals {
  readonly published: number;
  readonly stored: number;
  readonly rejected: number;
  readonly anomalies: number;
  readonly ruleErrors: number;
}

/** One moment of the run, as the page draws it. */
export interface Sample {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly totals: Totals;
  /** Each total's growth since the sample before, in events per second. */
  readonly perSecond: Totals;
  /** Age of the oldest message that is not stored yet, wherever it waits. */
  readonly lagMs: number;
  /** Messages that are not stored yet, wherever they wait. */
  readonly onTheirWay: number;
  /** From the publish to the function's answer; null where nothing was settled since the sample before. */
  readonly latencyMs: { readonly p50: number; readonly p95: number } | null;
}

/** Samples that the page keeps and a new visitor is sent: five minutes. */
export const MAX_SAMPLES = 300;

/** The next sample. `latencies`: of what was settled since the sample before, in milliseconds. */
export function nextSample(
  before: Sample | undefined,
  now: { readonly at: number; readonly totals: Totals; readonly lagMs: number; readonly onTheirWay: number },
  latencies: readonly number[],
): Sample {
  const seconds = before === undefined ? 0 : (now.at - before.at) / 1000;
  const rate = (name: keyof Totals) =>
    before === undefined || seconds <= 0 ? 0 : (now.totals[name] - before.totals[name]) / seconds;
  const perSecond = {
    published: rate("published"),
    stored: rate("stored"),
    rejected: rate("rejected"),
    anomalies: rate("anomalies"),
    ruleErrors: rate("ruleErrors"),
  };
  const sorted = [...latencies].sort((a, b) => a - b);
  const [p50, p95] = [percentile(sorted, 0.5), percentile(sorted, 0.95)];
  return { ...now, perSecond, latencyMs: sorted.length === 0 ? null : { p50, p95 } };
}

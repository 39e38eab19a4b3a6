import { METRIC, METRIC_DIMENSION, METRIC_NAMESPACE } from "../../contract/metrics";
import type { RejectReason } from "../../contract/rejected";
import { type Fate, rejectedCount } from "./fates";
import type { WriteEffort } from "./write-result";

/** What the log line of a batch reports. */
export interface BatchReport {
  readonly environment: string;
  readonly shardId: string;
  readonly fates: readonly Fate[];
  /** Index of the first record handed back; the number of records if none is. */
  readonly checkpoint: number;
  /** Its sequence number. */
  readonly checkpointSequenceNumber: string | undefined;
  readonly effort: WriteEffort;
  readonly now: number;
  readonly durationMs: number;
}

/** Kinds of errors that a line names; the others are added up as `other`. */
const MAX_ERROR_NAMES = 8;

/**
 * The batch's one log line: its counts of readings as metrics, and what an operator asks first. Metrics count the records before the
 * checkpoint, so that a retry counts nothing twice; a record that is handed back counts as an error each time.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function metricsLine(report: BatchReport): string {
  const { fates, checkpoint, effort } = report;
  const handedBack = sum(fates.slice(checkpoint), ({ readings }) => readings);
  const settled = fates.slice(0, checkpoint);
  const stored = sum(settled, (fate) => fate.stored);
  const anomalies = sum(settled, (fate) => fate.anomalies);
  const superseded = sum(settled, (fate) => fate.superseded);
  const rejects = sum(settled, rejectedCount);
  const line = {
    _aws: {
      Timestamp: report.now,
      CloudWatchMetrics: [
        {
          Namespace: METRIC_NAMESPACE,
          Dimensions: [[METRIC_DIMENSION]],
          Metrics: Object.values(METRIC).map((Name) => ({ Name, Unit: "Count" })),
        },
      ],
    },
    [METRIC_DIMENSION]: report.environment,
    [METRIC.processed]: stored,
    [METRIC.anomalies]: anomalies,
    [METRIC.rejected]: rejects,
    [METRIC.errors]: rejects + handedBack,
    [METRIC.superseded]: superseded,
    shardId: report.shardId,
    records: fates.length,
    readings: sum(fates, ({ readings }) => readings),
    superseded,
    handedBack,
    ...(handedBack > 0 && { checkpoint: report.checkpointSequenceNumber }),
    ...(rejects > 0 && { rejectedReasons: reasonsOf(settled) }),
    ...(effort.retried > 0 && { writesRetried: effort.retried }),
    ...(effort.errors.size > 0 && { storeErrors: boundedCounts(effort.errors) }),
    durationMs: Math.round(report.durationMs),
  };
  return `${JSON.stringify(line)}\n`;
}

function sum(fates: readonly Fate[], countOf: (fate: Fate) => number): number {
  return fates.reduce((total, fate) => total + countOf(fate), 0);
}

/** How many readings are rejected for each reason. */
function reasonsOf(fates: readonly Fate[]): Record<string, number> {
  const counts = new Map<RejectReason, number>();
  for (const { rejection } of fates)
    for (const { reason } of rejection === undefined ? [] : (rejection.entries ?? [rejection]))
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return Object.fromEntries(counts);
}

function boundedCounts(counts: ReadonlyMap<string, number>): Record<string, number> {
  const named: Record<string, number> = {};
  for (const [name, count] of counts) {
    const key = Object.keys(named).length < MAX_ERROR_NAMES || named[name] !== undefined ? name : "other";
    named[key] = (named[key] ?? 0) + count;
  }
  return named;
}

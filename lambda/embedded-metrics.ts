import { METRIC_DIMENSION, METRIC_NAMESPACE } from "../contract/metrics";

/** What one run counted, by metric. */
export type Counts = Readonly<Record<string, number>>;

/**
 * A run's one line in the log: its counts as metrics, and what an operator asks first. Written raw, as the processor's.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function embeddedMetricsLine(
  environment: string,
  now: number,
  counts: Counts,
  facts: Readonly<Record<string, unknown>>,
): string {
  const metrics = Object.keys(counts).map((Name) => ({ Name, Unit: unitOf(Name) }));
  const line = {
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [{ Namespace: METRIC_NAMESPACE, Dimensions: [[METRIC_DIMENSION]], Metrics: metrics }],
    },
    [METRIC_DIMENSION]: environment,
    ...counts,
    ...facts,
  };
  return `${JSON.stringify(line)}\n`;
}

function unitOf(name: string): string {
  if (name.endsWith("Seconds")) return "Seconds";
  return name.endsWith("Ms") ? "Milliseconds" : "Count";
}

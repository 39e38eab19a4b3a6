import { type Metric, type MetricKey, metricsOf, type Watched } from "./metrics";

/** A graph of the dashboard. */
interface Panel {
  readonly title: string;
  /** Label of the axis. */
  readonly unit: string;
  readonly statistic: "Sum" | "Maximum" | "Minimum" | "Average";
  /** All with one period. */
  readonly metrics: readonly [MetricKey, ...MetricKey[]];
  /** Only where there is a device watch. @default false */
  readonly isOfWatch?: boolean;
}

/** From left to right, row by row: what arrives, how far behind, what is wrong, the archive, what costs, and the device watch. */
const PANELS: readonly Panel[] = [
  {
    title: "Throughput",
    unit: "readings",
    statistic: "Sum",
    metrics: ["streamRecords", "storedReadings", "supersededReadings"],
  },
  {
    title: "Lag",
    unit: "milliseconds",
    statistic: "Maximum",
    metrics: ["streamIteratorAge", "processorIteratorAge", "processorDuration"],
  },
  { title: "Anomalies", unit: "readings", statistic: "Sum", metrics: ["anomalies"] },
  { title: "Rejected", unit: "readings", statistic: "Sum", metrics: ["rejectedReadings", "processingErrors"] },
  {
    title: "Throttles",
    unit: "count",
    statistic: "Sum",
    metrics: [
      "tableThrottledWrites",
      "indexThrottledWrites",
      "streamThrottledWrites",
      "streamThrottledReads",
      "processorThrottles",
    ],
  },
  {
    title: "Errors",
    unit: "count",
    statistic: "Sum",
    metrics: [
      "processorErrors",
      "mappingFailedInvocations",
      "mappingFailedRecords",
      "mappingDroppedRecords",
      "processorDestinationFailures",
      "ruleFailures",
      "ruleParseErrors",
      "ruleThrottled",
    ],
  },
  {
    title: "Archive: lag",
    unit: "seconds until archived; milliseconds behind the stream",
    statistic: "Maximum",
    metrics: ["archiveFreshness", "archiveLag"],
  },
  {
    title: "Archive: rows and failures",
    unit: "count",
    statistic: "Sum",
    metrics: ["archiveRows", "archiveConversionFailures", "archiveFailedRecords", "transformErrors"],
  },
  {
    title: "Archive: share of deliveries that succeed",
    unit: "share",
    statistic: "Minimum",
    metrics: ["archiveDeliverySuccess"],
  },
  {
    title: "Cost drivers: writes, bytes, invocations",
    unit: "units, bytes, count",
    statistic: "Sum",
    metrics: ["tableWrites", "indexWrites", "streamBytes", "processorInvocations"],
  },
  {
    title: "Cost drivers: bytes and objects stored",
    unit: "bytes, count",
    statistic: "Average",
    metrics: ["bucketBytes", "bucketObjects"],
  },
  {
    title: "Device watch: alarms now",
    unit: "alarms, devices",
    statistic: "Maximum",
    metrics: ["watchActive", "watchStale", "watchShelved", "watchSilent"],
    isOfWatch: true,
  },
  {
    title: "Device watch: raises, and readings that are not judged",
    unit: "count",
    statistic: "Sum",
    metrics: ["watchRaised", "watchLate", "watchBackfilled"],
    isOfWatch: true,
  },
  {
    title: "Device watch: lag",
    unit: "milliseconds behind the stream; seconds until told",
    statistic: "Maximum",
    metrics: ["watchIteratorAge", "watchClockBehind", "watchOutboxAge"],
    isOfWatch: true,
  },
  {
    title: "Device watch: sweeps and failures",
    unit: "count",
    statistic: "Sum",
    metrics: [
      "watchSweeps",
      "watchErrors",
      "sweepErrors",
      "watchFailedRecords",
      "watchLostRecords",
      "watchDestinationFailures",
      "watchNoticesDropped",
      "watchConflicts",
      "watchThrottledWrites",
    ],
    isOfWatch: true,
  },
  {
    title: "Device watch: cost drivers",
    unit: "units",
    statistic: "Sum",
    metrics: ["watchReads", "watchWrites"],
    isOfWatch: true,
  },
];

/** Two panels in a row of CloudWatch's 24 columns. */
const PANEL = { width: 12, height: 6 };

/** The dashboard's body. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
export function dashboardBody(watched: Watched<string>, region: string): object {
  const metrics = metricsOf(watched);
  const panels = PANELS.filter(({ isOfWatch = false }) => !isOfWatch || watched.deviceWatch !== undefined);
  const widgets = panels.map(({ title, unit, statistic, metrics: keys }, i) => ({
    type: "metric",
    x: (i % 2) * PANEL.width,
    y: Math.floor(i / 2) * PANEL.height,
    ...PANEL,
    properties: {
      title,
      region,
      view: "timeSeries",
      stat: statistic,
      period: metrics[keys[0]].periodSeconds,
      metrics: keys.map((key) => seriesOf(metrics[key])),
      yAxis: { left: { label: unit, showUnits: false, min: 0 } },
    },
  }));
  return { widgets };
}

/** A metric as a widget names it: namespace, name, and each dimension's name and value. */
function seriesOf({ namespace, name, dimensions }: Metric<string>): readonly string[] {
  return [namespace, name, ...Object.entries(dimensions).flat()];
}

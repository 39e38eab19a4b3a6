import type { StackConfig } from "./config";
import type { MetricKey } from "./metrics";

/** A row of the table. Where a value depends on the configuration, it is a function of it. */
type AlarmRow = {
  /** Part of the alarm's name, `iot-<key>-<suffix>`, and its section in docs/operations.md. */
  readonly key: string;
  readonly metric: MetricKey;
  /** What the values of a period are reduced to. */
  readonly statistic: "Sum" | "Maximum" | "Minimum";
  /** Seconds of a period. @default 300 */
  readonly periodSeconds?: number;
  /** Consecutive periods that break the threshold. @default 1 */
  readonly periods?: Configured<number>;
  /** Whether a period without data breaks the threshold. @default false */
  readonly missingDataBreaches?: boolean;
  /** Whether the alarm exists. @default always */
  readonly when?: (config: AlarmSwitches) => boolean;
  /** What has happened, without a full stop: the unit follows. */
  readonly description: Configured<string>;
} & Threshold;

/** The alarm goes off above this value, or below it; in the metric's unit. */
type Threshold =
  | { readonly above: Configured<number>; readonly below?: never }
  | { readonly below: Configured<number>; readonly above?: never };

type Configured<Value> = Value | ((config: StackConfig) => Value);

/** The part of the configuration that decides which alarms there are. */
export type AlarmSwitches = Pick<StackConfig, "silenceMinutes" | "watchRules">;

/** An alarm of one configuration. */
export interface Alarm extends Pick<AlarmRow, "key" | "metric" | "statistic"> {
  readonly comparison: "GreaterThanThreshold" | "LessThanThreshold";
  /** In the metric's unit. */
  readonly threshold: number;
  /** Seconds of a period. */
  readonly periodSeconds: number;
  /** Consecutive periods that break the threshold. */
  readonly periods: number;
  readonly missingData: "notBreaching" | "breaching";
  /** What has happened, without a full stop. */
  readonly description: string;
}

const FIVE_MINUTES = 300;
const SECONDS = 60;
const MILLISECONDS = 60_000;
/** A notice that is not sent after this is late: a batch sends it at once, else a sweep within a minute. */
const OUTBOX_AGE_SECONDS = 300;

const hasWatch = ({ watchRules }: AlarmSwitches) => watchRules.length > 0;
/** A record waits for its batch to fill before it is judged. */
const watchAgeMs = ({ alarmIteratorAgeMs, watchWindowSeconds }: StackConfig) =>
  alarmIteratorAgeMs + watchWindowSeconds * 1000;

/** The watch's sweep reads what waits for a batch to fill, too. */
const readerAgeMs = (config: StackConfig) => (hasWatch(config) ? watchAgeMs(config) : config.alarmIteratorAgeMs);

/** Nothing is counted for `silenceMinutes`. What receives nothing, or does nothing, may publish nothing. */
const NONE_FOR_MINUTES = {
  statistic: "Sum",
  below: 1,
  periodSeconds: 60,
  periods: ({ silenceMinutes }: StackConfig) => silenceMinutes,
  missingDataBreaches: true,
  when: ({ silenceMinutes }: AlarmSwitches) => silenceMinutes > 0,
} as const;

/**
 * Every alarm. A sum counts events, and no data means that there was none. An age must be too high twice in a row, because one slow read
 * is no fault.
 */
const ALARMS: readonly AlarmRow[] = [
  {
    key: "lambda-errors",
    metric: "processorErrors",
    statistic: "Sum",
    above: ({ alarmFunctionErrors }) => alarmFunctionErrors,
    periods: 2,
    description: ({ alarmFunctionErrors }) =>
      `More than ${alarmFunctionErrors} invocations of the processor failed in five minutes, twice in a row`,
  },
  {
    key: "kinesis-iterator-age",
    metric: "streamIteratorAge",
    statistic: "Maximum",
    above: readerAgeMs,
    periods: 2,
    description: (config) => `A reader of the stream is more than ${readerAgeMs(config)} milliseconds behind`,
  },
  {
    key: "processor-iterator-age",
    metric: "processorIteratorAge",
    statistic: "Maximum",
    above: ({ alarmIteratorAgeMs }) => alarmIteratorAgeMs,
    periods: 2,
    description: ({ alarmIteratorAgeMs }) =>
      `The processor is more than ${alarmIteratorAgeMs} milliseconds behind the stream`,
  },
  {
    key: "dynamodb-throttles",
    metric: "tableThrottledWrites",
    statistic: "Sum",
    above: ({ alarmThrottledWrites }) => alarmThrottledWrites,
    description: ({ alarmThrottledWrites }) =>
      `More than ${alarmThrottledWrites} writes to the table were throttled in five minutes`,
  },
  {
    key: "dynamodb-index-throttles",
    metric: "indexThrottledWrites",
    statistic: "Sum",
    above: ({ alarmThrottledWrites }) => alarmThrottledWrites,
    description: ({ alarmThrottledWrites }) =>
      `More than ${alarmThrottledWrites} writes to the index were throttled in five minutes`,
  },
  {
    key: "kinesis-write-throttles",
    metric: "streamThrottledWrites",
    statistic: "Sum",
    above: 0,
    description: "A shard of the stream refused writes because it is full",
  },
  {
    key: "rejected-readings",
    metric: "rejectedReadings",
    statistic: "Sum",
    above: ({ alarmRejectedReadings }) => alarmRejectedReadings,
    description: ({ alarmRejectedReadings }) =>
      `More than ${alarmRejectedReadings} readings were rejected in five minutes`,
  },
  {
    key: "anomalies",
    metric: "anomalies",
    statistic: "Sum",
    above: ({ alarmAnomalies }) => alarmAnomalies,
    description: ({ alarmAnomalies }) => `More than ${alarmAnomalies} readings were out of bounds in five minutes`,
  },
  {
    key: "silence",
    metric: "streamRecords",
    ...NONE_FOR_MINUTES,
    description: ({ silenceMinutes }) => `No reading has arrived for ${silenceMinutes} minutes`,
  },
  {
    // A function that is not invoked has no age and no errors.
    key: "processor-stopped",
    metric: "processorInvocations",
    ...NONE_FOR_MINUTES,
    description: ({ silenceMinutes }) =>
      `The processor has not been invoked for ${silenceMinutes} minutes: no reading arrives, or none is stored`,
  },
  {
    key: "failed-batches",
    metric: "mappingFailedRecords",
    statistic: "Sum",
    above: 0,
    description: "Records failed after all retries; they are in the failure destination",
  },
  {
    key: "dropped-batches",
    metric: "mappingDroppedRecords",
    statistic: "Sum",
    above: 0,
    description: "Records failed and could not be written to the failure destination; only the stream still has them",
  },
  {
    key: "destination-failures",
    metric: "processorDestinationFailures",
    statistic: "Sum",
    above: 0,
    description: "Lambda could not write to the failure destination",
  },
  {
    key: "rule-failures",
    metric: "ruleFailures",
    statistic: "Sum",
    above: 0,
    description: "The rule could not put messages into the stream; they are in its error log",
  },
  {
    key: "rule-parse-errors",
    metric: "ruleParseErrors",
    statistic: "Sum",
    above: 0,
    description: "The rules engine could not parse messages; neither the stream nor the error log has them",
  },
  {
    key: "rule-throttled",
    metric: "ruleThrottled",
    statistic: "Sum",
    above: 0,
    description: "The rules engine throttled messages; neither the stream nor the error log has them",
  },
  {
    key: "archive-freshness",
    metric: "archiveFreshness",
    statistic: "Maximum",
    above: ({ alarmArchiveAgeMinutes }) => alarmArchiveAgeMinutes * SECONDS,
    periods: 2,
    description: ({ alarmArchiveAgeMinutes }) =>
      `The oldest reading that is not archived yet has waited more than ${alarmArchiveAgeMinutes} minutes`,
  },
  {
    key: "archive-lag",
    metric: "archiveLag",
    statistic: "Maximum",
    above: ({ alarmArchiveAgeMinutes }) => alarmArchiveAgeMinutes * MILLISECONDS,
    periods: 2,
    description: ({ alarmArchiveAgeMinutes }) =>
      `The delivery to the archive is more than ${alarmArchiveAgeMinutes} minutes behind the stream`,
  },
  {
    key: "archive-conversion-failures",
    metric: "archiveConversionFailures",
    statistic: "Sum",
    above: 0,
    description: "Rows could not be converted to Parquet; they are in firehose-errors/",
  },
  {
    key: "archive-failed-records",
    metric: "archiveFailedRecords",
    statistic: "Sum",
    above: 0,
    description:
      "Records were not archived, because their rows had no room or nothing told who published them; they are in firehose-errors/",
  },
  {
    key: "archive-delivery-failures",
    metric: "archiveDeliverySuccess",
    statistic: "Minimum",
    below: 1,
    description: "The bucket refused an object of the archive",
  },
  {
    key: "archive-transform-errors",
    metric: "transformErrors",
    statistic: "Sum",
    above: 0,
    description: "The archive's transform function failed; Firehose retries",
  },
  {
    key: "watch-iterator-age",
    metric: "watchIteratorAge",
    statistic: "Maximum",
    above: watchAgeMs,
    periods: 2,
    when: hasWatch,
    description: (config) => `The device watch is more than ${watchAgeMs(config)} milliseconds behind the stream`,
  },
  {
    key: "watch-errors",
    metric: "watchErrors",
    statistic: "Sum",
    above: ({ alarmFunctionErrors }) => alarmFunctionErrors,
    periods: 2,
    when: hasWatch,
    description: ({ alarmFunctionErrors }) =>
      `More than ${alarmFunctionErrors} invocations of the device watch failed in five minutes, twice in a row`,
  },
  {
    key: "watch-dropped",
    metric: "watchFailedRecords",
    statistic: "Sum",
    above: 0,
    when: hasWatch,
    description: "Records were not judged within an hour; they are in the failure destination",
  },
  {
    key: "watch-lost",
    metric: "watchLostRecords",
    statistic: "Sum",
    above: 0,
    when: hasWatch,
    description: "Records were not judged within an hour, and could not be written to the failure destination",
  },
  {
    key: "watch-destination-failures",
    metric: "watchDestinationFailures",
    statistic: "Sum",
    above: 0,
    when: hasWatch,
    description: "Lambda could not write the device watch's failed records to the failure destination",
  },
  {
    key: "watch-notices-dropped",
    metric: "watchNoticesDropped",
    statistic: "Sum",
    above: 0,
    when: hasWatch,
    description: "Notices found no room in a device's outbox and will never be sent",
  },
  {
    key: "sweep-missing",
    metric: "watchSweeps",
    statistic: "Sum",
    below: 1,
    // A sweep that does not run says nothing.
    missingDataBreaches: true,
    when: hasWatch,
    description:
      "No sweep of the device watch has come to its end for five minutes: no timer fires and no silence is found",
  },
  {
    key: "watch-clock-behind",
    metric: "watchClockBehind",
    statistic: "Maximum",
    above: watchAgeMs,
    periods: 2,
    // A clock that cannot be told is not published.
    missingDataBreaches: true,
    when: hasWatch,
    description: (config) =>
      `The clock by which the device watch finds silence is more than ${watchAgeMs(config)} milliseconds behind: readings of some shard wait to be judged`,
  },
  {
    key: "outbox-age",
    metric: "watchOutboxAge",
    statistic: "Maximum",
    above: OUTBOX_AGE_SECONDS,
    periods: 2,
    when: hasWatch,
    description: `A notice of a device has waited more than ${OUTBOX_AGE_SECONDS} seconds to be sent`,
  },
];

/** How many alarms a configuration has. */
export function alarmCount(config: AlarmSwitches): number {
  return rowsOf(config).length;
}

function rowsOf(config: AlarmSwitches): readonly AlarmRow[] {
  return ALARMS.filter(({ when }) => when === undefined || when(config));
}

/** The alarms of a configuration, in the table's order. */
export function alarms(config: StackConfig): readonly Alarm[] {
  return rowsOf(config).map((row) => ({
    key: row.key,
    metric: row.metric,
    statistic: row.statistic,
    comparison: row.above === undefined ? "LessThanThreshold" : "GreaterThanThreshold",
    threshold: configured(row.above === undefined ? row.below : row.above, config),
    periodSeconds: row.periodSeconds ?? FIVE_MINUTES,
    periods: configured(row.periods ?? 1, config),
    missingData: row.missingDataBreaches ? "breaching" : "notBreaching",
    description: configured(row.description, config),
  }));
}

function configured<Value extends number | string>(value: Configured<Value>, config: StackConfig): Value {
  return typeof value === "function" ? value(config) : value;
}

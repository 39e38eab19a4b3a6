import { SENSOR_TYPE_INDEX } from "../contract/item";
import { ARCHIVE_METRIC, METRIC, METRIC_DIMENSION, METRIC_NAMESPACE } from "../contract/metrics";
import { WATCH_METRIC } from "../contract/watch";

/** What is watched: the physical names of an environment's resources, known now (`string`) or later (an input of Pulumi). */
export interface Watched<Name> {
  /** Suffix of the environment. */
  readonly suffix: string;
  readonly streamName: Name;
  readonly ruleName: Name;
  /** Name of the hot tier's table. */
  readonly tableName: Name;
  /** Name of the archive bucket. */
  readonly bucketName: Name;
  /** Name of the processor. */
  readonly functionName: Name;
  /** Id of the event source mapping from the stream to the processor. */
  readonly mappingUuid: Name;
  readonly deliveryStreamName: Name;
  /** Name of the archive's transform function. */
  readonly transformName: Name;
  /** The device watch; undefined where there are no rules: then nobody looks at its metrics. */
  readonly deviceWatch: WatchedDevices<Name> | undefined;
}

/** The names of the device watch's resources. */
export interface WatchedDevices<Name> {
  /** Name of the function that judges batches. */
  readonly functionName: Name;
  /** Id of the event source mapping from the stream to it. */
  readonly mappingUuid: Name;
  readonly sweepName: Name;
  readonly tableName: Name;
}

/** What a metric's value counts or measures. */
export type Unit =
  | "count"
  | "milliseconds"
  | "seconds"
  | "bytes"
  | "capacity units"
  | "share of deliveries that succeed";

/** A metric in CloudWatch. */
export interface Metric<Name> {
  /** Namespace of the service that publishes it. */
  readonly namespace: string;
  /** Its name within the namespace. */
  readonly name: string;
  /** The series has exactly these dimensions: CloudWatch finds nothing for fewer or more. */
  readonly dimensions: Readonly<Record<string, Name | string>>;
  /** The unit in which it is published. */
  readonly unit: Unit;
  /** Seconds between two values. */
  readonly periodSeconds: number;
}

/** The name of a metric in this project. */
export type MetricKey = keyof ReturnType<typeof metricsOf>;

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

/** The stream's metrics that are published for each shard beside those of the whole stream. */
export const SHARD_LEVEL_METRICS = [
  "IncomingBytes",
  "IncomingRecords",
  "OutgoingBytes",
  "OutgoingRecords",
  "WriteProvisionedThroughputExceeded",
  "ReadProvisionedThroughputExceeded",
  "IteratorAgeMilliseconds",
] as const;

/** Every metric that an alarm or the dashboard reads, with the unit and the dimensions in which AWS publishes it. */
export function metricsOf<Name>(watched: Watched<Name>) {
  const { streamName: StreamName, ruleName: RuleName, tableName: TableName, bucketName: BucketName } = watched;
  const own = series<Name>(METRIC_NAMESPACE, { [METRIC_DIMENSION]: watched.suffix });
  // https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
  const stream = series<Name>("AWS/Kinesis", { StreamName });
  // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
  const processor = series<Name>("AWS/Lambda", { FunctionName: watched.functionName });
  const mapping = series<Name>("AWS/Lambda", { EventSourceMappingUUID: watched.mappingUuid });
  const transform = series<Name>("AWS/Lambda", { FunctionName: watched.transformName });
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html: the index is a series of its own.
  const table = series<Name>("AWS/DynamoDB", { TableName });
  const index = series<Name>("AWS/DynamoDB", { TableName, GlobalSecondaryIndexName: SENSOR_TYPE_INDEX });
  // https://docs.aws.amazon.com/iot/latest/developerguide/metrics_dimensions.html
  const rule = series<Name>("AWS/IoT", { RuleName });
  const ruleAction = series<Name>("AWS/IoT", { RuleName, ActionType: "Kinesis" });
  // https://docs.aws.amazon.com/firehose/latest/dev/cloudwatch-metrics.html
  const delivery = series<Name>("AWS/Firehose", { DeliveryStreamName: watched.deliveryStreamName });
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html
  const bucketSize = series<Name>("AWS/S3", { BucketName, StorageType: "StandardStorage" }, DAY);
  const bucketObjects = series<Name>("AWS/S3", { BucketName, StorageType: "AllStorageTypes" }, DAY);
  return {
    storedReadings: own(METRIC.processed, "count"),
    supersededReadings: own(METRIC.superseded, "count"),
    anomalies: own(METRIC.anomalies, "count"),
    rejectedReadings: own(METRIC.rejected, "count"),
    processingErrors: own(METRIC.errors, "count"),
    streamRecords: stream("IncomingRecords", "count"),
    streamBytes: stream("IncomingBytes", "bytes"),
    streamIteratorAge: stream("GetRecords.IteratorAgeMilliseconds", "milliseconds"),
    streamThrottledWrites: stream("WriteProvisionedThroughputExceeded", "count"),
    streamThrottledReads: stream("ReadProvisionedThroughputExceeded", "count"),
    processorInvocations: processor("Invocations", "count"),
    processorDuration: processor("Duration", "milliseconds"),
    processorErrors: processor("Errors", "count"),
    processorThrottles: processor("Throttles", "count"),
    processorIteratorAge: processor("IteratorAge", "milliseconds"),
    processorDestinationFailures: processor("DestinationDeliveryFailures", "count"),
    mappingFailedInvocations: mapping("FailedInvokeEventCount", "count"),
    mappingFailedRecords: mapping("OnFailureDestinationDeliveredEventCount", "count"),
    mappingDroppedRecords: mapping("DroppedEventCount", "count"),
    tableThrottledWrites: table("WriteThrottleEvents", "count"),
    tableWrites: table("ConsumedWriteCapacityUnits", "capacity units"),
    indexThrottledWrites: index("WriteThrottleEvents", "count"),
    indexWrites: index("ConsumedWriteCapacityUnits", "capacity units"),
    ruleFailures: ruleAction("Failure", "count"),
    ruleParseErrors: rule("ParseError", "count"),
    ruleThrottled: rule("RuleMessageThrottled", "count"),
    archiveFreshness: delivery("DeliveryToS3.DataFreshness", "seconds"),
    archiveLag: delivery("KinesisMillisBehindLatest", "milliseconds"),
    archiveRows: delivery("SucceedConversion.Records", "count"),
    archiveConversionFailures: delivery("FailedConversion.Records", "count"),
    archiveDeliverySuccess: delivery("DeliveryToS3.Success", "share of deliveries that succeed"),
    archiveFailedRecords: own(ARCHIVE_METRIC.failed, "count"),
    transformErrors: transform("Errors", "count"),
    bucketBytes: bucketSize("BucketSizeBytes", "bytes"),
    bucketObjects: bucketObjects("NumberOfObjects", "count"),
    ...deviceMetricsOf<Name>(watched),
  };
}

/** The device watch's. */
function deviceMetricsOf<Name>({ suffix, deviceWatch }: Watched<Name>) {
  const { functionName, mappingUuid, sweepName, tableName } = deviceWatch ?? NO_WATCH;
  const own = series<Name>(METRIC_NAMESPACE, { [METRIC_DIMENSION]: suffix });
  const watch = series<Name>("AWS/Lambda", { FunctionName: functionName });
  const mapping = series<Name>("AWS/Lambda", { EventSourceMappingUUID: mappingUuid });
  const sweep = series<Name>("AWS/Lambda", { FunctionName: sweepName });
  const table = series<Name>("AWS/DynamoDB", { TableName: tableName });
  return {
    watchRaised: own(WATCH_METRIC.raised, "count"),
    watchActive: own(WATCH_METRIC.active, "count"),
    watchStale: own(WATCH_METRIC.stale, "count"),
    watchShelved: own(WATCH_METRIC.shelved, "count"),
    watchSilent: own(WATCH_METRIC.silent, "count"),
    watchLate: own(WATCH_METRIC.late, "count"),
    watchBackfilled: own(WATCH_METRIC.backfilled, "count"),
    watchConflicts: own(WATCH_METRIC.conflicts, "count"),
    watchOutboxAge: own(WATCH_METRIC.outboxAge, "seconds"),
    watchNoticesDropped: own(WATCH_METRIC.dropped, "count"),
    watchClockBehind: own(WATCH_METRIC.clockBehind, "milliseconds"),
    watchSweeps: own(WATCH_METRIC.sweeps, "count"),
    watchErrors: watch("Errors", "count"),
    watchIteratorAge: watch("IteratorAge", "milliseconds"),
    watchFailedRecords: mapping("OnFailureDestinationDeliveredEventCount", "count"),
    watchLostRecords: mapping("DroppedEventCount", "count"),
    watchDestinationFailures: watch("DestinationDeliveryFailures", "count"),
    sweepErrors: sweep("Errors", "count"),
    watchThrottledWrites: table("WriteThrottleEvents", "count"),
    watchReads: table("ConsumedReadCapacityUnits", "capacity units"),
    watchWrites: table("ConsumedWriteCapacityUnits", "capacity units"),
  };
}

const NO_WATCH: WatchedDevices<string> = { functionName: "", mappingUuid: "", sweepName: "", tableName: "" };

/** The metrics of one namespace that share their dimensions. */
function series<Name>(namespace: string, dimensions: Metric<Name>["dimensions"], periodSeconds = MINUTE) {
  return (name: string, unit: Unit): Metric<Name> => ({ namespace, name, dimensions, unit, periodSeconds });
}

import { SENSOR_TYPE_INDEX } from "../contract/item";
import { METRIC, METRIC_DIMENSION, METRIC_NAMESPACE } from "../contract/metrics";

/** What the dashboard shows, by name. */
export interface Shown {
  readonly region: string;
  readonly suffix: string;
  readonly streamName: string;
  readonly ruleName: string;
  readonly tableName: string;
  readonly functionName: string;
  readonly mappingUuid: string;
  readonly bucketName: string;
  readonly deliveryStreamName: string;
  readonly transformName: string;
}

type Metric = readonly (string | Readonly<Record<string, string>>)[];

interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly statistic: string;
  readonly periodSeconds?: number;
  readonly metrics: readonly Metric[];
}

/** Rows of panels: what comes in, how far behind, what is wrong, the cold tier, and what costs. */
function panels({
  suffix,
  streamName,
  ruleName,
  tableName,
  functionName,
  mappingUuid,
  bucketName,
  deliveryStreamName,
  transformName,
}: Shown): readonly Panel[] {
  const stream = (metric: string): Metric => ["AWS/Kinesis", metric, "StreamName", streamName];
  const lambda = (metric: string): Metric => ["AWS/Lambda", metric, "FunctionName", functionName];
  const mapping = (metric: string): Metric => ["AWS/Lambda", metric, "EventSourceMappingUUID", mappingUuid];
  const own = (metric: string): Metric => [METRIC_NAMESPACE, metric, METRIC_DIMENSION, suffix];
  const table = (metric: string): Metric => ["AWS/DynamoDB", metric, "TableName", tableName];
  const index = (metric: string): Metric => [...table(metric), "GlobalSecondaryIndexName", SENSOR_TYPE_INDEX];
  const delivery = (metric: string): Metric => ["AWS/Firehose", metric, "DeliveryStreamName", deliveryStreamName];
  const daily = 24 * 60 * 60;
  return [
    {
      title: "Throughput",
      unit: "readings",
      statistic: "Sum",
      metrics: [stream("IncomingRecords"), own(METRIC.processed), own(METRIC.superseded)],
    },
    {
      title: "Lag",
      unit: "milliseconds",
      statistic: "Maximum",
      metrics: [stream("GetRecords.IteratorAgeMilliseconds"), lambda("IteratorAge"), lambda("Duration")],
    },
    { title: "Anomalies", unit: "readings", statistic: "Sum", metrics: [own(METRIC.anomalies)] },
    { title: "Set aside", unit: "readings", statistic: "Sum", metrics: [own(METRIC.rejected), own(METRIC.errors)] },
    {
      title: "Throttles",
      unit: "count",
      statistic: "Sum",
      metrics: [
        table("WriteThrottleEvents"),
        index("WriteThrottleEvents"),
        stream("WriteProvisionedThroughputExceeded"),
        stream("ReadProvisionedThroughputExceeded"),
        lambda("Throttles"),
      ],
    },
    {
      title: "Errors",
      unit: "count",
      statistic: "Sum",
      metrics: [
        lambda("Errors"),
        mapping("FailedInvokeEventCount"),
        mapping("OnFailureDestinationDeliveredEventCount"),
        mapping("DroppedEventCount"),
        lambda("DestinationDeliveryFailures"),
        ["AWS/IoT", "Failure", "RuleName", ruleName, "ActionType", "Kinesis"],
        ["AWS/IoT", "ParseError", "RuleName", ruleName],
      ],
    },
    {
      title: "Cold tier: behind",
      unit: "seconds on the way; milliseconds behind the stream",
      statistic: "Maximum",
      metrics: [delivery("DeliveryToS3.DataFreshness"), delivery("KinesisMillisBehindLatest")],
    },
    {
      title: "Cold tier: rows and failures",
      unit: "count",
      statistic: "Sum",
      metrics: [
        delivery("SucceedConversion.Records"),
        delivery("FailedConversion.Records"),
        ["AWS/Lambda", "Errors", "FunctionName", transformName],
      ],
    },
    {
      title: "Cold tier: share of deliveries that succeed",
      unit: "share",
      statistic: "Minimum",
      metrics: [delivery("DeliveryToS3.Success")],
    },
    {
      title: "Cost drivers: writes, bytes, invocations",
      unit: "units, bytes, count",
      statistic: "Sum",
      metrics: [
        table("ConsumedWriteCapacityUnits"),
        index("ConsumedWriteCapacityUnits"),
        stream("IncomingBytes"),
        lambda("Invocations"),
      ],
    },
    {
      title: "Cost drivers: bytes and objects kept",
      unit: "bytes, count",
      statistic: "Average",
      periodSeconds: daily,
      metrics: [
        ["AWS/S3", "BucketSizeBytes", "BucketName", bucketName, "StorageType", "StandardStorage"],
        ["AWS/S3", "NumberOfObjects", "BucketName", bucketName, "StorageType", "AllStorageTypes"],
      ],
    },
  ];
}

/** Two panels in a row of CloudWatch's 24 columns. */
const PANEL = { width: 12, height: 6 };

/** The dashboard's body. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
export function dashboardBody(shown: Shown): object {
  const widgets = panels(shown).map(({ title, unit, statistic, periodSeconds = 60, metrics }, i) => ({
    type: "metric",
    x: (i % 2) * PANEL.width,
    y: Math.floor(i / 2) * PANEL.height,
    ...PANEL,
    properties: {
      title,
      region: shown.region,
      view: "timeSeries",
      stat: statistic,
      period: periodSeconds,
      metrics,
      yAxis: { left: { label: unit, showUnits: false, min: 0 } },
    },
  }));
  return { widgets };
}

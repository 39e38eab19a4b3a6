import type * as pulumi from "@pulumi/pulumi";
import { SENSOR_TYPE_INDEX } from "../contract/item";
import { METRIC, METRIC_DIMENSION, METRIC_NAMESPACE } from "../contract/metrics";
import type { StackConfig } from "./config";

/** What the alarms watch, by name. */
export interface Watched {
  readonly suffix: string;
  readonly streamName: pulumi.Input<string>;
  readonly ruleName: pulumi.Input<string>;
  readonly tableName: pulumi.Input<string>;
  readonly functionName: pulumi.Input<string>;
  readonly mappingUuid: pulumi.Input<string>;
  readonly deliveryStreamName: pulumi.Input<string>;
  readonly transformName: pulumi.Input<string>;
}

/** One alarm: when a statistic of a metric goes over (or, for silence, under) its threshold. */
export interface Alarm {
  /** Stands in the alarm's name, `iot-<key>-<suffix>`. */
  readonly key: string;
  /** What it means, with the threshold's unit. */
  readonly description: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
  readonly statistic: "Sum" | "Maximum" | "Minimum";
  readonly comparison: "GreaterThanThreshold" | "LessThanThreshold";
  /** In the metric's own unit. */
  readonly threshold: number;
  readonly periodSeconds: number;
  readonly periods: number;
  readonly missingData: "notBreaching" | "breaching";
}

const FIVE_MINUTES = 300;

/** Every alarm of an environment. Units and dimensions are those in which AWS publishes each metric. */
export function alarms(watched: Watched, config: StackConfig): readonly Alarm[] {
  const { streamName: StreamName, ruleName: RuleName, tableName: TableName, functionName: FunctionName } = watched;
  const own = { namespace: METRIC_NAMESPACE, dimensions: { [METRIC_DIMENSION]: watched.suffix } };
  // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
  const lambda = { namespace: "AWS/Lambda", dimensions: { FunctionName } };
  const mapping = { namespace: "AWS/Lambda", dimensions: { EventSourceMappingUUID: watched.mappingUuid } };
  // https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
  const stream = { namespace: "AWS/Kinesis", dimensions: { StreamName } };
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html: the index is a series of its own.
  const table = { namespace: "AWS/DynamoDB", metric: "WriteThrottleEvents", threshold: config.alarmThrottledWrites };
  // https://docs.aws.amazon.com/firehose/latest/dev/cloudwatch-metrics.html
  const delivery = { namespace: "AWS/Firehose", dimensions: { DeliveryStreamName: watched.deliveryStreamName } };
  // https://docs.aws.amazon.com/iot/latest/developerguide/metrics_dimensions.html
  const rule = { namespace: "AWS/IoT" };
  return [
    sum(
      "lambda-errors",
      `More than ${config.alarmFunctionErrors} invocations of the processor failed in five minutes, twice in a row (count).`,
      {
        ...lambda,
        metric: "Errors",
        threshold: config.alarmFunctionErrors,
        periods: 2,
      },
    ),
    age(
      "kinesis-iterator-age",
      `A reader of the stream is more than ${config.alarmIteratorAgeMs} milliseconds behind (maximum age, milliseconds).`,
      {
        ...stream,
        metric: "GetRecords.IteratorAgeMilliseconds",
        threshold: config.alarmIteratorAgeMs,
      },
    ),
    age(
      "processor-iterator-age",
      `The processor is more than ${config.alarmIteratorAgeMs} milliseconds behind the stream (maximum age, milliseconds).`,
      {
        ...lambda,
        metric: "IteratorAge",
        threshold: config.alarmIteratorAgeMs,
      },
    ),
    sum(
      "dynamodb-throttles",
      `More than ${config.alarmThrottledWrites} writes to the table were throttled in five minutes (count).`,
      {
        ...table,
        dimensions: { TableName },
      },
    ),
    sum(
      "dynamodb-index-throttles",
      `More than ${config.alarmThrottledWrites} writes to the index were throttled in five minutes (count).`,
      {
        ...table,
        dimensions: { TableName, GlobalSecondaryIndexName: SENSOR_TYPE_INDEX },
      },
    ),
    sum("kinesis-write-throttles", "A shard of the stream refused writes because it is full (count).", {
      ...stream,
      metric: "WriteProvisionedThroughputExceeded",
    }),
    sum(
      "rejected-readings",
      `More than ${config.alarmRejectedReadings} readings were set aside in five minutes (count).`,
      {
        ...own,
        metric: METRIC.rejected,
        threshold: config.alarmRejectedReadings,
      },
    ),
    sum("anomalies", `More than ${config.alarmAnomalies} readings were out of bounds in five minutes (count).`, {
      ...own,
      metric: METRIC.anomalies,
      threshold: config.alarmAnomalies,
    }),
    ...silence(stream, config.silenceMinutes),
    sum("failed-batches", "Records were given up after their retries and are in the failure destination (count).", {
      ...mapping,
      metric: "OnFailureDestinationDeliveredEventCount",
    }),
    sum(
      "dropped-batches",
      "Records were given up and not even the failure destination took them; only the stream still has them (count).",
      {
        ...mapping,
        metric: "DroppedEventCount",
      },
    ),
    sum("destination-failures", "Lambda could not write to the failure destination (count).", {
      ...lambda,
      metric: "DestinationDeliveryFailures",
    }),
    sum("rule-failures", "The rule could not put messages into the stream; they are in its error log (count).", {
      ...rule,
      metric: "Failure",
      dimensions: { RuleName, ActionType: "Kinesis" },
    }),
    sum(
      "rule-parse-errors",
      "The rules engine could not read messages, and neither the stream nor the error log has them (count).",
      {
        ...rule,
        metric: "ParseError",
        dimensions: { RuleName },
      },
    ),
    age(
      "archive-freshness",
      `The oldest reading that is not archived yet has waited more than ${config.alarmArchiveAgeMinutes} minutes (maximum age, seconds).`,
      { ...delivery, metric: "DeliveryToS3.DataFreshness", threshold: config.alarmArchiveAgeMinutes * 60 },
    ),
    age(
      "archive-lag",
      `The delivery to the cold tier is more than ${config.alarmArchiveAgeMinutes} minutes behind the stream (maximum age, milliseconds).`,
      { ...delivery, metric: "KinesisMillisBehindLatest", threshold: config.alarmArchiveAgeMinutes * 60_000 },
    ),
    sum("archive-conversion-failures", "Rows did not become Parquet; they are in firehose-errors/ (count).", {
      ...delivery,
      metric: "FailedConversion.Records",
    }),
    {
      ...sum(
        "archive-delivery-failures",
        "The bucket refused an object of the cold tier (share of deliveries that succeed).",
        {
          ...delivery,
          metric: "DeliveryToS3.Success",
          threshold: 1,
        },
      ),
      statistic: "Minimum",
      comparison: "LessThanThreshold",
    },
    sum("archive-transform-errors", "The archive's transform function failed, and Firehose tries again (count).", {
      namespace: "AWS/Lambda",
      dimensions: { FunctionName: watched.transformName },
      metric: "Errors",
    }),
  ];
}

type Series = Pick<Alarm, "namespace" | "metric" | "dimensions"> & Partial<Pick<Alarm, "threshold" | "periods">>;

/** More than a number of events in five minutes; no event is no data, and no alarm. */
function sum(key: string, description: string, { threshold = 0, periods = 1, ...series }: Series): Alarm {
  const rest = { statistic: "Sum", comparison: "GreaterThanThreshold", missingData: "notBreaching" } as const;
  return { key, description, ...series, ...rest, threshold, periods, periodSeconds: FIVE_MINUTES };
}

/** Something waits too long, for two periods in a row; an age is not published while nothing is read. */
function age(key: string, description: string, series: Series): Alarm {
  return { ...sum(key, description, { ...series, periods: 2 }), statistic: "Maximum" };
}

/** No reading at all, minute for minute; a stream that gets nothing may publish nothing, so missing data is the alarm. */
function silence(stream: Pick<Alarm, "namespace" | "dimensions">, minutes: number): readonly Alarm[] {
  if (minutes === 0) return [];
  const alarm = sum("silence", `No reading has arrived for ${minutes} minutes (count).`, {
    ...stream,
    metric: "IncomingRecords",
    threshold: 1,
    periods: minutes,
  });
  return [{ ...alarm, comparison: "LessThanThreshold", missingData: "breaching", periodSeconds: 60 }];
}

/** The price of a unit in sa-east-1. */
export interface Price {
  /** US dollars per unit. */
  readonly usd: number;
  /** The unit, in words. */
  readonly unit: string;
  /** AWS's page or price list. */
  readonly source: string;
  /** When it was read there; of an estimate, when it was written down. */
  readonly date: string;
  /** Whether it is the list price of us-east-1, scaled: see `scaled`. */
  readonly isEstimate: boolean;
}

const page = (service: string) => `https://aws.amazon.com/${service}/pricing/`;
const list = (offer: string) =>
  `https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/${offer}/current/sa-east-1/index.json`;

/** A list price of sa-east-1, as AWS's price list has it. */
const listed = (usd: number, unit: string, offer: string, date = "2026-08-08"): Price => ({
  usd,
  unit,
  source: list(offer),
  date,
  isEstimate: false,
});

/**
 * How much more expensive São Paulo is than us-east-1 where its own list price is not known: the ratio of another price of the same
 * service (IoT's messages, CloudWatch's alarms), else the largest known ratio, that of Athena.
 */
const PRICE_RATIO = { iot: 1.5, cloudwatch: 1.35, other: 1.8 };
const scaled = (usd: number, unit: string, service: string, times = PRICE_RATIO.other): Price => ({
  usd: usd * times,
  unit,
  source: page(service),
  date: "2026-11-24",
  isEstimate: true,
});

/** The one table of prices: before taxes, without free tiers and discounts, each at its first volume step. */
export const PRICES = {
  iotMessage: listed(1.5 / 1e6, "message of up to 5 KB", "AWSIoT", "2026-09-11"),
  iotRule: scaled(0.15 / 1e6, "rule triggered", "iot-core", PRICE_RATIO.iot),
  iotAction: scaled(0.15 / 1e6, "action applied", "iot-core", PRICE_RATIO.iot),
  iotConnectionMinute: scaled(0.08 / 1e6, "minute connected", "iot-core", PRICE_RATIO.iot),
  kinesisShardHour: scaled(0.015, "shard-hour", "kinesis/data-streams"),
  kinesisPutUnit: scaled(0.014 / 1e6, "put of up to 25 KB", "kinesis/data-streams"),
  kinesisRetentionShardHour: scaled(0.02, "shard-hour of retention beyond a day", "kinesis/data-streams"),
  kinesisStreamHour: scaled(0.04, "hour of an on-demand stream", "kinesis/data-streams"),
  kinesisGbIn: scaled(0.08, "GB into an on-demand stream", "kinesis/data-streams"),
  kinesisGbOut: scaled(0.04, "GB read from an on-demand stream", "kinesis/data-streams"),
  kinesisFanOutShardHour: scaled(0.015, "shard-hour of a fan-out consumer", "kinesis/data-streams"),
  kinesisFanOutGb: scaled(0.013, "GB by fan-out", "kinesis/data-streams"),
  kinesisFanOutOnDemandGb: scaled(0.05, "GB by fan-out from an on-demand stream", "kinesis/data-streams"),
  lambdaRequest: listed(0.2 / 1e6, "invocation", "AWSLambda"),
  lambdaGbSecond: listed(0.0000133334, "GB-second on arm64", "AWSLambda"),
  dynamodbWriteUnit: scaled(0.625 / 1e6, "write unit of up to 1 KB", "dynamodb"),
  dynamodbReadUnit: scaled(0.125 / 1e6, "read unit of up to 4 KB", "dynamodb"),
  dynamodbGbMonth: scaled(0.25, "GB a month", "dynamodb"),
  dynamodbBackupGbMonth: scaled(0.2, "GB of continuous backup a month", "dynamodb"),
  firehoseGb: scaled(0.029, "GB, each record rounded up to 5 KB", "firehose"),
  firehoseConversionGb: scaled(0.018, "GB converted to Parquet", "firehose"),
  s3Put: listed(0.007 / 1e3, "put", "AmazonS3"),
  s3StandardGbMonth: listed(0.0405, "GB a month", "AmazonS3"),
  glacierGbMonth: scaled(0.0036, "GB a month", "s3"),
  glacierTransition: scaled(0.03 / 1e3, "object moved", "s3"),
  glacierStandardGb: scaled(0.01, "GB restored", "s3"),
  glacierStandardRequest: scaled(0.05 / 1e3, "restore request", "s3"),
  glacierExpeditedGb: scaled(0.03, "GB restored within minutes", "s3"),
  glacierExpeditedRequest: scaled(10 / 1e3, "restore request within minutes", "s3"),
  glacierBulkGb: scaled(0, "GB restored in bulk", "s3"),
  glacierBulkRequest: scaled(0, "restore request in bulk", "s3"),
  deepArchiveGbMonth: scaled(0.00099, "GB a month", "s3"),
  deepArchiveTransition: scaled(0.05 / 1e3, "object moved", "s3"),
  deepArchiveStandardGb: scaled(0.02, "GB restored", "s3"),
  deepArchiveStandardRequest: scaled(0.1 / 1e3, "restore request", "s3"),
  deepArchiveBulkGb: scaled(0.0025, "GB restored in bulk", "s3"),
  deepArchiveBulkRequest: scaled(0.025 / 1e3, "restore request in bulk", "s3"),
  snsMail: scaled(2 / 1e5, "mail", "sns"),
  snsPublish: scaled(0.5 / 1e6, "message published", "sns"),
  logGb: listed(0.9, "GB of log taken in", "AmazonCloudWatch"),
  alarmMetricMonth: listed(0.135, "alarm metric a month", "AmazonCloudWatch"),
  customMetricMonth: scaled(0.3, "metric a month", "cloudwatch", PRICE_RATIO.cloudwatch),
  // One price everywhere.
  dashboardMonth: scaled(3, "dashboard a month", "cloudwatch", 1),
} satisfies Record<string, Price>;

/** A key of `PRICES`. */
export type PriceName = keyof typeof PRICES;

const dates = Object.values(PRICES)
  .map(({ date }) => date)
  .sort();

/** When the prices were read: the first and the last date. */
export const PRICES_DATES = `${dates[0]} to ${dates.at(-1)}`;

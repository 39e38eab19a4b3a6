import { METRIC } from "../../contract/metrics";
import { alarmCount } from "../../lib/alarms";
import { SHARD_LEVEL_METRICS } from "../../lib/metrics";
import { ARCHIVE_DAYS, FUNCTION_SIZES, TRANSFORM_BUFFER } from "../../lib/sizes";
import {
  BATCH_LINE_BYTES,
  type CostLine,
  HOURS_PER_MONTH,
  LAMBDA_LINES_BYTES,
  line,
  MAPPING_METRICS,
  SECONDS_PER_MONTH,
} from "./cost-line";
import type { PriceName } from "./prices";
import {
  archiveObject,
  invocationSeconds,
  itemsOf,
  type Load,
  messageBytes,
  messagesPerBatch,
  type PricedConfig,
  writeUnits,
} from "./usage";
import { watching } from "./watch";

const KB = 1024;
const GB = 1024 ** 3;
const DAYS_PER_MONTH = 365 / 12;

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const ITEM_STORAGE_OVERHEAD_BYTES = 100;
/** What the transform function is called with at most. */
const TRANSFORM_BATCH = { bytes: TRANSFORM_BUFFER.megabytes * KB * KB, seconds: TRANSFORM_BUFFER.seconds };
/** S3 counts them for each object in a Glacier class: https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html */
const GLACIER_OVERHEAD_BYTES = { ownClass: 32 * KB, standard: 8 * KB };
/** Smaller objects are not moved. */
const SMALLEST_MOVED_BYTES = 128 * KB;

/** Memory of the functions, in GB. */
const FUNCTION_GB = {
  processor: FUNCTION_SIZES.processor.memoryMb / KB,
  transform: FUNCTION_SIZES.archive.memoryMb / KB,
};

/** Metrics that are the stack's own, that a mapping's event counts have, and that are kept for each shard. */
export const WATCHING = {
  ownMetrics: Object.keys(METRIC).length,
  mappingMetrics: MAPPING_METRICS,
  metricsPerShard: SHARD_LEVEL_METRICS.length,
};

/** The cost of ingesting this many readings, paid once. */
export function takingIn(readings: number, load: Load, config: PricedConfig): CostLine[] {
  const messages = readings / load.perMessage;
  const bytes = messageBytes(load);
  const invocations = messages / messagesPerBatch(load, config);
  const seconds = invocations * invocationSeconds(messages / invocations, load);
  const messagesPerSecond = load.readingsPerSecond / load.perMessage;
  const perConversion = Math.min(TRANSFORM_BATCH.bytes / bytes, messagesPerSecond * TRANSFORM_BATCH.seconds);
  const conversions = messages / Math.max(1, perConversion);
  const conversionSeconds = conversions * invocationSeconds(messages / conversions, load);
  // Each message is rounded up: of IoT Core and Firehose to 5 KB.
  const units = Math.ceil(bytes / (5 * KB));
  const firehoseGb = (messages * units * 5 * KB) / GB;
  const logGb = (invocations * (BATCH_LINE_BYTES + LAMBDA_LINES_BYTES) + conversions * LAMBDA_LINES_BYTES) / GB;
  return [
    ...(load.basicIngest ? [] : [line("IoT Core: messages, none over Basic Ingest", messages * units, "iotMessage")]),
    line("IoT Core: the rule", messages * units, "iotRule"),
    line("IoT Core: its action", messages * units, "iotAction"),
    ...intoStream(messages, bytes, config),
    line("Lambda: invocations", invocations + conversions, "lambdaRequest"),
    line("Lambda: time", seconds * FUNCTION_GB.processor + conversionSeconds * FUNCTION_GB.transform, "lambdaGbSecond"),
    line("DynamoDB: writes, table and index", readings * writeUnits(load), "dynamodbWriteUnit"),
    line("CloudWatch: log lines with the metrics", logGb, "logGb"),
    line("S3: an object for each message with an anomaly", messages * load.anomalyShare, "s3Put"),
    line("Firehose: delivery", firehoseGb, "firehoseGb"),
    line("Firehose: conversion to Parquet", firehoseGb, "firehoseConversionGb"),
    line("S3: objects of the archive", readings / archiveObject(load).readings, "s3Put"),
  ];
}

function intoStream(messages: number, bytes: number, { streamMode }: PricedConfig): CostLine[] {
  if (streamMode === "PROVISIONED")
    return [line("Kinesis: puts", messages * Math.ceil(bytes / (25 * KB)), "kinesisPutUnit")];
  // A record is rounded up to a KB; the processor and Firehose each read it.
  const gb = (messages * Math.ceil(bytes / KB) * KB) / GB;
  return [line("Kinesis: in", gb, "kinesisGbIn"), line("Kinesis: out, to two readers", 2 * gb, "kinesisGbOut")];
}

/** A tier, and what it costs to keep readings in it for a month. */
export interface Tier {
  readonly name: string;
  /** Days that a reading stays. */
  readonly days: number;
  readonly lines: readonly CostLine[];
}

/** The tiers that a reading passes through, with the objects of this load. */
export function keeping(readings: number, load: Load, config: PricedConfig): Tier[] {
  const { items, bytes: itemBytes } = itemsOf(load);
  const itemGb = ((readings / load.perMessage) * items * (itemBytes + ITEM_STORAGE_OVERHEAD_BYTES)) / GB;
  const hot: Tier = {
    name: "DynamoDB",
    days: config.hotRetentionDays,
    lines: [
      line("table and index", 2 * itemGb, "dynamodbGbMonth"),
      // The index is no part of the backup.
      line("continuous backup", itemGb, "dynamodbBackupGbMonth"),
    ],
  };
  const { readings: perObject, bytes } = archiveObject(load);
  return [hot, ...archiveTiers(readings / perObject, bytes)];
}

/** The archive's tiers: objects of less than 128 KB stay in the first. */
function archiveTiers(objects: number, bytes: number): Tier[] {
  const gb = (objects * bytes) / GB;
  const isMoved = bytes >= SMALLEST_MOVED_BYTES;
  const standard = (days: number): Tier => ({
    name: "S3 Standard",
    days,
    lines: [line("objects", gb, "s3StandardGbMonth")],
  });
  if (!isMoved) return [standard(ARCHIVE_DAYS.expiry)];
  const overhead = (bytes: number) => (objects * bytes) / GB;
  const cold = (name: string, days: number, price: PriceName): Tier => ({
    name,
    days,
    lines: [
      line("objects, 32 KB more for each", gb + overhead(GLACIER_OVERHEAD_BYTES.ownClass), price),
      line("8 KB of each object's name", overhead(GLACIER_OVERHEAD_BYTES.standard), "s3StandardGbMonth"),
    ],
  });
  return [
    standard(ARCHIVE_DAYS.glacier),
    cold("Glacier Flexible Retrieval", ARCHIVE_DAYS.deepArchive - ARCHIVE_DAYS.glacier, "glacierGbMonth"),
    cold("Glacier Deep Archive", ARCHIVE_DAYS.expiry - ARCHIVE_DAYS.deepArchive, "deepArchiveGbMonth"),
  ];
}

/** The cost of moving the objects of this many readings through the tiers. */
export function moving(readings: number, load: Load): CostLine[] {
  const { readings: perObject, bytes } = archiveObject(load);
  if (bytes < SMALLEST_MOVED_BYTES) return [];
  return [
    line("moved to Glacier", readings / perObject, "glacierTransition"),
    line("moved to Deep Archive", readings / perObject, "deepArchiveTransition"),
  ];
}

/** The usual archive, for comparison: a JSON object per reading, kept for a year in S3 Standard because it is too small to move. */
export function oneObjectPerReading(readings: number, { payloadBytes }: Load): CostLine[] {
  const gb = (readings * payloadBytes) / GB;
  return [
    line("a put for each", readings, "s3Put"),
    line("a year in S3 Standard", gb * (ARCHIVE_DAYS.expiry / DAYS_PER_MONTH), "s3StandardGbMonth"),
  ];
}

/** The cost of readings for their year in the archive, in US dollars: moves, and every tier but the table. */
export function archiveYear(readings: number, load: Load, config: PricedConfig): number {
  const [, ...tiers] = keeping(readings, load, config);
  return total(moving(readings, load)) + tiers.reduce((sum, tier) => sum + tierUsd(tier), 0);
}

/** The cost of the readings for their time in the tier, in US dollars. */
export function tierUsd({ days, lines }: Tier): number {
  return (total(lines) * days) / DAYS_PER_MONTH;
}

/** The cost of a month in which nothing is sent. */
export function standing(config: PricedConfig): CostLine[] {
  const { streamMode, shardCount, streamRetentionHours } = config;
  const provisioned = streamMode === "PROVISIONED";
  const extended = streamRetentionHours > 24;
  return [
    provisioned
      ? line("Kinesis: shards", shardCount * HOURS_PER_MONTH, "kinesisShardHour")
      : line("Kinesis: an on-demand stream", HOURS_PER_MONTH, "kinesisStreamHour"),
    ...(extended && provisioned
      ? [line("Kinesis: retention beyond a day", shardCount * HOURS_PER_MONTH, "kinesisRetentionShardHour")]
      : []),
    line("CloudWatch: metrics of each shard", shardCount * WATCHING.metricsPerShard, "customMetricMonth"),
    line("CloudWatch: the stack's metrics", WATCHING.ownMetrics + WATCHING.mappingMetrics, "customMetricMonth"),
    line("CloudWatch: alarms", alarmCount(config), "alarmMetricMonth"),
    line("CloudWatch: the dashboard", 1, "dashboardMonth"),
  ];
}

/** A month's bill at this load after the first year, with a year of history. */
export function month(load: Load, devices: number, config: PricedConfig): CostLine[] {
  const readings = load.readingsPerSecond * SECONDS_PER_MONTH;
  return [
    ...standing(config),
    line("IoT Core: devices connected", (devices * SECONDS_PER_MONTH) / 60, "iotConnectionMinute"),
    ...takingIn(readings, load, config),
    ...keeping(readings, load, config).flatMap(({ name: tier, days, lines }) =>
      lines.map(({ name, quantity, price }) => line(`${tier}: ${name}`, (quantity * days) / DAYS_PER_MONTH, price)),
    ),
    ...moving(readings, load).map((moved) => ({ ...moved, name: `S3: ${moved.name}` })),
    ...watching(load, devices, config),
  ];
}

/** What these lines cost in total, in US dollars. */
export function total(lines: readonly CostLine[]): number {
  return lines.reduce((sum, { usd }) => sum + usd, 0);
}

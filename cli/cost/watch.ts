import { WATCH_METRIC } from "../../contract/watch";
import { FUNCTION_SIZES } from "../../lib/sizes";
import type { CostLine } from "./cost-line";
import {
  BATCH_LINE_BYTES,
  HOURS_PER_MONTH,
  LAMBDA_LINES_BYTES,
  line,
  MAPPING_METRICS,
  SECONDS_PER_MONTH,
} from "./cost-line";
import { type Load, messageBytes, type PricedConfig } from "./usage";

const KB = 1024;
const GB = 1024 ** 3;
const SWEEPS_PER_MONTH = SECONDS_PER_MONTH / 60;

/**
 * Units of DynamoDB that the watch uses, by what it does. A test counts them on the function itself. An eventual read of a device is half
 * a unit; a write is one unit, and two more where it moves the device in the index of what is due.
 */
export const WATCH_UNITS = {
  /** Of a batch: its shard's watermark, read and written. */
  batch: { reads: 1, writes: 1 },
  /** Of each device in a batch. */
  device: { reads: 0.5 },
  /** Of a device that is seen: the watch writes so within a fifth of the time after which it is silent. */
  heartbeat: { writes: 1 },
  /** Heartbeats in the time after which a device is silent. */
  heartbeatsPerSilence: 5,
  /** Of a device that is due at a sweep: it is read strongly, and its next date is written. */
  due: { reads: 1, writes: 3 },
  /** A device is due again after this many times the time after which it is silent. */
  silencesPerDue: 1.2,
  /** Of a sweep itself: 16 buckets of what is due and 4 of what is listed, half a unit each; the watermarks, and the plant. */
  sweep: { reads: 12 },
} as const;

/** Raises in an hour: what ISA-18.2 calls acceptable for one operator. Each has an end, and both are a mail and a message. */
const RAISES_PER_HOUR = 6;
/** Duration of an invocation, estimated as the processor's is: calls one after the other, and work per message. */
const INVOCATION = { secondsWaiting: 0.04, secondsPerMessage: 0.0001, sweepSeconds: 0.3 };

/** What the device watch adds to a month's bill; nothing where there are no rules. */
export function watching(load: Load, devices: number, config: PricedConfig): CostLine[] {
  if (config.watchRules.length === 0) return [];
  const messagesPerSecond = load.readingsPerSecond / load.perMessage;
  const { batchesPerSecond, devicesPerSecond } = batchesOf(messagesPerSecond, devices, config);
  const silentFor = silentForSeconds(config);
  // Without a rule of silence nobody asks when a device was seen last.
  const perSilence = silentFor === undefined ? 0 : devices / silentFor;
  const due = perSilence / WATCH_UNITS.silencesPerDue;
  const reads = batchesPerSecond * WATCH_UNITS.batch.reads + devicesPerSecond * WATCH_UNITS.device.reads;
  const beats = Math.min(messagesPerSecond, perSilence * WATCH_UNITS.heartbeatsPerSilence);
  // An alarm that is not normal is written with each batch, for as long as anomalies last.
  const unrest = devicesPerSecond * load.anomalyShare;
  const writes = batchesPerSecond * WATCH_UNITS.batch.writes + beats * WATCH_UNITS.heartbeat.writes + unrest;
  const batches = batchesPerSecond * SECONDS_PER_MONTH;
  const notices = 2 * RAISES_PER_HOUR * HOURS_PER_MONTH;
  return [
    ...reading(messagesPerSecond, messageBytes(load), config),
    line("Watch: invocations, and a sweep each minute", batches + SWEEPS_PER_MONTH, "lambdaRequest"),
    line("Watch: their time", gbSeconds(batches, messagesPerSecond), "lambdaGbSecond"),
    line("Watch: states read", reads * SECONDS_PER_MONTH, "dynamodbReadUnit"),
    line("Watch: states written", writes * SECONDS_PER_MONTH, "dynamodbWriteUnit"),
    line(
      "Watch: what a sweep reads",
      SWEEPS_PER_MONTH * WATCH_UNITS.sweep.reads + due * SECONDS_PER_MONTH * WATCH_UNITS.due.reads,
      "dynamodbReadUnit",
    ),
    line("Watch: dates that a sweep moves", due * SECONDS_PER_MONTH * WATCH_UNITS.due.writes, "dynamodbWriteUnit"),
    line("Watch: log lines", ((batches + SWEEPS_PER_MONTH) * (BATCH_LINE_BYTES + LAMBDA_LINES_BYTES)) / GB, "logGb"),
    line("Watch: metrics", Object.keys(WATCH_METRIC).length + MAPPING_METRICS, "customMetricMonth"),
    line(`Watch: mails, at ${RAISES_PER_HOUR} raises in an hour`, notices, "snsMail"),
    line("Watch: notices published", 2 * notices, "snsPublish"),
  ];
}

/** A third reader: its own connection, or its part of an on-demand stream's reading; a provisioned one costs nothing. */
function reading(messagesPerSecond: number, bytes: number, config: PricedConfig): CostLine[] {
  const { streamMode, shardCount, watchFanOut } = config;
  const onDemand = streamMode === "ON_DEMAND";
  const gb = (messagesPerSecond * SECONDS_PER_MONTH * (onDemand ? Math.ceil(bytes / KB) * KB : bytes)) / GB;
  if (!watchFanOut) return onDemand ? [line("Kinesis: out, to the watch", gb, "kinesisGbOut")] : [];
  if (onDemand) return [line("Kinesis: out, by fan-out", gb, "kinesisFanOutOnDemandGb")];
  return [
    line("Kinesis: fan-out", shardCount * HOURS_PER_MONTH, "kinesisFanOutShardHour"),
    line("Kinesis: out, by fan-out", gb, "kinesisFanOutGb"),
  ];
}

function batchesOf(messagesPerSecond: number, devices: number, { shardCount, watchWindowSeconds }: PricedConfig) {
  // Lambda asks each shard once a second.
  const window = Math.max(1, watchWindowSeconds);
  return {
    batchesPerSecond: Math.min(messagesPerSecond, shardCount / window),
    // A device is read once in a batch, however many messages of it are there.
    devicesPerSecond: Math.min(messagesPerSecond, devices / window),
  };
}

/** The least time after which a device is silent, in seconds; undefined without a rule of silence. */
function silentForSeconds({ watchRules }: PricedConfig): number | undefined {
  const all = watchRules.flatMap(({ condition }) => (condition.kind === "silent" ? [condition.forMs / 1000] : []));
  return all.length === 0 ? undefined : Math.min(...all);
}

function gbSeconds(batches: number, messagesPerSecond: number): number {
  const waiting = batches * INVOCATION.secondsWaiting;
  const working = messagesPerSecond * SECONDS_PER_MONTH * INVOCATION.secondsPerMessage;
  const sweeping = SWEEPS_PER_MONTH * INVOCATION.sweepSeconds;
  return ((waiting + working) * FUNCTION_SIZES.watch.memoryMb + sweeping * FUNCTION_SIZES.sweep.memoryMb) / KB;
}

import { type AnomalyLimits, DEFAULTS, MAX_HOT_RETENTION_DAYS } from "../contract/variables";
import type { QuietWindow, WatchRule } from "../watch/rules/rule";
import { anomalyLimitsOver } from "./anomaly-limits";
import {
  type Earlier,
  emails,
  flag,
  oneOf,
  policyArn,
  type Rule,
  suffix,
  topicPrefix,
  wholeNumber,
  wordOr,
} from "./config-rules";
import { nearestWord } from "./nearest-word";
import { watchQuiet, watchRules } from "./watch-config";

/** The only region: the plant's data stays in Brazil. */
export const REGION = "sa-east-1";

/** Who chooses the number of shards: `shardCount`, or AWS. */
export type StreamMode = "PROVISIONED" | "ON_DEMAND";

/** The checked configuration of an environment. `KEYS` has the ranges and the defaults. */
export interface StackConfig {
  /** Suffix of every physical name. */
  readonly environmentSuffix: string;
  /** Topic levels before `sensor/`, which separate the stacks of one account; "" for none. */
  readonly topicPrefix: string;
  /** E-mail addresses that receive each alarm and each recovery. */
  readonly alarmEmails: readonly string[];
  /** Whether the stream has `shardCount` shards or AWS chooses. */
  readonly streamMode: StreamMode;
  /** Shards of a provisioned stream. Each accepts 1 MB or 1,000 records per second. */
  readonly shardCount: number;
  /** How long the stream keeps a record, in hours. */
  readonly streamRetentionHours: number;
  /** Most records in one invocation of the processor. */
  readonly batchSize: number;
  /** Concurrent invocations per shard. */
  readonly parallelizationFactor: number;
  /** Concurrent invocations reserved for the processor; undefined reserves none. */
  readonly reservedConcurrency: number | undefined;
  /** Whether the other functions may reserve any: a new account cannot. */
  readonly mayReserve: boolean;
  /** How long a reading stays in the hot tier, in days from its arrival. */
  readonly hotRetentionDays: number;
  /** Bounds of a normal value by sensor type. */
  readonly anomalyLimits: AnomalyLimits;
  /** How long a log line is kept, in days. */
  readonly logRetentionDays: number;
  /** Whether the parts that receive, keep, guard or read back readings refuse deletion. */
  readonly protectData: boolean;
  /** ARN of each role's permissions boundary; "" for none. */
  readonly permissionsBoundaryArn: string;
  /** Retries of a batch that fails; -1 retries until its records expire. */
  readonly retryAttempts: number;
  /** Age at which a record is no longer retried, in seconds; -1 for no limit. */
  readonly retryMaxAgeSeconds: number;
  /** Minutes without a reading that raise the alarm; 0 turns it off. */
  readonly silenceMinutes: number;
  /** Most failed invocations in five minutes that raise no alarm. */
  readonly alarmFunctionErrors: number;
  /** Highest age of the oldest unread record that raises no alarm, in milliseconds. */
  readonly alarmIteratorAgeMs: number;
  /** Most throttled writes in five minutes, of the table or of its index, that raise no alarm. */
  readonly alarmThrottledWrites: number;
  /** Most rejected readings in five minutes that raise no alarm. */
  readonly alarmRejectedReadings: number;
  /** Most anomalies in five minutes that raise no alarm. */
  readonly alarmAnomalies: number;
  /** Longest time before a reading is archived that raises no alarm, in minutes; the buffer alone takes 15. */
  readonly alarmArchiveAgeMinutes: number;
  /** Most gigabytes that one query of the history may scan. */
  readonly queryScanLimitGb: number;
  /** The device watch's rules; without any there is no watch. */
  readonly watchRules: readonly WatchRule[];
  /** When the watch does not tell about a device. */
  readonly watchQuiet: readonly QuietWindow[];
  /** How long the watch waits for a batch to fill, in seconds. */
  readonly watchWindowSeconds: number;
  /** Whether the watch reads the stream by a connection of its own. */
  readonly watchFanOut: boolean;
}

/** What "auto" reserves: two invocations for each of four shards, and two spare ones. */
const RESERVED_CONCURRENCY = 10;
const RESERVE_NONE = -1;

type Given = Omit<StackConfig, "reservedConcurrency" | "mayReserve"> & {
  readonly reservedConcurrency: number | "auto";
};
type Key = keyof Given;
/** The rules' default as it is written: an object without any. */
type Default<K extends Key> = K extends "watchRules" ? Readonly<Record<string, never>> : Given[K];

/** Each key's rule and default. Pulumi.yaml declares the keys to Pulumi; a test keeps the two in step. */
export const KEYS: { readonly [K in Key]: { readonly rule: Rule<Given[K]>; readonly default?: Default<K> } } = {
  // No default: AWS treats some creations as updates, so a second stack with the same names would adopt the first one's alarm topic.
  environmentSuffix: { rule: suffix },
  topicPrefix: { rule: topicPrefix, default: "" },
  alarmEmails: { rule: emails, default: [] },
  streamMode: { rule: oneOf<StreamMode>(["PROVISIONED", "ON_DEMAND"]), default: "PROVISIONED" },
  shardCount: { rule: wholeNumber(1, 500), default: 4 },
  // https://docs.aws.amazon.com/streams/latest/dev/kinesis-extended-retention.html
  streamRetentionHours: { rule: wholeNumber(24, 8760), default: 24 },
  // https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html, also for the next key
  batchSize: { rule: wholeNumber(1, 10_000), default: 100 },
  parallelizationFactor: { rule: wholeNumber(1, 10), default: 2 },
  reservedConcurrency: { rule: wordOr("auto", wholeNumber(1, 10_000, [RESERVE_NONE])), default: "auto" },
  hotRetentionDays: { rule: wholeNumber(1, MAX_HOT_RETENTION_DAYS), default: DEFAULTS.hotRetentionDays },
  anomalyLimits: { rule: anomalyLimitsOver(DEFAULTS.anomalyLimits), default: DEFAULTS.anomalyLimits },
  // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
  logRetentionDays: {
    rule: oneOf([
      1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
    ]),
    default: 30,
  },
  protectData: { rule: flag, default: true },
  permissionsBoundaryArn: { rule: policyArn, default: "" },
  retryAttempts: { rule: wholeNumber(0, 10_000, [-1]), default: 3 },
  retryMaxAgeSeconds: { rule: wholeNumber(60, 604_800, [-1]), default: -1 },
  // An alarm looks back over a day at most: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
  silenceMinutes: { rule: wholeNumber(0, 1440), default: 15 },
  alarmFunctionErrors: { rule: wholeNumber(0, 1_000_000), default: 10 },
  alarmIteratorAgeMs: { rule: wholeNumber(1_000, 604_800_000), default: 60_000 },
  alarmThrottledWrites: { rule: wholeNumber(0, 1_000_000), default: 10 },
  alarmRejectedReadings: { rule: wholeNumber(0, 1_000_000), default: 10 },
  alarmAnomalies: { rule: wholeNumber(0, 1_000_000), default: 10 },
  alarmArchiveAgeMinutes: { rule: wholeNumber(20, 10_080), default: 60 },
  queryScanLimitGb: { rule: wholeNumber(1, 100_000), default: 10 },
  watchRules: { rule: watchRules, default: {} },
  watchQuiet: { rule: watchQuiet, default: [] },
  // https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html
  watchWindowSeconds: { rule: wholeNumber(0, 300), default: 5 },
  watchFanOut: { rule: flag, default: false },
};

/** How an element of a list or an object is set: https://www.pulumi.com/docs/iac/cli/commands/pulumi_config_set/ */
const PATHS: Readonly<Record<string, string>> = {
  alarmEmails: "--path 'alarmEmails[0]'",
  anomalyLimits: "--path anomalyLimits.<sensorType>.max",
  watchRules: "--path watchRules.<rule>.above",
  watchQuiet: "--path 'watchQuiet[0].device'",
};

/** A checked configuration, or every problem of it in a sentence. */
export type Parsed =
  | { readonly ok: true; readonly config: StackConfig }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Checks the whole configuration and reports every problem.
 * @param given The project's own keys, without their namespace.
 * @param region The value of `aws:region`.
 * @param secrets Keys whose values no message may show.
 */
export function parseConfig(
  given: Readonly<Record<string, unknown>>,
  region: string | undefined,
  secrets: readonly string[] = [],
): Parsed {
  const problems: string[] = [];
  if (region !== REGION) {
    problems.push(
      `"aws:region" must be ${REGION}, because the plant's data stays in Brazil, got ${show(region)}. Fix: pulumi config set aws:region ${REGION}`,
    );
  }
  for (const key of Object.keys(given).filter((name) => !Object.hasOwn(KEYS, name))) {
    const nearest = nearestWord(key, Object.keys(KEYS));
    problems.push(
      `"${key}" is not a key of this project${nearest ? `; did you mean "${nearest}"?` : "."} Fix: pulumi config rm ${key}`,
    );
  }
  const values: Record<string, unknown> = {};
  for (const [key, { rule, default: absent }] of Object.entries(KEYS)) {
    const checked = (rule as Rule<unknown>)(given[key] === undefined ? absent : given[key], values as Earlier);
    values[key] = checked.ok ? checked.value : absent;
    if (checked.ok) continue;
    const isSecret = secrets.includes(key);
    const whole = `"${key}" must be ${checked.rule}, got ${isSecret ? "a secret" : show(given[key])}. Fix: pulumi config set ${PATHS[key] ?? key} <value>${absent === undefined ? "" : `, or pulumi config rm ${key} for the default`}`;
    problems.push(...(isSecret ? [whole] : (checked.problems ?? [whole])));
  }
  const config = configOf(values as unknown as Given);
  problems.push(...concurrencyProblems(config), ...retentionProblems(config));
  return problems.length === 0 ? { ok: true, config } : { ok: false, problems };
}

/** The error that ends a deployment whose configuration has these problems. */
export function configurationError(problems: readonly string[]): string {
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  return `The configuration has ${count}; nothing was created.\n${problems.map((text) => `  - ${text}`).join("\n")}`;
}

function configOf(given: Given): StackConfig {
  return {
    ...given,
    reservedConcurrency: reservedConcurrency(given),
    mayReserve: given.reservedConcurrency !== RESERVE_NONE,
  };
}

/** AWS chooses the shards of an on-demand stream, so "auto" reserves nothing for them. */
function reservedConcurrency({ reservedConcurrency: given, streamMode }: Given): number | undefined {
  if (given === RESERVE_NONE) return undefined;
  if (given === "auto") return streamMode === "ON_DEMAND" ? undefined : RESERVED_CONCURRENCY;
  return given;
}

/** If fewer invocations are reserved than the shards can have in parallel, shards wait for each other. */
function concurrencyProblems(config: StackConfig): string[] {
  const { streamMode, shardCount, parallelizationFactor, reservedConcurrency: reserved } = config;
  const needed = shardCount * parallelizationFactor;
  if (streamMode === "ON_DEMAND" || reserved === undefined || needed <= reserved) return [];
  return [
    `"reservedConcurrency" must be at least "shardCount" x "parallelizationFactor", ${shardCount} x ${parallelizationFactor} = ${needed}, got ${reserved}. ` +
      `Fix: pulumi config set reservedConcurrency ${needed}, or pulumi config set reservedConcurrency -- -1 to reserve none`,
  ];
}

/** What is older than the stream keeps it is gone, so that an alarm on a higher age never goes off. */
function retentionProblems(config: StackConfig): string[] {
  const { streamRetentionHours: hours, alarmIteratorAgeMs, alarmArchiveAgeMinutes } = config;
  const limits = [
    { key: "alarmIteratorAgeMs", value: alarmIteratorAgeMs, most: hours * 3_600_000, unit: "milliseconds" },
    { key: "alarmArchiveAgeMinutes", value: alarmArchiveAgeMinutes, most: hours * 60, unit: "minutes" },
  ];
  return limits
    .filter(({ value, most }) => value >= most)
    .map(
      ({ key, value, most, unit }) =>
        `"${key}" must be below the ${hours} hours of "streamRetentionHours", ${most} ${unit}, got ${value}. ` +
        `Fix: pulumi config set ${key} <value>, or pulumi config set streamRetentionHours <value>`,
    );
}

/** The given value as it was written, truncated to 80 characters. */
function show(given: unknown): string {
  if (given === undefined) return "nothing";
  const text = typeof given === "string" ? `"${given}"` : JSON.stringify(given);
  return text.length > 80 ? `${text.slice(0, 80)}… (${text.length} characters)` : text;
}

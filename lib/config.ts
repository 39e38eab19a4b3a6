import { type AnomalyLimits, DEFAULTS, MAX_HOT_RETENTION_DAYS } from "../contract/variables";
import { anomalyLimitsOver } from "./anomaly-limits";
import { emails, flag, oneOf, policyArn, type Rule, suffix, topicPrefix, wholeNumber, wordOr } from "./config-rules";
import { nearestWord } from "./nearest-word";

/** The one region: the plant's data stays in Brazil. */
export const REGION = "sa-east-1";

export type StreamMode = "PROVISIONED" | "ON_DEMAND";

/** What a plant sets for an environment, checked. */
export interface StackConfig {
  /** Ends every physical name. */
  readonly environmentSuffix: string;
  /** The topic levels before `sensor/`, which keep stacks of one account apart; "" is none. */
  readonly topicPrefix: string;
  /** Who is told when an alarm goes off, and when it is over. */
  readonly alarmEmails: readonly string[];
  readonly streamMode: StreamMode;
  /** Shards of a provisioned stream: each takes 1 MB or 1,000 readings a second. */
  readonly shardCount: number;
  readonly streamRetentionHours: number;
  /** Most records in one invocation of the processor. */
  readonly batchSize: number;
  /** Invocations at once for each shard. */
  readonly parallelizationFactor: number;
  /** Invocations at once that are reserved for the processor; undefined reserves none. */
  readonly reservedConcurrency: number | undefined;
  readonly hotRetentionDays: number;
  readonly anomalyLimits: AnomalyLimits;
  readonly logRetentionDays: number;
  /** Whether what takes readings in, keeps, guards or reads them back refuses to be deleted. */
  readonly protectData: boolean;
  /** ARN of the policy that bounds what each role may do; "" is none. */
  readonly permissionsBoundaryArn: string;
  /** Invocations after the first for a batch that fails; -1: until its records expire. */
  readonly retryAttempts: number;
  /** Age in seconds at which a record is no longer retried; -1: it never is too old. */
  readonly retryMaxAgeSeconds: number;
  /** Minutes without a reading that are an alarm; 0: none are. */
  readonly silenceMinutes: number;
  /** Failed invocations in five minutes that are still no alarm. */
  readonly alarmFunctionErrors: number;
  /** Milliseconds that the oldest unread record may have waited. */
  readonly alarmIteratorAgeMs: number;
  /** Throttled writes in five minutes, of the table or of its index, that are still no alarm. */
  readonly alarmThrottledWrites: number;
  /** Readings set aside in five minutes that are still no alarm. */
  readonly alarmRejectedReadings: number;
  /** Anomalies in five minutes that are still no alarm. */
  readonly alarmAnomalies: number;
  /** Minutes that a reading may wait for the cold tier; its buffer alone takes 15. */
  readonly alarmArchiveAgeMinutes: number;
  /** Most gigabytes that one query of the history may read. */
  readonly queryScanLimitGb: number;
}

/** Reserved concurrency where "auto" decides: enough for four shards with two invocations each, and a little room. */
const RESERVED_CONCURRENCY = 10;
const RESERVE_NONE = -1;

type Given = Omit<StackConfig, "reservedConcurrency"> & { readonly reservedConcurrency: number | "auto" };
type Key = keyof Given;

/** Each key's rule and default. Pulumi.yaml declares the keys to Pulumi; a test keeps the two in step. */
export const KEYS: { readonly [K in Key]: { readonly rule: Rule<Given[K]>; readonly default?: Given[K] } } = {
  // No default: AWS takes some creations for updates, so a second stack with the first one's names would adopt its alarm topic.
  environmentSuffix: { rule: suffix },
  topicPrefix: { rule: topicPrefix, default: "" },
  alarmEmails: { rule: emails, default: [] },
  streamMode: { rule: oneOf<StreamMode>(["PROVISIONED", "ON_DEMAND"]), default: "PROVISIONED" },
  shardCount: { rule: wholeNumber(1, 500), default: 4 },
  // https://docs.aws.amazon.com/streams/latest/dev/kinesis-extended-retention.html
  streamRetentionHours: { rule: wholeNumber(24, 8760), default: 24 },
  // https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html, the next two as well
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
};

/** How a part of a list or an object is set: https://www.pulumi.com/docs/iac/cli/commands/pulumi_config_set/ */
const PATHS: Readonly<Record<string, string>> = {
  alarmEmails: "--path 'alarmEmails[0]'",
  anomalyLimits: "--path anomalyLimits.<sensorType>.max",
};

export type Parsed =
  | { readonly ok: true; readonly config: StackConfig }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Checks everything at once.
 * @param given The project's own keys.
 * @param region The key `aws:region`.
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
      `"aws:region" must be ${REGION}: the plant's data stays in Brazil; got ${show(region)}. Fix: pulumi config set aws:region ${REGION}`,
    );
  }
  for (const key of Object.keys(given).filter((name) => !Object.hasOwn(KEYS, name))) {
    const nearest = nearestWord(key, Object.keys(KEYS));
    problems.push(
      `"${key}" is not a key of this project${nearest ? `; did you mean "${nearest}"?` : "."} Fix: pulumi config rm ${key}`,
    );
  }
  const values = Object.fromEntries(
    Object.entries(KEYS).map(([key, { rule, default: absent }]) => {
      const checked = (rule as Rule<unknown>)(given[key] === undefined ? absent : given[key]);
      if (checked.ok) return [key, checked.value];
      problems.push(
        `"${key}" must be ${checked.rule}, got ${secrets.includes(key) ? "a secret" : show(given[key])}. Fix: pulumi config set ${PATHS[key] ?? key} <value>${absent === undefined ? "" : `, or pulumi config rm ${key} for the default`}`,
      );
      return [key, absent];
    }),
  ) as unknown as Given;
  const config = { ...values, reservedConcurrency: reservedConcurrency(values) };
  problems.push(...concurrencyProblems(config));
  return problems.length === 0 ? { ok: true, config } : { ok: false, problems };
}

/** An on-demand stream's shards are AWS's to choose, so nothing is reserved for them by default. */
function reservedConcurrency({ reservedConcurrency: given, streamMode }: Given): number | undefined {
  if (given === RESERVE_NONE) return undefined;
  if (given === "auto") return streamMode === "ON_DEMAND" ? undefined : RESERVED_CONCURRENCY;
  return given;
}

/** Each shard has that many invocations at once; where fewer are reserved, shards wait for each other. */
function concurrencyProblems(config: StackConfig): string[] {
  const { streamMode, shardCount, parallelizationFactor, reservedConcurrency: reserved } = config;
  const needed = shardCount * parallelizationFactor;
  if (streamMode === "ON_DEMAND" || reserved === undefined || needed <= reserved) return [];
  return [
    `"reservedConcurrency" must be at least "shardCount" x "parallelizationFactor", ${shardCount} x ${parallelizationFactor} = ${needed}, got ${reserved}. ` +
      `Fix: pulumi config set reservedConcurrency ${needed}, or pulumi config set reservedConcurrency -- -1 to reserve none`,
  ];
}

/** What was given, as a person wrote it, cut where it is long. */
function show(given: unknown): string {
  if (given === undefined) return "nothing";
  const text = typeof given === "string" ? `"${given}"` : JSON.stringify(given);
  return text.length > 80 ? `${text.slice(0, 80)}… (${text.length} characters)` : text;
}

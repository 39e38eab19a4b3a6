import * as pulumi from "@pulumi/pulumi";
import { type AnomalyLimits, DEFAULTS } from "../lambda/contract";
import { anomalyLimits, emails, flag, oneOf, type Rule, suffix, wholeNumber, wordOr } from "./config-rules";

/** The one region: the plant's data stays in Brazil. */
export const REGION = "sa-east-1";

export type StreamMode = "PROVISIONED" | "ON_DEMAND";

/** What a plant sets for an environment, checked. */
export interface StackConfig {
  /** Ends every physical name. */
  readonly environmentSuffix: string;
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
  /** Whether tables and buckets refuse to be deleted. */
  readonly protectData: boolean;
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
}

/** Reserved concurrency where "auto" decides: enough for four shards with two invocations each, and a little room. */
const RESERVED_CONCURRENCY = 10;

type Given = Omit<StackConfig, "reservedConcurrency"> & { readonly reservedConcurrency: number | "auto" | "none" };
type Key = keyof Given;

/** Each key's rule and default. Pulumi.yaml declares the keys to Pulumi; a test keeps the two in step. */
export const KEYS: { readonly [K in Key]: { readonly rule: Rule<Given[K]>; readonly default: Given[K] } } = {
  environmentSuffix: { rule: suffix, default: DEFAULTS.environment },
  alarmEmails: { rule: emails, default: [] },
  streamMode: { rule: oneOf<StreamMode>(["PROVISIONED", "ON_DEMAND"]), default: "PROVISIONED" },
  shardCount: { rule: wholeNumber(1, 500), default: 4 },
  // https://docs.aws.amazon.com/streams/latest/dev/kinesis-extended-retention.html
  streamRetentionHours: { rule: wholeNumber(24, 8760), default: 24 },
  // https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html, the next two as well
  batchSize: { rule: wholeNumber(1, 10_000), default: 100 },
  parallelizationFactor: { rule: wholeNumber(1, 10), default: 2 },
  reservedConcurrency: { rule: wordOr(["auto", "none"], wholeNumber(1, 10_000)), default: "auto" },
  hotRetentionDays: { rule: wholeNumber(1, 3650), default: DEFAULTS.hotRetentionDays },
  anomalyLimits: { rule: anomalyLimits, default: DEFAULTS.anomalyLimits },
  // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
  logRetentionDays: {
    rule: oneOf([
      1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
    ]),
    default: 30,
  },
  protectData: { rule: flag, default: false },
  retryAttempts: { rule: wholeNumber(0, 10_000, [-1]), default: 3 },
  retryMaxAgeSeconds: { rule: wholeNumber(60, 604_800, [-1]), default: -1 },
  // An alarm looks back over a day at most: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
  silenceMinutes: { rule: wholeNumber(0, 1440), default: 15 },
  alarmFunctionErrors: { rule: wholeNumber(0, 1_000_000), default: 10 },
  alarmIteratorAgeMs: { rule: wholeNumber(1_000, 604_800_000), default: 60_000 },
  alarmThrottledWrites: { rule: wholeNumber(0, 1_000_000), default: 10 },
  alarmRejectedReadings: { rule: wholeNumber(0, 1_000_000), default: 10 },
  alarmAnomalies: { rule: wholeNumber(0, 1_000_000), default: 10 },
};

export type Parsed =
  | { readonly ok: true; readonly config: StackConfig }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Checks everything at once: `given` are the project's own keys, `region` is `aws:region`. */
export function parseConfig(given: Readonly<Record<string, unknown>>, region: string | undefined): Parsed {
  const problems: string[] = [];
  if (region !== REGION) {
    problems.push(
      `"aws:region" must be ${REGION}: the plant's data stays in Brazil; got ${show(region)}. Fix: pulumi config set aws:region ${REGION}`,
    );
  }
  for (const key of Object.keys(given).filter((name) => !Object.hasOwn(KEYS, name))) {
    const nearest = nearestKey(key);
    problems.push(
      `"${key}" is not a key of this project${nearest ? `; did you mean "${nearest}"?` : ""} Fix: pulumi config rm ${key}`,
    );
  }
  const values = Object.fromEntries(
    Object.entries(KEYS).map(([key, { rule, default: absent }]) => {
      const checked = (rule as Rule<unknown>)(given[key] ?? absent);
      if (checked.ok) return [key, checked.value];
      problems.push(
        `"${key}" must be ${checked.rule}, got ${show(given[key])}. Fix: pulumi config set ${key} <value>, or pulumi config rm ${key} for the default`,
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
  if (given === "none") return undefined;
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
      `Fix: pulumi config set reservedConcurrency ${needed}, or none to reserve nothing`,
  ];
}

/** Reads and checks the stack's configuration. @throws pulumi.RunError with every problem, which Pulumi shows without a stack trace. */
export function readConfig(): StackConfig {
  const project = `${pulumi.getProject()}:`;
  const all = Object.entries(pulumi.runtime.allConfig());
  const own = all.filter(([key]) => key.startsWith(project)).map(([key, value]) => [key.slice(project.length), value]);
  const parsed = parseConfig(Object.fromEntries(own), new pulumi.Config("aws").get("region"));
  if (parsed.ok) return parsed.config;
  const count = parsed.problems.length === 1 ? "a problem" : `${parsed.problems.length} problems`;
  throw new pulumi.RunError(
    `The configuration has ${count}; nothing was created.\n${parsed.problems.map((text) => `  - ${text}`).join("\n")}`,
  );
}

/** What was given, as a person wrote it, cut where it is long. */
function show(given: unknown): string {
  if (given === undefined) return "nothing";
  const text = typeof given === "string" ? `"${given}"` : JSON.stringify(given);
  return text.length > 80 ? `${text.slice(0, 80)}… (${text.length} characters)` : text;
}

/** The key that a misspelt one most likely means. */
function nearestKey(name: string): string | undefined {
  const scored = Object.keys(KEYS).map((key) => ({
    key,
    distance: editDistance(name.toLowerCase(), key.toLowerCase()),
  }));
  const best = scored.reduce((a, b) => (b.distance < a.distance ? b : a));
  return best.distance <= Math.max(2, name.length / 3) ? best.key : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, change));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

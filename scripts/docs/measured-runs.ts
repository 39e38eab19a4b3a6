import type { Summary } from "../../local/accounting/summary";
import type { Progress } from "../../local/command/progress";

const NO_COUNTS = {
  stored: 0,
  superseded: 0,
  rejected: 0,
  failed: 0,
  ruleErrors: 0,
  archiveErrors: 0,
  unfinished: 0,
  lost: 0,
  lostFrom: { nowhere: 0, inTableOnly: 0, inArchiveOnly: 0 },
};

/** What every measured run had in common. */
const CLEAN = {
  ...NO_COUNTS,
  unacknowledged: 0,
  unreadable: 0,
  external: { ...NO_COUNTS, taken: 0 },
  metrics: {},
};

/** `npm run local -- --for 30s --seed 1`, measured on two cores. */
export const SHORT_RUN: Summary = {
  ...CLEAN,
  published: 2_999,
  messages: 2_999,
  stored: 2_965,
  rejected: 34,
  anomalies: 58,
  archived: 2_965,
  duplicates: 0,
  latencyMs: { p50: 2_807, p99: 6_195 },
  readingsPerSecond: 100,
  durationSeconds: 30,
  seed: 1,
};

/** The same run, eleven seconds after its start. */
export const PROGRESS: Progress = {
  elapsedMs: 11_000,
  published: 1_111,
  stored: 788,
  rejected: 9,
  anomalies: 16,
  waiting: 315,
  lagMs: 6_200,
  ratePerSecond: 99,
};

/** `npm run local -- --chaos --for 5m --rate 400 --devices 100 --bad 0.01 --seed 7`, measured on two cores, beside a test run. */
export const CHAOS_RUN: Summary = {
  ...CLEAN,
  published: 120_000,
  messages: 120_000,
  stored: 118_800,
  rejected: 1_200,
  anomalies: 2_368,
  archived: 118_800,
  duplicates: 720,
  latencyMs: { p50: 1_951, p99: 6_971 },
  readingsPerSecond: 400,
  durationSeconds: 300,
  seed: 7,
  faults: { kinesis: 6_348, dynamodb: 325, s3: 543, function: 197 },
};

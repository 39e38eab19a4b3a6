import type { Summary } from "../../local/accounting/summary";
import type { Progress } from "../../local/command/progress";

const NO_COUNTS = {
  stored: 0,
  superseded: 0,
  rejected: 0,
  failed: 0,
  ruleErrors: 0,
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

/** `npm run local -- --chaos --for 5m --rate 400 --devices 100 --bad 0.01 --seed 7`, measured on two cores. */
export const CHAOS_RUN: Summary = {
  ...CLEAN,
  published: 119_996,
  messages: 119_996,
  stored: 118_761,
  rejected: 1_235,
  anomalies: 2_468,
  archived: 118_761,
  duplicates: 797,
  latencyMs: { p50: 2_563, p99: 10_528 },
  readingsPerSecond: 399.7,
  durationSeconds: 300.2,
  seed: 7,
  faults: { kinesis: 879, s3: 593, dynamodb: 1_073, function: 227 },
};

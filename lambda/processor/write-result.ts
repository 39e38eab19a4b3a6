import type { WriteOutcome } from "./fates";

/** What writing took, for the batch's log line. */
export interface WriteEffort {
  /** Writes sent again, each counted once per time. */
  readonly retried: number;
  /** How often a store answered with each error. */
  readonly errors: ReadonlyMap<string, number>;
}

/** What became of writes, and what it took. */
export interface WriteResult<Write> extends WriteEffort {
  /** A write that is missing here has not been written. */
  readonly outcomes: ReadonlyMap<Write, WriteOutcome>;
}

/** The effort of all of them together. */
export function totalEffort(efforts: readonly WriteEffort[]): WriteEffort {
  const errors = new Map<string, number>();
  for (const effort of efforts)
    for (const [name, count] of effort.errors) errors.set(name, (errors.get(name) ?? 0) + count);
  return { retried: efforts.reduce((sum, { retried }) => sum + retried, 0), errors };
}

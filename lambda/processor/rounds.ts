import type { Deadline } from "./deadline";
import type { WriteOutcome } from "./fates";
import type { WriteResult } from "./write-result";

/** What one call to a store came to. A write that is in none of these was cut off by the deadline. */
export interface CallResult<Write> {
  /** Writes whose outcome is known. */
  readonly settled: readonly { readonly writes: readonly Write[]; readonly outcome: WriteOutcome }[];
  /** Writes to send again. */
  readonly again: readonly Write[];
  /** Names of the errors that the store answered with, one per occurrence. */
  readonly errors: readonly string[];
}

/** The result of a call that the deadline has cut off. */
export const CUT_OFF: CallResult<never> = { settled: [], again: [], errors: [] };

/** The upper bound of the first wait; it doubles with each round. */
const BASE_DELAY_MS = 50;
/** The longest wait. */
const MAX_DELAY_MS = 5_000;

/**
 * How long to wait before the round: between zero and a bound that doubles with each, so that many functions
 * do not come back together. https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 * @param random From 0 to below 1.
 */
export function backoffMs(round: number, random: number): number {
  return random * Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** (round - 1));
}

/**
 * Sends writes in rounds with a wait between them, until each is settled or the deadline has passed. In rounds, writes that keep
 * failing do not hold up the others.
 * @param doRound Sends each of the pending writes once. `isFirst`: none of them has been sent before.
 */
export async function writeInRounds<Write>(
  writes: readonly Write[],
  deadline: Deadline,
  random: () => number,
  doRound: (pending: readonly Write[], isFirst: boolean) => Promise<readonly CallResult<Write>[]>,
): Promise<WriteResult<Write>> {
  const outcomes = new Map<Write, WriteOutcome>();
  const errors = new Map<string, number>();
  let retried = 0;
  let pending = writes;
  for (let round = 0; pending.length > 0 && !deadline.hasPassed; round++) {
    if (round > 0) {
      await deadline.sleep(backoffMs(round, random()));
      if (deadline.hasPassed) break;
      retried += pending.length;
    }
    const results = await doRound(pending, round === 0);
    for (const result of results) {
      for (const { writes: settled, outcome } of result.settled)
        for (const write of settled) outcomes.set(write, outcome);
      for (const name of result.errors) errors.set(name, (errors.get(name) ?? 0) + 1);
    }
    pending = results.flatMap(({ again }) => again);
  }
  return { outcomes, retried, errors };
}

/**
 * The results of `work` for all inputs, in their order, at most `limit` of them in flight. Ten lines of our own: the deployed function
 * holds no code but this project's and the AWS SDK's.
 */
export async function mapWithLimit<Input, Result>(
  inputs: readonly Input[],
  limit: number,
  work: (input: Input) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = new Array(inputs.length);
  const pending = inputs.entries();
  const worker = async () => {
    for (const [place, input] of pending) results[place] = await work(input);
  };
  await Promise.all(Array.from({ length: Math.min(limit, inputs.length) }, worker));
  return results;
}

import type { Deadline } from "./deadline";

/** The longest first wait; each round doubles it. */
const BASE_DELAY_MS = 50;
/** The longest wait. */
const MAX_DELAY_MS = 5_000;

/**
 * How long to wait before the round: anywhere from nothing to a bound that doubles with each, so that many functions
 * do not come back together. https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 * @param random From 0 to below 1.
 */
export function backoffMs(round: number, random: number): number {
  return random * Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** (round - 1));
}

/**
 * Does all tasks, in rounds with a wait between them, until none is left or the deadline has passed. A round's
 * function returns what must be done again. In rounds, what fails for long does not keep the others from their turn.
 * @returns How many tasks were done again, one for each time.
 */
export async function inRounds<T>(
  tasks: readonly T[],
  deadline: Deadline,
  random: () => number,
  doRound: (tasks: readonly T[]) => Promise<readonly T[]>,
): Promise<number> {
  let left = tasks;
  let again = 0;
  for (let round = 0; left.length > 0 && !deadline.hasPassed; round++) {
    if (round > 0) {
      await deadline.sleep(backoffMs(round, random()));
      if (deadline.hasPassed) break;
      again += left.length;
    }
    left = await doRound(left);
  }
  return again;
}

/** Runs `work` over all inputs, `limit` of them at a time. */
export async function withLimit<T>(
  inputs: readonly T[],
  limit: number,
  work: (input: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let input = inputs[next++]; input !== undefined; input = inputs[next++]) await work(input);
  };
  await Promise.all(Array.from({ length: Math.min(limit, inputs.length) }, worker));
}

import { isObject } from "../../contract/json";
import { METRIC } from "../../contract/metrics";

/** An invocation's answer, in UTF-8 text. */
export interface RawAnswer {
  /** The kind of failure that Lambda reports; undefined where the function returned. */
  readonly functionError: string | undefined;
  readonly payload: string;
  /** The end of the invocation's log. */
  readonly log: string;
}

/** What is done of a batch: its first records, each of which is stored, rejected or superseded. */
export interface Done {
  /** How many records are done. */
  readonly done: number;
  /** Readings of these that are stored; of rule errors, messages that are in the stream. */
  readonly stored: number;
  /** Readings of these that were rejected. */
  readonly rejected: number;
  /** Readings of these that gave way to one with the same device, type and time that arrived later. */
  readonly superseded: number;
}

/** The outcome of a batch: what is done of it, and why the rest is not. */
export interface Verdict extends Done {
  /** Why the rest is not done; undefined where all are. */
  readonly why?: string;
  /** Whether no other try can help the rest. */
  readonly isLasting?: boolean;
  /** The error that ends the replay, such as a missing right: thrown when what is done is marked. */
  readonly fatal?: unknown;
}

/** The outcome of a batch of which no record is done. */
export const NOTHING_DONE: Done = { done: 0, stored: 0, rejected: 0, superseded: 0 };

/** What two tries, or two parts of a batch, have done together. */
export function together(one: Done, other: Done): Done {
  return {
    done: one.done + other.done,
    stored: one.stored + other.stored,
    rejected: one.rejected + other.rejected,
    superseded: one.superseded + other.superseded,
  };
}

/**
 * Reads the answer to a batch. Only the function knows how many records it rejected: the batch's one log line, which carries its
 * metrics, says so. Judging the records here would apply this checkout's rules instead of the deployed ones.
 */
export function verdictOn({ functionError, payload, log }: RawAnswer, sequenceNumbers: readonly string[]): Verdict {
  const failed = (why: string): Verdict => ({ ...NOTHING_DONE, why });
  const answer = parsedJson(payload);
  if (functionError !== undefined)
    return failed(`the function failed: ${textOf(answer, "errorMessage") ?? functionError}`);
  const done = checkpointOf(answer, sequenceNumbers);
  if (done === undefined) return failed("the function did not answer like a processor of batches");
  const counts = done === 0 ? NOTHING_DONE : countsIn(log, done);
  if (counts === "older")
    return failed(
      "the deployed function is older than this command: it does not check whether a later reading is stored. Fix: npx pulumi up",
    );
  if (counts === undefined) return failed("the function's log does not say what became of each record");
  return done === sequenceNumbers.length
    ? { done, ...counts }
    : { done, ...counts, why: "the function handed records back: a store did not take them" };
}

/** Place of the first record that was handed back: the lowest sequence number returned, in a batch in their order. */
function checkpointOf(answer: unknown, sequenceNumbers: readonly string[]): number | undefined {
  const failures = isObject(answer) ? answer.batchItemFailures : undefined;
  if (!Array.isArray(failures)) return undefined;
  const places = failures.map((each) => sequenceNumbers.indexOf(textOf(each, "itemIdentifier") ?? ""));
  return places.includes(-1) ? undefined : Math.min(sequenceNumbers.length, ...places);
}

type Counts = Omit<Done, "done">;

/** "older" for a version that did not know replays; undefined where the counts are not those of so many records. */
function countsIn(log: string, done: number): Counts | "older" | undefined {
  for (const line of log.split("\n")) {
    const metrics = line.startsWith("{") ? parsedJson(line) : undefined;
    if (!isObject(metrics) || metrics._aws === undefined) continue;
    const { [METRIC.processed]: stored, [METRIC.rejected]: rejected, [METRIC.superseded]: superseded } = metrics;
    if (typeof stored !== "number" || typeof rejected !== "number") continue;
    if (typeof superseded !== "number") return "older";
    // A version that knew one reading per record does not count readings.
    const { readings, handedBack } = metrics;
    const expected = typeof readings === "number" ? readings - Number(handedBack) : done;
    return stored + rejected + superseded === expected ? { stored, rejected, superseded } : undefined;
  }
  return undefined;
}

function textOf(value: unknown, name: string): string | undefined {
  const text = isObject(value) ? value[name] : undefined;
  return typeof text === "string" ? text : undefined;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

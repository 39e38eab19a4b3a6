import { METRIC } from "../../contract/metrics";

/** An invocation's answer, in UTF-8 text. */
export interface RawAnswer {
  readonly functionError: string | undefined;
  readonly payload: string;
  /** The end of the invocation's log. */
  readonly log: string;
}

/** What became of a batch: the first `done` of its records are stored, set aside or superseded, the others are neither. */
export interface Verdict {
  readonly done: number;
  /** Of those done, set aside in `rejected/`. */
  readonly rejected: number;
  /** Of those done, gave way to a reading with the same device, type and time that arrived later. */
  readonly superseded: number;
  /** Why the others are not done; undefined where there are none. */
  readonly why?: string;
}

/**
 * Reads the answer to a batch. How many were set aside, only the function knows, and says in the batch's one log line, the one that
 * carries its metrics. To judge the records here would ask this checkout's rules, not those that are deployed.
 */
export function verdictOn({ functionError, payload, log }: RawAnswer, sequenceNumbers: readonly string[]): Verdict {
  const failed = (why: string): Verdict => ({ done: 0, rejected: 0, superseded: 0, why });
  const answer = parsedJson(payload);
  if (functionError !== undefined)
    return failed(`the function failed: ${textOf(answer, "errorMessage") ?? functionError}`);
  const done = checkpointOf(answer, sequenceNumbers);
  if (done === undefined) return failed("the function's answer is not one to a batch");
  const counts = done === 0 ? { stored: 0, rejected: 0, superseded: 0 } : countsIn(log);
  if (counts === "older")
    return failed(
      "the deployed function is older than this command: it does not look whether a later reading is stored. Fix: npx pulumi up",
    );
  if (counts === undefined || counts.stored + counts.rejected + counts.superseded !== done)
    return failed("the function's log does not say what became of each record");
  const { rejected, superseded } = counts;
  return done === sequenceNumbers.length
    ? { done, rejected, superseded }
    : { done, rejected, superseded, why: "the function handed records back: a store did not take them" };
}

/** Place of the first record that was handed back: the lowest sequence number returned, in a batch in their order. */
function checkpointOf(answer: unknown, sequenceNumbers: readonly string[]): number | undefined {
  const failures = isObject(answer) ? answer.batchItemFailures : undefined;
  if (!Array.isArray(failures)) return undefined;
  const places = failures.map((each) => sequenceNumbers.indexOf(textOf(each, "itemIdentifier") ?? ""));
  return places.includes(-1) ? undefined : Math.min(sequenceNumbers.length, ...places);
}

interface Counts {
  readonly stored: number;
  readonly rejected: number;
  readonly superseded: number;
}

/** "older": of a version that did not know what a replay is. */
function countsIn(log: string): Counts | "older" | undefined {
  for (const line of log.split("\n")) {
    const metrics = line.startsWith("{") ? parsedJson(line) : undefined;
    if (!isObject(metrics) || metrics._aws === undefined) continue;
    const { [METRIC.processed]: stored, [METRIC.rejected]: rejected, [METRIC.superseded]: superseded } = metrics;
    if (typeof stored !== "number" || typeof rejected !== "number") continue;
    return typeof superseded === "number" ? { stored, rejected, superseded } : "older";
  }
  return undefined;
}

function textOf(value: unknown, name: string): string | undefined {
  const text = isObject(value) ? value[name] : undefined;
  return typeof text === "string" ? text : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

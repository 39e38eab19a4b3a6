import type { StreamRecord } from "../../../../contract/stream-record";
import type { InvokeResult } from "../function-host/invoke-result";

/** The outcome of an invocation for its batch. */
export type InvocationOutcome =
  | { readonly kind: "success" }
  /** The records before `checkpoint` are done; that record and all after it are not. */
  | { readonly kind: "partial"; readonly checkpoint: number }
  | { readonly kind: "failure" };

const SUCCESS: InvocationOutcome = { kind: "success" };
const FAILURE: InvocationOutcome = { kind: "failure" };

/**
 * Reads the function's response by the documented conditions of success and failure:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 *
 * The page is silent on responses of other shapes and on sequence numbers that are not in the batch: here the whole batch has then
 * failed, because counting it as done could lose records.
 */
export function outcomeOf(
  records: readonly StreamRecord[],
  result: InvokeResult,
  reportsFailures: boolean,
): InvocationOutcome {
  if (!result.ok) return FAILURE;
  if (!reportsFailures || result.payload === null || result.payload === undefined) return SUCCESS;
  if (typeof result.payload !== "object" || Array.isArray(result.payload)) return FAILURE;
  const { batchItemFailures } = result.payload as { batchItemFailures?: unknown };
  if (batchItemFailures === null || batchItemFailures === undefined) return SUCCESS;
  if (!Array.isArray(batchItemFailures)) return FAILURE;
  if (batchItemFailures.length === 0) return SUCCESS;
  const failed = new Set(batchItemFailures.map((item: { itemIdentifier?: unknown } | null) => item?.itemIdentifier));
  // The lowest of the returned sequence numbers is the checkpoint, and records come in their order.
  let checkpoint = -1;
  let found = 0;
  for (const [index, { sequenceNumber }] of records.entries()) {
    if (!failed.has(sequenceNumber)) continue;
    if (checkpoint === -1) checkpoint = index;
    found += 1;
  }
  return found === failed.size ? { kind: "partial", checkpoint } : FAILURE;
}

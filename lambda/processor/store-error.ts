/** What to do after a store's error: send it again, leave it to Lambda's retry, or take it for an answer about the content. */
export type Verdict = "again" | "handBack" | "refused";

/** Errors about what is in a request: the same request can never succeed. */
const REFUSALS = new Set(["ValidationException", "SerializationException"]);
/** Client errors by their status that pass with time. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
const TRANSIENT = new Set([
  "ProvisionedThroughputExceededException",
  "ThrottlingException",
  "Throttling",
  "RequestLimitExceeded",
  "RequestTimeout",
  "OperationAborted",
  "TooManyRequestsException",
]);

/**
 * Judges an error of an SDK client. Other client errors (access denied, no such table) wait for a person: they are
 * not worth sending again at once, and not the record's fault either. What has no status never reached the store.
 */
export function judgeStoreError(error: unknown): Verdict {
  const status = statusOf(error);
  const name = errorName(error);
  if (REFUSALS.has(name) || status === 413) return "refused";
  if (TRANSIENT.has(name) || status === 429 || status === 408) return "again";
  return status !== undefined && status >= 400 && status < 500 ? "handBack" : "again";
}

/** The error's name as a log line may hold it: a short identifier. */
export function errorName(error: unknown): string {
  const { code, name } = (typeof error === "object" && error !== null ? error : {}) as {
    code?: unknown;
    name?: unknown;
  };
  // Node's network errors are all called Error; their code tells them apart.
  const own = typeof code === "string" && (name === "Error" || name === undefined) ? code : name;
  return typeof own === "string" && /^[\w.-]{1,64}$/.test(own) ? own : "UnknownError";
}

/** The error's message, or its name where there is none. */
export function errorMessage(error: unknown): string {
  return error instanceof Error && error.message !== "" ? error.message : errorName(error);
}

function statusOf(error: unknown): number | undefined {
  const { $metadata } = (typeof error === "object" && error !== null ? error : {}) as {
    $metadata?: { httpStatusCode?: number };
  };
  return $metadata?.httpStatusCode;
}

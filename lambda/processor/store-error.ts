/**
 * What a store's error says of the request. `transient`: send it again. `persistent`: it fails until a person acts, so it is left to
 * Lambda's retry. `refusal`: the store rejects the request's content.
 */
export type StoreErrorKind = "transient" | "persistent" | "refusal";

/** Errors about a request's content: the same request can never succeed. */
const REFUSALS = new Set(["ValidationException", "SerializationException"]);
/** Client errors, by their status, that pass with time. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
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
 * Classifies an error of an SDK client. Access denied, no such table and other client errors are persistent: sending the request again
 * does not help, and the record is not at fault. An error without a status never reached the store.
 */
export function classifyStoreError(error: unknown): StoreErrorKind {
  const status = statusOf(error);
  const name = errorName(error);
  if (REFUSALS.has(name) || status === 413) return "refusal";
  if (TRANSIENT.has(name) || status === 429 || status === 408) return "transient";
  return status !== undefined && status >= 400 && status < 500 ? "persistent" : "transient";
}

/** The error's name, as a short identifier that is safe in a log line. */
export function errorName(error: unknown): string {
  const { code, name } = (typeof error === "object" && error !== null ? error : {}) as {
    code?: unknown;
    name?: unknown;
  };
  // Node's network errors are all called Error; their code tells them apart.
  const own = typeof code === "string" && (name === "Error" || name === undefined) ? code : name;
  return typeof own === "string" && /^[\w.-]{1,64}$/.test(own) ? own : "UnknownError";
}

/** The error's message, or its name if the message is empty. */
export function errorMessage(error: unknown): string {
  return error instanceof Error && error.message !== "" ? error.message : errorName(error);
}

function statusOf(error: unknown): number | undefined {
  const { $metadata } = (typeof error === "object" && error !== null ? error : {}) as {
    $metadata?: { httpStatusCode?: number };
  };
  return $metadata?.httpStatusCode;
}

import type { InvokeResult } from "./invoke-result";

/** The line that Lambda writes into a function's log when an invocation fails, in its JSON format. */
export function errorLine(
  { errorType, errorMessage }: Extract<InvokeResult, { ok: false }>,
  requestId: string,
  now: number,
): string {
  const timestamp = new Date(now).toISOString();
  return JSON.stringify({ timestamp, level: "ERROR", requestId, errorType, errorMessage });
}

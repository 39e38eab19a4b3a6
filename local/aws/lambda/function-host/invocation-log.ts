/** Bytes of a log that an answer carries at most: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const LOG_TAIL_BYTES = 4096;

/** What Lambda tells of an invocation. */
export interface InvocationFigures {
  readonly requestId: string;
  /** From the request to the answer, with the time in which the function was loaded. */
  readonly durationMs: number;
  readonly memoryMb: number;
}

/**
 * The end of an invocation's log in base64, between the lines of Lambda's own. How much memory it used is not known here.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
 */
export function tailOf(lines: readonly string[], { requestId, durationMs, memoryMb }: InvocationFigures): string {
  const report = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(durationMs)} ms`,
    `Memory Size: ${memoryMb} MB`,
  ];
  const all = [
    `START RequestId: ${requestId} Version: $LATEST`,
    ...lines,
    `END RequestId: ${requestId}`,
    report.join("\t"),
  ];
  const log = Buffer.from(all.map((line) => `${line}\n`).join(""));
  return log.subarray(Math.max(0, log.length - LOG_TAIL_BYTES)).toString("base64");
}

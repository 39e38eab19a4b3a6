import { randomUUID } from "node:crypto";
import { decoded, type InProcessService } from "../../endpoint/in-process";
import { tailOf } from "./invocation-log";
import type { InvocationResult } from "./invoke-result";

/** Bytes of an event, and of an answer: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_PAYLOAD_BYTES = 6_291_456;
/** Headers of a request that are heeded, or that belong to its signature. */
const HEEDED = /^x-amz-(invocation-type|log-type|date|security-token|content-sha256|user-agent)$/;
const LOG_TYPES = ["None", "Tail"];

/** The function that can be invoked. */
interface InvokedFunction {
  readonly name: string;
  readonly arn: string;
  readonly memoryMb: number;
}

/** Invokes the function; undefined while it does not run. */
type Invoke = (event: unknown, onLog: (line: string) => void) => Promise<InvocationResult> | undefined;

type Answer = Awaited<ReturnType<InProcessService>>;

/** Lambda's API, as far as a function is invoked by it: Invoke, with the answer awaited, of one function. */
export function invokeApi(target: InvokedFunction, invoke: Invoke): InProcessService {
  return async ({ method, path, query, headers, body }) => {
    const asked = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(path)?.[1];
    if (method !== "POST" || asked === undefined)
      return refusal(404, "UnknownOperationException", "of Lambda's operations, Invoke alone runs here");
    const type = headers["x-amz-invocation-type"] ?? "RequestResponse";
    if (type !== "RequestResponse")
      return refusal(400, "InvalidParameterValueException", `"RequestResponse" alone runs here, got "${type}"`);
    const logType = String(headers["x-amz-log-type"] ?? "None");
    if (!LOG_TYPES.includes(logType))
      return refusal(400, "InvalidParameterValueException", `the log type must be "None" or "Tail", got "${logType}"`);
    const unheeded = Object.keys(headers).find((each) => each.startsWith("x-amz-") && !HEEDED.test(each));
    if (unheeded !== undefined)
      return refusal(501, "NotImplemented", `The local run does not do Invoke with "${unheeded}"`);
    const called = decoded(asked);
    if (called === undefined)
      return refusal(
        400,
        "InvalidParameterValueException",
        `the function's name must be percent-encoded, got "${asked}"`,
      );
    const unknown = notFound(target, called, query.get("Qualifier"));
    if (unknown) return unknown;
    if (body.length > MAX_PAYLOAD_BYTES)
      return refusal(
        413,
        "RequestTooLargeException",
        `Request must be smaller than ${MAX_PAYLOAD_BYTES} bytes for the InvokeFunction operation`,
      );
    let event: unknown;
    try {
      event = body.length === 0 ? {} : JSON.parse(body.toString("utf8"));
    } catch {
      return refusal(400, "InvalidRequestContentException", "Could not parse request body into json");
    }
    const lines: string[] = [];
    const start = performance.now();
    const result = await invoke(event, (line) => lines.push(line));
    if (result === undefined) return refusal(503, "ServiceException", "the function does not run yet");
    const run = { requestId: result.requestId, durationMs: performance.now() - start, memoryMb: target.memoryMb };
    return answer(result, logType === "Tail" ? tailOf(lines, run) : undefined);
  };
}

/** The refusal of another function, or of another version than the one that there is. */
function notFound({ name, arn }: InvokedFunction, called: string, qualifier: string | null): Answer | undefined {
  // A name, a whole ARN or the end of one, each with a qualifier or without.
  const [, base = called, own] = /^((?:.*:function:)?[^:]+):([^:]+)$/.exec(called) ?? [];
  const isThis = [name, arn, arn.split(":").slice(4).join(":")].includes(base);
  if (own !== undefined && qualifier !== null && own !== qualifier)
    return refusal(
      400,
      "InvalidParameterValueException",
      "The derived qualifier from the function name does not match the specified qualifier.",
    );
  const version = qualifier ?? own ?? "$LATEST";
  if (isThis && version === "$LATEST") return undefined;
  const asked = isThis ? `${arn}:${version}` : arn.replace(name, called);
  return refusal(404, "ResourceNotFoundException", `Function not found: ${asked}`);
}

function answer(result: InvocationResult, log: string | undefined): Answer {
  const { ok, body } = answeredBody(result);
  return {
    status: 200,
    headers: {
      "content-type": "application/json",
      "x-amzn-requestid": result.requestId,
      "x-amz-executed-version": "$LATEST",
      ...(ok ? {} : { "x-amz-function-error": "Unhandled" }),
      ...(log === undefined ? {} : { "x-amz-log-result": log }),
    },
    body,
  };
}

function answeredBody(result: InvocationResult): { readonly ok: boolean; readonly body: string } {
  const error = (errorType: string, errorMessage: string) => ({
    ok: false,
    body: JSON.stringify({ errorType, errorMessage }),
  });
  if (!result.ok) return error(result.errorType, result.errorMessage);
  const body = JSON.stringify(result.payload);
  const bytes = Buffer.byteLength(body);
  if (bytes <= MAX_PAYLOAD_BYTES) return { ok: true, body };
  const tooLarge = `Response payload size (${bytes} bytes) exceeded maximum allowed payload size (${MAX_PAYLOAD_BYTES} bytes).`;
  return error("Function.ResponseSizeTooLarge", tooLarge);
}

function refusal(status: number, type: string, message: string): Answer {
  return {
    status,
    headers: { "content-type": "application/json", "x-amzn-requestid": randomUUID(), "x-amzn-errortype": type },
    body: JSON.stringify({ Type: "User", Message: message }),
  };
}

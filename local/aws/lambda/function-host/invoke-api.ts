import { randomUUID } from "node:crypto";
import type { InProcessService } from "../../endpoint/in-process";
import type { InvokeResult } from "./invoke-result";

/** Bytes of a log that an answer carries at most: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const LOG_TAIL_BYTES = 4096;

/** Invokes the function; undefined while it does not run. */
type Invoke = (event: unknown, onLog: (line: string) => void) => Promise<InvokeResult> | undefined;

/** Lambda's API, as far as a function is invoked by it: Invoke, with the answer awaited, of one function. */
export function invokeApi(
  { name, arn }: { readonly name: string; readonly arn: string },
  invoke: Invoke,
): InProcessService {
  return async ({ method, path, headers, body }) => {
    const asked = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(path)?.[1];
    if (method !== "POST" || asked === undefined)
      return refusal(404, "UnknownOperationException", "of Lambda's operations, Invoke alone runs here");
    const type = headers["x-amz-invocation-type"] ?? "RequestResponse";
    if (type !== "RequestResponse")
      return refusal(400, "InvalidParameterValueException", `"RequestResponse" alone runs here, got "${type}"`);
    const called = decodeURIComponent(asked);
    if (called !== name && called !== arn)
      return refusal(404, "ResourceNotFoundException", `Function not found: ${arn.replace(name, called)}`);
    let event: unknown;
    try {
      event = body.length === 0 ? {} : JSON.parse(body.toString("utf8"));
    } catch {
      return refusal(400, "InvalidRequestContentException", "Could not parse request body into json");
    }
    const lines: string[] = [];
    const result = await invoke(event, (line) => lines.push(line));
    if (result === undefined) return refusal(503, "ServiceException", "the function does not run yet");
    const { ok } = result;
    return {
      status: 200,
      headers: {
        "content-type": "application/json",
        "x-amzn-requestid": randomUUID(),
        "x-amz-executed-version": "$LATEST",
        ...(ok ? {} : { "x-amz-function-error": "Unhandled" }),
        ...(headers["x-amz-log-type"] === "Tail" ? { "x-amz-log-result": tail(lines) } : {}),
      },
      body: JSON.stringify(ok ? result.payload : { errorType: result.errorType, errorMessage: result.errorMessage }),
    };
  };
}

function tail(lines: readonly string[]): string {
  const log = Buffer.from(lines.map((line) => `${line}\n`).join(""));
  return log.subarray(Math.max(0, log.length - LOG_TAIL_BYTES)).toString("base64");
}

function refusal(status: number, type: string, message: string) {
  return {
    status,
    headers: { "content-type": "application/json", "x-amzn-requestid": randomUUID(), "x-amzn-errortype": type },
    body: JSON.stringify({ Type: "User", Message: message }),
  };
}

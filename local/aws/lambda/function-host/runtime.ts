import Module from "node:module";
import type { Invocation, Report } from "./messages";

/**
 * Lambda's Node.js runtime as a program: `runtime.mjs <bundle>`, started by ExecutionEnvironment with an IPC channel. It loads the function
 * once, then runs one invocation at a time. It ends with its parent, however that ends.
 * No syntax that Node.js cannot strip: tests run this file as it stands.
 */

type Handler = (event: unknown, context: object) => unknown;

class RuntimeError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

function loadHandler(bundlePath: string, name: string): Handler {
  let loaded: Readonly<Record<string, unknown>>;
  try {
    loaded = Module.createRequire(bundlePath)(bundlePath);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND")
      throw new RuntimeError("Runtime.ImportModuleError", `Error: ${error.message}`);
    throw error;
  }
  const handler = loaded[name.slice(name.lastIndexOf(".") + 1)];
  if (typeof handler !== "function")
    throw new RuntimeError("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
  // From Node.js 24 on: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
  if (handler.length >= 3)
    throw new RuntimeError("Runtime.CallbackHandlerDeprecated", `${name} takes a callback; it must be async instead`);
  return handler as Handler;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
function contextOf({ requestId, functionArn, timeoutMs }: Invocation): object {
  const deadline = performance.now() + timeoutMs;
  const { env } = process;
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: functionArn,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
  };
}

function failure(error: unknown): Report {
  return error instanceof Error
    ? { kind: "failed", errorType: error.name, errorMessage: error.message }
    : { kind: "failed", errorType: typeof error, errorMessage: String(error) };
}

function send(report: Report, sent: () => void = () => {}): void {
  process.send?.(report, sent);
}

/** An error that no one awaits ends the process. */
function crash(report: Report): void {
  send(report, () => process.exit(128));
}

// What a function does at its exit must not hold it up.
const end = () => process.kill(process.pid, "SIGKILL");
process.on("disconnect", end);
if (!process.connected) end();
process.on("uncaughtException", (error) => crash(failure(error)));
process.on("unhandledRejection", (reason) =>
  crash(failure(new RuntimeError("Runtime.UnhandledPromiseRejection", String(reason)))),
);

let handler: Handler | undefined;
process.on("message", async (invocation: Invocation) => {
  try {
    handler ??= loadHandler(process.argv[2] ?? "", process.env._HANDLER ?? "");
  } catch (error) {
    crash(failure(error));
    return;
  }
  send({ kind: "loaded" });
  let outcome: Report;
  try {
    outcome = { kind: "returned", payload: (await handler(invocation.event, contextOf(invocation))) ?? null };
  } catch (error) {
    outcome = failure(error);
  }
  // As on Lambda the log says where an invocation ends: what stands before it is then known to have been read.
  process.stdout.write(`\nEND RequestId: ${invocation.requestId}\n`, () => send(outcome));
});

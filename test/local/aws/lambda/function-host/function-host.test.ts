import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { FunctionHost } from "../../../../../local/aws/lambda/function-host/function-host";
import type { FunctionSettings } from "../../../../../local/aws/lambda/function-host/function-settings";
import { runningOf } from "../../../../helpers/local-run";

const fixture = (name: string) => path.resolve(__dirname, "../../../../fixtures", name);

const hosts: FunctionHost[] = [];

function hostOf(name: string, settings: Partial<FunctionSettings> = {}): FunctionHost {
  const host = new FunctionHost({
    functionName: "processor",
    functionArn: "arn:aws:lambda:sa-east-1:123456789012:function:processor",
    bundlePath: fixture("functions.js"),
    runtimePath: path.resolve(__dirname, "../../../../../local/aws/lambda/function-host/runtime.ts"),
    handler: `index.${name}`,
    environment: { DYNAMODB_TABLE: "readings" },
    memoryMb: 256,
    timeoutMs: 10_000,
    concurrency: 2,
    onLog: () => {},
    ...settings,
  });
  hosts.push(host);
  return host;
}

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.stop()));
});

describe("FunctionHost", () => {
  it("calls the handler with the event and Lambda's context", async () => {
    const { requestId, ...result } = await hostOf("warm", { timeoutMs: 5000 }).invoke({ a: ["ç", 1] });
    expect(requestId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(result).toEqual({
      ok: true,
      payload: {
        event: { a: ["ç", 1] },
        invocations: 1,
        pid: expect.any(Number),
        remaining: expect.any(Number),
        context: {
          awsRequestId: requestId,
          callbackWaitsForEmptyEventLoop: true,
          functionName: "processor",
          functionVersion: "$LATEST",
          invokedFunctionArn: "arn:aws:lambda:sa-east-1:123456789012:function:processor",
          logGroupName: "/aws/lambda/processor",
          logStreamName: "local",
          memoryLimitInMB: "256",
        },
      },
    });
    const { remaining } = (result as unknown as { payload: { remaining: number } }).payload;
    expect(remaining).toBeGreaterThan(4000);
    expect(remaining).toBeLessThanOrEqual(5000);
  });

  it("uses an environment again while it lives", async () => {
    const host = hostOf("warm");
    const first = await host.invoke({});
    const second = await host.invoke({});
    expect(first).toMatchObject({ ok: true, payload: { invocations: 1 } });
    expect(second).toMatchObject({ ok: true, payload: { invocations: 2 } });
  });

  it("runs as many invocations at once as the concurrency, and the others after them", async () => {
    const host = hostOf("slow", { concurrency: 2 });
    // Enough of them to wait longer than a second environment takes to be asked for, on a busy machine too.
    const events = Array.from({ length: 15 }, (_, i) => i);
    const results = await Promise.all(events.map((event) => host.invoke(event)));
    const payloads = results.map((result) =>
      result.ok ? (result.payload as { event: number; pid: number }) : undefined,
    );
    expect(payloads.map((payload) => payload?.event)).toEqual(events);
    expect(new Set(payloads.map((payload) => payload?.pid)).size).toBe(2);
  });

  it("refuses a concurrency below 1", () => {
    expect(() => hostOf("warm", { concurrency: 0 })).toThrow('"concurrency" must be at least 1, got 0');
  });

  it("shows the function Lambda's variables and its own, and none of the person's", async () => {
    process.env.PERSONS_OWN_VARIABLE = "private";
    const result = await hostOf("environment").invoke({});
    delete process.env.PERSONS_OWN_VARIABLE;
    const { PATH, LAMBDA_TASK_ROOT, NODE_CHANNEL_FD, NODE_CHANNEL_SERIALIZATION_MODE, ...variables } = (
      result as unknown as { payload: Record<string, string> }
    ).payload;
    expect(variables).toEqual({
      _HANDLER: "index.environment",
      AWS_ACCESS_KEY_ID: "local",
      AWS_DEFAULT_REGION: "sa-east-1",
      AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
      AWS_LAMBDA_FUNCTION_NAME: "processor",
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
      AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/processor",
      AWS_LAMBDA_LOG_STREAM_NAME: "local",
      AWS_REGION: "sa-east-1",
      AWS_SECRET_ACCESS_KEY: "local",
      DYNAMODB_TABLE: "readings",
      LANG: "en_US.UTF-8",
      TZ: ":UTC",
    });
  });

  it.each([
    ["throws", "TypeError", "no such reading"],
    ["throwsAtOnce", "RangeError", "not even async"],
    ["rejectsWithText", "string", "just text"],
  ])("reports what a handler that %s throws", async (name, errorType, errorMessage) => {
    expect(await hostOf(name).invoke({})).toMatchObject({ ok: false, errorType, errorMessage });
  });

  it("takes a handler without a value for null", async () => {
    expect(await hostOf("silent").invoke({})).toMatchObject({ ok: true, payload: null });
  });

  it.each([
    ["noSuchExport", "Runtime.HandlerNotFound"],
    ["takesCallback", "Runtime.CallbackHandlerDeprecated"],
  ])("refuses the handler %s", async (name, errorType) => {
    expect(await hostOf(name).invoke({})).toMatchObject({ ok: false, errorType });
  });

  it("reports code that does not load, each time", async () => {
    const host = hostOf("handler", { bundlePath: fixture("function-that-does-not-load.js") });
    const error = { ok: false, errorType: "Error", errorMessage: "the table's name is missing" };
    expect(await host.invoke({})).toMatchObject(error);
    expect(await host.invoke({})).toMatchObject(error);
  });

  it("reports code that is not there", async () => {
    const host = hostOf("handler", { bundlePath: fixture("nowhere.js") });
    expect(await host.invoke({})).toMatchObject({ ok: false, errorType: "Runtime.ImportModuleError" });
  });

  it("ends an invocation that takes too long, and its process, and goes on with another", async () => {
    const host = hostOf("hangs", { timeoutMs: 1500, concurrency: 1 });
    const before = await host.invoke({ hang: false });
    const { requestId, ...hung } = await host.invoke({ hang: true });
    const after = await host.invoke({ hang: false });
    expect(hung).toEqual({
      ok: false,
      errorType: "Sandbox.Timedout",
      errorMessage: `RequestId: ${requestId} Error: Task timed out after 1.50 seconds`,
    });
    expect([before.ok, after.ok]).toEqual([true, true]);
    expect(before.ok && after.ok && before.payload !== after.payload).toBe(true);
    expect(before.ok && runningOf([Number(before.payload)])).toEqual([]);
  });

  it("ends a handler that never yields", async () => {
    expect(await hostOf("spins", { timeoutMs: 300 }).invoke({})).toMatchObject({ errorType: "Sandbox.Timedout" });
  });

  it("reports a process that exits, and goes on with another", async () => {
    const host = hostOf("exits");
    const { requestId, ...exited } = await host.invoke({ exit: true });
    expect(exited).toEqual({
      ok: false,
      errorType: "Runtime.ExitError",
      errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: exit status 3`,
    });
    expect(await host.invoke({ exit: false })).toMatchObject({ ok: true });
  });

  it("reports a rejection that no one awaits", async () => {
    expect(await hostOf("forgets").invoke({})).toMatchObject({
      errorType: "Runtime.UnhandledPromiseRejection",
      errorMessage: "Error: no one awaits me",
    });
  });

  it("ends a function whose heap outgrows its memory", async () => {
    expect(await hostOf("hoards", { memoryMb: 128 }).invoke({})).toMatchObject({ errorType: "Runtime.ExitError" });
  });

  it("hands on each line of the log, all before the result, and nothing of its own", async () => {
    const lines: string[] = [];
    // Node.js warns of the types that it strips from the runtime, which only tests leave to it.
    const environment = { NODE_NO_WARNINGS: "1" };
    const result = await hostOf("logs", { environment, onLog: (line) => lines.push(line) }).invoke({});
    expect(result).toMatchObject({ ok: true, payload: null });
    expect(lines).toContain("two");
    expect(lines.filter((line) => line !== "two")).toEqual(["one", "x".repeat(200_000), "no line end"]);
  });

  it("leaves no process when it stops, and refuses what waits and what comes", async () => {
    const host = hostOf("hangs", { concurrency: 1 });
    const warm = await host.invoke({ hang: false });
    const cutOff = host.invoke({ hang: true });
    const waiting = expect(host.invoke({})).rejects.toThrow("The function host has stopped");
    await new Promise(setImmediate);
    await host.stop();
    expect(await cutOff).toMatchObject({ ok: false, errorType: "Runtime.ExitError" });
    await waiting;
    await expect(host.invoke({})).rejects.toThrow("The function host has stopped");
    expect(warm.ok && runningOf([Number(warm.payload)])).toEqual([]);
  });
});

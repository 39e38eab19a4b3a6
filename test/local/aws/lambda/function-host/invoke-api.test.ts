import { InvokeCommand, LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { invokeApi } from "../../../../../local/aws/lambda/function-host/invoke-api";
import type { InvokeResult } from "../../../../../local/aws/lambda/function-host/invoke-result";
import { gatewayWith } from "../../../../helpers/gateway";

const ARN = "arn:aws:lambda:sa-east-1:123456789012:function:processor";
let answer: InvokeResult | undefined;
const events: unknown[] = [];
let lines: string[] = [];
const lambdaApi = invokeApi({ name: "processor", arn: ARN, memoryMb: 512 }, (event, onLog) => {
  events.push(event);
  for (const line of lines) onLog(line);
  return answer && Promise.resolve({ ...answer, requestId: "r-1" });
});
const gateway = gatewayWith({
  inProcess: { lambda: lambdaApi },
});
let client: LambdaClient;

beforeAll(async () => {
  const endpoint = `http://127.0.0.1:${await gateway.listen(0)}`;
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  client = new LambdaClient({ endpoint, region: "sa-east-1", credentials, maxAttempts: 1 });
});
afterAll(() => gateway.stop());

describe("Lambda's API, as an SDK client sees it", () => {
  it.each([
    ["its name", { FunctionName: "processor" }],
    ["its ARN", { FunctionName: ARN }],
    ["the end of its ARN", { FunctionName: "123456789012:function:processor" }],
    ["its name with the version", { FunctionName: "processor:$LATEST" }],
    ["its ARN with the version", { FunctionName: `${ARN}:$LATEST`, Qualifier: "$LATEST" }],
    ["its version", { FunctionName: "processor", Qualifier: "$LATEST" }],
  ])("invokes the function by %s, and gives its answer and its log", async (_what, named) => {
    answer = { ok: true, payload: { batchItemFailures: [] } };
    lines = ["the line"];
    const invoked = await client.send(
      new InvokeCommand({ ...named, LogType: "Tail", Payload: Buffer.from('{"Records":[]}') }),
    );
    expect(events.at(-1)).toEqual({ Records: [] });
    expect(invoked).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST" });
    expect(invoked.$metadata.requestId).toBe("r-1");
    expect(invoked.FunctionError).toBeUndefined();
    expect(JSON.parse(invoked.Payload?.transformToString() ?? "")).toEqual({ batchItemFailures: [] });
    expect(Buffer.from(invoked.LogResult ?? "", "base64").toString()).toMatch(
      /^START RequestId: r-1 Version: \$LATEST\nthe line\nEND RequestId: r-1\nREPORT RequestId: r-1\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 512 MB\n$/,
    );
  });

  it("gives the last 4 KB of a long log", async () => {
    lines = ["x".repeat(5000)];
    const { LogResult = "" } = await client.send(new InvokeCommand({ FunctionName: "processor", LogType: "Tail" }));
    const log = Buffer.from(LogResult, "base64").toString();
    expect({ length: log.length, end: log.slice(-21) }).toEqual({ length: 4096, end: "\tMemory Size: 512 MB\n" });
  });

  it("tells the function's error as AWS does, and no log unless it is asked for", async () => {
    answer = { ok: false, errorType: "Sandbox.Timedout", errorMessage: "Task timed out" };
    const { FunctionError, LogResult, Payload } = await client.send(new InvokeCommand({ FunctionName: "processor" }));
    expect({ FunctionError, LogResult, payload: JSON.parse(Payload?.transformToString() ?? "") }).toEqual({
      FunctionError: "Unhandled",
      LogResult: undefined,
      payload: { errorType: "Sandbox.Timedout", errorMessage: "Task timed out" },
    });
  });

  it.each([
    ["another function", { FunctionName: "other" }, "ResourceNotFoundException"],
    ["an event that nobody waits for", { InvocationType: "Event" as const }, "InvalidParameterValueException"],
    ["what is not JSON", { Payload: Buffer.from("{") }, "InvalidRequestContentException"],
    ["another version", { Qualifier: "99" }, "ResourceNotFoundException"],
    ["an alias in the name", { FunctionName: "processor:live" }, "ResourceNotFoundException"],
    ["two versions", { FunctionName: "processor:$LATEST", Qualifier: "1" }, "InvalidParameterValueException"],
    ["another log", { LogType: "Head" as "Tail" }, "InvalidParameterValueException"],
    ["a context", { ClientContext: "e30=" }, "NotImplemented"],
    ["a byte more than 6 MB", { Payload: Buffer.alloc(6_291_457, " ") }, "RequestTooLargeException"],
  ])("refuses %s", async (_what, change, name) => {
    const request = client.send(new InvokeCommand({ FunctionName: "processor", ...change }));
    await expect(request).rejects.toMatchObject({ name });
  });

  it("takes an event of 6 MB", async () => {
    await client.send(new InvokeCommand({ FunctionName: "processor", Payload: Buffer.alloc(6_291_456, "1") }));
    expect(events.at(-1)).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([
    [6_291_456, undefined],
    [6_291_457, "Function.ResponseSizeTooLarge"],
  ])("gives an answer of 6 MB at most: %d bytes", async (bytes, errorType) => {
    answer = { ok: true, payload: "x".repeat(bytes - 2) };
    const { FunctionError, Payload } = await client.send(new InvokeCommand({ FunctionName: "processor" }));
    expect(FunctionError).toBe(errorType && "Unhandled");
    expect(JSON.parse(Payload?.transformToString() ?? "").errorType).toBe(errorType);
  });

  it("refuses a name whose encoding is broken", async () => {
    const refused = await lambdaApi({
      method: "POST",
      path: "/2015-03-31/functions/%E0%A4%A/invocations",
      query: new URLSearchParams(),
      headers: {},
      body: Buffer.alloc(0),
    });
    expect(refused).toMatchObject({
      status: 400,
      headers: { "x-amzn-errortype": "InvalidParameterValueException" },
    });
  });

  it("refuses another operation", async () => {
    await expect(client.send(new ListFunctionsCommand({}))).rejects.toMatchObject({
      name: "UnknownOperationException",
    });
  });

  it("says that the function does not run yet", async () => {
    answer = undefined;
    const request = client.send(new InvokeCommand({ FunctionName: "processor" }));
    await expect(request).rejects.toMatchObject({ name: "ServiceException" });
  });
});

import { InvokeCommand, LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { invokeApi } from "../../../../../local/aws/lambda/function-host/invoke-api";
import type { InvokeResult } from "../../../../../local/aws/lambda/function-host/invoke-result";
import { gatewayWith } from "../../../../helpers/gateway";

const ARN = "arn:aws:lambda:sa-east-1:123456789012:function:processor";
let answer: InvokeResult | undefined;
const events: unknown[] = [];
const lambdaApi = invokeApi({ name: "processor", arn: ARN }, (event, onLog) => {
  events.push(event);
  for (const line of ["x".repeat(5000), "the last line"]) onLog(line);
  return answer && Promise.resolve(answer);
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
  it.each(["processor", ARN])(
    "invokes the function by %s, and gives its answer and the end of its log",
    async (FunctionName) => {
      answer = { ok: true, payload: { batchItemFailures: [] } };
      const invoked = await client.send(
        new InvokeCommand({ FunctionName, LogType: "Tail", Payload: Buffer.from('{"Records":[]}') }),
      );
      expect(events.at(-1)).toEqual({ Records: [] });
      expect(invoked).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST" });
      expect(invoked.FunctionError).toBeUndefined();
      expect(JSON.parse(invoked.Payload?.transformToString() ?? "")).toEqual({ batchItemFailures: [] });
      const log = Buffer.from(invoked.LogResult ?? "", "base64").toString();
      expect({ length: log.length, end: log.slice(-15) }).toEqual({ length: 4096, end: "\nthe last line\n" });
    },
  );

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
  ])("refuses %s", async (_what, change, name) => {
    const request = client.send(new InvokeCommand({ FunctionName: "processor", ...change }));
    await expect(request).rejects.toMatchObject({ name });
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

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { FaultBoard } from "../../../../local/faults/endpoint-faults";
import { gatewayWith } from "../../../helpers/gateway";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A gateway in front of an emulator that answers what `reply` says. Chance always hits. */
async function gatewayTo(reply: (req: IncomingMessage, res: ServerResponse, body: string) => void) {
  const emulator: Server = createServer((req, res) =>
    text(req).then(
      (body) => reply(req, res, body),
      () => res.destroy(),
    ),
  );
  await new Promise<void>((resolve) => emulator.listen(0, "127.0.0.1", resolve));
  const faults = new FaultBoard(() => 0);
  let flushed = 0;
  const flush = async () => {
    flushed += 1;
  };
  const gateway = gatewayWith({
    faults,
    outputs: { region: "sa-east-1" },
    flush,
  });
  const url = `http://127.0.0.1:${await gateway.listen(0)}`;
  for (const service of ["dynamodb", "s3"] as const) gateway.connect(service, (emulator.address() as AddressInfo).port);
  closing.push(async () => {
    await gateway.stop();
    emulator.closeAllConnections();
    await new Promise((resolve) => emulator.close(resolve));
  });
  const call = (service: string, init: RequestInit & { headers?: Record<string, string> } = {}, path = "/") =>
    fetch(url + path, {
      ...init,
      headers: { authorization: `AWS4 Credential=a/20260101/sa-east-1/${service}/aws4_request, x`, ...init.headers },
    });
  return { url, faults, call, flushed: () => flushed };
}

const echo = (req: IncomingMessage, res: ServerResponse, body: string) =>
  res.writeHead(202, { "x-emulator": "yes" }).end(`${req.method} ${req.url} ${body}`);

describe("Gateway", () => {
  it("says what the stack's outputs are", async () => {
    const { url } = await gatewayTo(echo);
    expect(await (await fetch(`${url}/_local/outputs`)).json()).toEqual({ region: "sa-east-1" });
  });

  it("has the archive written on request", async () => {
    const { url, flushed } = await gatewayTo(echo);
    expect((await fetch(`${url}/_local/flush`)).status).toBe(404);
    expect(flushed()).toBe(0);
    expect((await fetch(`${url}/_local/flush`, { method: "POST" })).status).toBe(200);
    expect(flushed()).toBe(1);
  });

  it.each([
    ["in the middle of a request", 0],
    ["while their request is held back", 1000],
  ])("answers though more clients than it has connections have gone %s", async (_when, latencyMs) => {
    const { url, faults, call } = await gatewayTo(echo);
    faults.set({ s3: { kind: "latency", share: 1, latencyMs } });
    const head = "PUT /bucket/key HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n";
    const authorization = "authorization: AWS4 Credential=a/20260101/sa-east-1/s3/aws4_request, x\r\n";
    const clients = Array.from({ length: 300 }, () => connect(Number(new URL(url).port), "127.0.0.1"));
    for (const client of clients) client.on("error", () => {}).write(`${head}${authorization}\r\nhalf`);
    await setTimeout(500);
    for (const client of clients) client.destroy();
    await setTimeout(latencyMs);
    expect(await (await call("s3", { method: "PUT", body: "whole" }, "/bucket/key")).text()).toBe(
      "PUT /bucket/key whole",
    );
  });

  it("hands a request to the emulator of its service, and the answer back, unchanged", async () => {
    const { call } = await gatewayTo(echo);
    const response = await call("s3", { method: "PUT", body: "bytes" }, "/bucket/key%20x?y=1");
    expect([response.status, response.headers.get("x-emulator"), await response.text()]).toEqual([
      202,
      "yes",
      "PUT /bucket/key%20x?y=1 bytes",
    ]);
  });

  it.each([
    ["kinesis", { "x-amz-target": "Kinesis_20131202.ListShards" }, '{"__type":"InternalFailure","message":"'],
    ["sns", { "content-type": "application/x-www-form-urlencoded" }, "<ErrorResponse><Error><Code>InternalFailure"],
  ])("answers what %s has not foreseen, in its format", async (service, headers, beginning) => {
    const fails = async () => {
      throw new TypeError("it is null");
    };
    const gateway = gatewayWith({ inProcess: { [service]: fails } });
    closing.push(() => gateway.stop());
    const authorization = `AWS4 Credential=a/20260101/sa-east-1/${service}/aws4_request, x`;
    const url = `http://127.0.0.1:${await gateway.listen(0)}`;
    const response = await fetch(url, { method: "POST", body: "x", headers: { authorization, ...headers } });
    const body = await response.text();
    expect(response.status).toBe(500);
    expect(body).toContain(beginning);
    expect(body).toContain("the local endpoint failed at this request: it is null");
  });

  it.each([
    [{ "x-amz-target": "GraniteServiceVersion20100801.ListMetrics" }, '"__type":"UnknownServiceException"'],
    [{ "content-type": "application/x-www-form-urlencoded" }, "<ErrorResponse><Error><Code>UnknownService</Code>"],
    [{}, '"__type":"UnknownServiceException"'],
  ])("says what runs here to a client of another service, in its format (%j)", async (headers, beginning) => {
    const { call } = await gatewayTo(echo);
    const response = await call("monitoring", { method: "POST", body: "x", headers });
    const body = await response.text();
    expect(response.status).toBe(400);
    expect(body).toContain(beginning);
    expect(body).toMatch(/monitoring.* does not run here; this local endpoint has dynamodb, s3/);
  });

  it.each([
    ["dynamodb", "throttle", 400, "ProvisionedThroughputExceededException"],
    ["dynamodb", "error500", 500, "InternalServerError"],
    ["dynamodb", "unavailable", 503, "ServiceUnavailable"],
    ["s3", "throttle", 503, "<Code>SlowDown</Code>"],
    ["s3", "error500", 500, "<Code>InternalError</Code>"],
    ["s3", "unavailable", 503, "<Code>ServiceUnavailable</Code>"],
  ] as const)("breaks %s by %s as AWS words it", async (service, kind, status, code) => {
    const { call, faults } = await gatewayTo(echo);
    faults.set({ [service]: { kind, share: 1 } });
    const response = await call(service, { method: "POST", body: "x" });
    expect(response.status).toBe(status);
    expect(await response.text()).toContain(code);
  });

  it("breaks the connection", async () => {
    const { call, faults } = await gatewayTo(echo);
    faults.set({ s3: { kind: "reset", share: 1 } });
    await expect(call("s3")).rejects.toThrow("fetch failed");
  });

  it("never answers while a store hangs", async () => {
    const { call, faults } = await gatewayTo(echo);
    faults.set({ s3: { kind: "hang", share: 1 } });
    await expect(call("s3", { signal: AbortSignal.timeout(100) })).rejects.toThrow("aborted due to timeout");
  });

  it("holds an answer back", async () => {
    const { call, faults } = await gatewayTo(echo);
    faults.set({ s3: { kind: "latency", share: 1, latencyMs: 120 } });
    const startedAt = performance.now();
    expect((await call("s3")).status).toBe(202);
    expect(performance.now() - startedAt).toBeGreaterThan(100);
  });

  it("accepts a part of a BatchWriteItem and returns the rest as unprocessed", async () => {
    let handedOn = "";
    const { call, faults } = await gatewayTo((_req, res, body) => {
      handedOn = body;
      res.end('{"UnprocessedItems":{}}');
    });
    faults.set({ dynamodb: { kind: "unprocessed", share: 1 } });
    const headers = { "x-amz-target": "DynamoDB_20120810.BatchWriteItem" };
    const response = await call("dynamodb", { method: "POST", headers, body: '{"RequestItems":{"t":[1,2]}}' });
    expect([response.status, await response.json(), handedOn]).toEqual([200, { UnprocessedItems: { t: [1, 2] } }, ""]);
  });

  it("is broken and healed over HTTP", async () => {
    const { url } = await gatewayTo(echo);
    const admin = async (method: string, body?: string) => {
      const response = await fetch(`${url}/_local/faults`, { method, ...(body === undefined ? {} : { body }) });
      return [response.status, await response.json()];
    };
    const faults = { s3: { kind: "throttle", share: 0.5 } };
    expect(await admin("PUT", JSON.stringify(faults))).toEqual([200, { faults, hits: {} }]);
    expect(await admin("GET")).toEqual([200, { faults, hits: {} }]);
    expect(await admin("PUT", "{}}")).toEqual([400, { problems: ["the body must be JSON"] }]);
    expect(await admin("DELETE")).toEqual([200, { faults: {}, hits: {} }]);
    expect(await admin("POST", "")).toEqual([404, { problems: [expect.stringContaining("PUT and DELETE faults")] }]);
  });

  it.each([
    ["/_local/outputs", {}, /"step": "starting the emulators"/],
    ["/", { "x-amz-target": "Kinesis_20131202.ListShards" }, /"__type":"ServiceUnavailable".*starting the emulators/],
    ["/bucket", {}, /<Code>ServiceUnavailable<\/Code>.*starting the emulators/],
  ])("answers 503 with the step to everyone but the run before it is ready: %s", async (path, headers, body) => {
    let step: string | undefined = "starting the emulators";
    const gateway = gatewayWith({ startingStep: () => step });
    const url = `http://127.0.0.1:${await gateway.listen(0)}`;
    closing.push(() => gateway.stop());
    const response = await fetch(`${url}${path}`, { headers });
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await response.text()).toMatch(body);
    const authorization = "AWS4-HMAC-SHA256 Credential=local-run/20260101/sa-east-1/sns/aws4_request, Signature=x";
    expect(await (await fetch(`${url}/`, { headers: { authorization } })).text()).not.toContain("starting");
    step = undefined;
    expect((await fetch(`${url}/_local/faults`)).status).toBe(200);
  });
});

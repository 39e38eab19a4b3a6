import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ErrorLog } from "../../../../local/aws/iot/error-log";
import { declaredGroups } from "../../../../local/aws/logs/declared-groups";
import { FunctionLog } from "../../../../local/aws/logs/log-group";
import { logsApi } from "../../../../local/aws/logs/logs-api";
import { declareStack } from "../../../../local/stack/declare-stack";
import { gatewayWith } from "../../../helpers/gateway";

const logGroupName = "/aws/iot/rules/dev";
let time = 1000;
const log = new ErrorLog("rule", "stream", () => time);
const processor = new FunctionLog(() => time);
let gateway: ReturnType<typeof gatewayWith>;
let client: CloudWatchLogsClient;
let endpoint: string;

beforeAll(async () => {
  for (const thing of ["a", "b", "c"]) {
    const message = { topic: `sensor/data/${thing}`, clientId: thing, payload: Buffer.from(thing), receivedAt: 0 };
    log.add({ ...message, payloadId: thing }, "throttled");
    time += 1000;
  }
  for (const line of ['{"stored":3}', "ERROR refused", "Task timed out after 3.00 seconds"]) processor.add(line);
  const groups = declaredGroups(
    await declareStack({ environmentSuffix: "dev" }, "dev"),
    { name: logGroupName, log },
    { "iot-sensor-processor-dev": processor },
  );
  gateway = gatewayWith({ inProcess: { logs: logsApi(groups) } });
  endpoint = `http://127.0.0.1:${await gateway.listen(0)}`;
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  client = new CloudWatchLogsClient({ endpoint, region: "sa-east-1", credentials, maxAttempts: 1 });
});
afterAll(() => gateway.stop());

describe("CloudWatch Logs' API, as an SDK client sees it", () => {
  it("gives each document of the error log as an event", async () => {
    const { events = [] } = await client.send(new FilterLogEventsCommand({ logGroupName }));
    expect(events.map(({ timestamp, message }) => [timestamp, JSON.parse(message ?? "")])).toEqual(
      log.entries.map(({ document }, i) => [1000 + i * 1000, document]),
    );
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(3);
  });

  it.each([
    ["the named streams", { logStreamNames: ["local"] }, 3],
    ["the streams that begin so", { logStreamNamePrefix: "lo" }, 3],
    ["none where none begins so", { logStreamNamePrefix: "x" }, 0],
  ])("keeps to %s", async (_what, streams, count) => {
    const { events = [] } = await client.send(new FilterLogEventsCommand({ logGroupName, ...streams }));
    expect(events.length).toBe(count);
  });

  it("keeps to the time, both ends included", async () => {
    const { events = [] } = await client.send(
      new FilterLogEventsCommand({ logGroupName, startTime: 2000, endTime: 2000 }),
    );
    expect(events.map(({ timestamp }) => timestamp)).toEqual([2000]);
  });

  it("gives page after page", async () => {
    const pages: number[][] = [];
    for await (const { events = [] } of paginateFilterLogEvents({ client, pageSize: 2 }, { logGroupName }))
      pages.push(events.map(({ timestamp = 0 }) => timestamp));
    expect(pages).toEqual([[1000, 2000], [3000]]);
  });

  it.each([
    ["nothing", undefined, [0, 1, 2]],
    ["a term", "stored", [0]],
    ["either of two, as the runbook asks", '?ERROR ?"Task timed out" ?Runtime', [1, 2]],
    ["not a term", "-ERROR", [0, 2]],
    ["both terms", "Task seconds", [2]],
  ])("gives what a function has logged, filtered by %s", async (_what, filterPattern, places) => {
    const asked = { logGroupName: "/aws/lambda/iot-sensor-processor-dev", interleaved: true, startTime: 0 };
    const { events = [] } = await client.send(
      new FilterLogEventsCommand({ ...asked, ...(filterPattern === undefined ? {} : { filterPattern }) }),
    );
    expect(events.map(({ message }) => message)).toEqual(places.map((place) => processor.events[place]?.message));
  });

  it("finds a group by its ARN", async () => {
    const { logGroups = [] } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "/aws/iot" }));
    expect(logGroups.map((group) => group.logGroupName)).toEqual([logGroupName]);
    const { events } = await client.send(
      new FilterLogEventsCommand({ logGroupIdentifier: logGroups[0]?.logGroupArn ?? "" }),
    );
    expect(events?.length).toBe(3);
  });

  it.each([
    ["another log group", new FilterLogEventsCommand({ logGroupName: "/other" }), "ResourceNotFoundException"],
    [
      "a pattern of JSON fields",
      new FilterLogEventsCommand({ logGroupName, filterPattern: "{ $.x = 1 }" }),
      "NotImplemented",
    ],
    ["another operation", new DeleteLogGroupCommand({ logGroupName }), "NotImplemented"],
  ])("refuses %s", async (_what, command, name) => {
    await expect(client.send(command as FilterLogEventsCommand)).rejects.toMatchObject({ name });
  });

  it("gives the groups page by page, in the order of their names", async () => {
    const { logGroups: all = [], nextToken } = await client.send(new DescribeLogGroupsCommand({}));
    const names = all.map((group) => group.logGroupName);
    expect([names, nextToken]).toEqual([[...names].sort(), undefined]);
    const pages: number[] = [];
    const paged: (string | undefined)[] = [];
    for await (const { logGroups = [] } of paginateDescribeLogGroups({ client, pageSize: 2 }, {})) {
      pages.push(logGroups.length);
      paged.push(...logGroups.map((group) => group.logGroupName));
    }
    expect(paged).toEqual(names);
    expect(Math.max(...pages)).toBe(2);
  });

  it("gives a group's stream, in any order", async () => {
    for (const order of [{}, { orderBy: "LastEventTime", descending: true, limit: 50 } as const]) {
      const { logStreams, nextToken } = await client.send(new DescribeLogStreamsCommand({ logGroupName, ...order }));
      expect([logStreams?.map((each) => each.logStreamName), nextToken]).toEqual([["local"], undefined]);
    }
  });

  it("gives a stream's events before the end, which is not included", async () => {
    const { events = [] } = await client.send(
      new GetLogEventsCommand({ logGroupName, logStreamName: "local", startTime: 1000, endTime: 2000 }),
    );
    expect(events.map(({ timestamp }) => timestamp)).toEqual([1000]);
  });

  const invalid = "InvalidParameterException";
  it.each<[string, string, unknown, string]>([
    ["DescribeLogGroups", "more than 50 groups", { limit: 51 }, invalid],
    ["DescribeLogGroups", "no groups", { limit: 0 }, invalid],
    ["DescribeLogGroups", "a half", { limit: 1.5 }, invalid],
    ["DescribeLogGroups", "two names", { logGroupNamePrefix: "/a", logGroupNamePattern: "a" }, invalid],
    ["DescribeLogGroups", "another's token", { nextToken: "junk" }, invalid],
    ["DescribeLogGroups", "a page that is not there", { nextToken: "1000" }, invalid],
    ["DescribeLogGroups", "an empty prefix", { logGroupNamePrefix: "" }, invalid],
    ["DescribeLogGroups", "a list", [], "SerializationException"],
    ["DescribeLogGroups", "nothing in JSON", null, "SerializationException"],
    ["DescribeLogGroups", "a class", { logGroupClass: "STANDARD" }, "NotImplemented"],
    ["DescribeLogStreams", "no group", {}, invalid],
    ["DescribeLogStreams", "more than 50 streams", { logGroupName, limit: 51 }, invalid],
    ["DescribeLogStreams", "another's token", { logGroupName, nextToken: "1" }, invalid],
    ["DescribeLogStreams", "another order", { logGroupName, orderBy: "Size" }, invalid],
    [
      "DescribeLogStreams",
      "a prefix in the order of time",
      { logGroupName, orderBy: "LastEventTime", logStreamNamePrefix: "l" },
      invalid,
    ],
    ["DescribeLogStreams", "a word as a switch", { logGroupName, descending: "yes" }, "SerializationException"],
    ["FilterLogEvents", "two groups", { logGroupName, logGroupIdentifier: logGroupName }, invalid],
    [
      "FilterLogEvents",
      "two sorts of streams",
      { logGroupName, logStreamNames: ["local"], logStreamNamePrefix: "l" },
      invalid,
    ],
    ["FilterLogEvents", "no stream of a list", { logGroupName, logStreamNames: [] }, invalid],
    ["FilterLogEvents", "more than 10,000 events", { logGroupName, limit: 10_001 }, invalid],
    ["FilterLogEvents", "another's token", { logGroupName, nextToken: "junk" }, invalid],
    ["FilterLogEvents", "a time before all", { logGroupName, startTime: -1 }, invalid],
    ["FilterLogEvents", "a time in words", { logGroupName, startTime: "1000" }, "SerializationException"],
    [
      "FilterLogEvents",
      "a stream without its list",
      { logGroupName, logStreamNames: "local" },
      "SerializationException",
    ],
    ["FilterLogEvents", "a number as a pattern", { logGroupName, filterPattern: 5 }, "SerializationException"],
    [
      "FilterLogEvents",
      "a stream that is not there",
      { logGroupName, logStreamNames: ["local", "other"] },
      "ResourceNotFoundException",
    ],
    [
      "GetLogEvents",
      "a stream that is not there",
      { logGroupName, logStreamName: "other" },
      "ResourceNotFoundException",
    ],
    ["GetLogEvents", "no stream", { logGroupName }, invalid],
    ["GetLogEvents", "another's token", { logGroupName, logStreamName: "local", nextToken: "junk" }, invalid],
    ["GetLogEvents", "a number as a stream", { logGroupName, logStreamName: 5 }, "SerializationException"],
    [
      "GetLogEvents",
      "a limit in words",
      { logGroupName, logStreamName: "local", limit: "5" },
      "SerializationException",
    ],
  ])("refuses %s of %s", async (operation, _what, body, type) => {
    expect(await ask(operation, body)).toEqual([400, expect.objectContaining({ __type: type })]);
  });

  it.each([
    [{ limit: 51 }, '"limit" must be a whole number from 1 to 50, got 51'],
    [{ logGroupNamePrefix: "" }, '"logGroupNamePrefix" must have from 1 to 512 characters, got 0'],
  ])("says what is wrong with %j", async (body, message) => {
    expect(await ask("DescribeLogGroups", body)).toEqual([400, { __type: invalid, message }]);
  });

  it("takes null for nothing", async () => {
    expect(await ask("DescribeLogStreams", { logGroupName: "/aws/iot/rules/dev", nextToken: null })).toEqual([
      200,
      { logStreams: [expect.objectContaining({ logStreamName: "local" })] },
    ]);
  });
});

/** Asks for what no SDK would let a client ask. */
async function ask(operation: string, body: unknown): Promise<[number, unknown]> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      authorization: "AWS4-HMAC-SHA256 Credential=a/20260101/sa-east-1/logs/aws4_request",
      "x-amz-target": `Logs_20140328.${operation}`,
    },
    body: JSON.stringify(body),
  });
  return [response.status, await response.json()];
}

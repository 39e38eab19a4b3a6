import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  paginateFilterLogEvents,
} from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ErrorLog } from "../../../local/iot/error-log";
import { errorLogApi } from "../../../local/iot/error-log-api";
import { gatewayWith } from "../../helpers/gateway";

const logGroupName = "/aws/iot/rules/dev";
let time = 1000;
const log = new ErrorLog("rule", "stream", () => time);
const gateway = gatewayWith({
  inProcess: { logs: errorLogApi(logGroupName, log) },
});
let client: CloudWatchLogsClient;

beforeAll(async () => {
  for (const thing of ["a", "b", "c"]) {
    const message = { topic: `sensor/data/${thing}`, clientId: thing, payload: Buffer.from(thing), receivedAt: 0 };
    log.add(message, "throttled");
    time += 1000;
  }
  const endpoint = `http://127.0.0.1:${await gateway.listen(0)}`;
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  client = new CloudWatchLogsClient({ endpoint, region: "sa-east-1", credentials, maxAttempts: 1 });
});
afterAll(() => gateway.stop());

describe("CloudWatch Logs' API, as an SDK client sees it", () => {
  it("gives each document of the error log as an event", async () => {
    const { events = [] } = await client.send(new FilterLogEventsCommand({ logGroupName }));
    expect(events.map(({ timestamp, message }) => [timestamp, JSON.parse(message ?? "")])).toEqual(
      log.documents.map((document, i) => [1000 + i * 1000, document]),
    );
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(3);
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
    ["another log group", new FilterLogEventsCommand({ logGroupName: "/other" }), "ResourceNotFoundException"],
    ["a filter", new FilterLogEventsCommand({ logGroupName, filterPattern: "x" }), "InvalidParameterException"],
  ])("refuses %s", async (_what, command, name) => {
    await expect(client.send(command)).rejects.toMatchObject({ name });
  });

  it("refuses another operation", async () => {
    await expect(client.send(new DescribeLogGroupsCommand({}))).rejects.toMatchObject({
      name: "UnknownOperationException",
    });
  });
});

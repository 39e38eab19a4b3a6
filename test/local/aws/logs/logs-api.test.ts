import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  paginateFilterLogEvents,
} from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
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
  const endpoint = `http://127.0.0.1:${await gateway.listen(0)}`;
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
});

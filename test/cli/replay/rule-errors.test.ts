import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { KinesisClient, PutRecordCommand } from "@aws-sdk/client-kinesis";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { beforeEach, describe, expect, it } from "vitest";
import { partitionKeyOf } from "../../../cli/replay/rule-error-batches";
import { ErrorLog } from "../../../local/aws/iot/error-log";
import { compileTemplate, parseRuleSql } from "../../../local/aws/iot/rule-sql";
import { readDeclaration } from "../../../local/stack/declaration";
import { mockClient } from "../../helpers/mocked-clients";
import { recordingIo } from "../../helpers/recording-io";
import { bucketOf, counts, replayOn, runReplay, STREAM_ARN } from "../../helpers/replays";
import { recordStack } from "../../helpers/stack";

const s3 = mockClient(S3Client);
const logs = mockClient(CloudWatchLogsClient);
const kinesis = mockClient(KinesisClient);
const T = Date.parse("2026-01-31T08:59:59Z");
let objects: Map<string, string>;
let asked: object[];

const rulesMessage = (topic: string, payload: Buffer) => ({
  topic,
  payload,
  payloadId: "id",
  clientId: "c",
  receivedAt: T,
});
/** The log's events for these messages, a second after each other. */
function eventsOf(...messages: [topic: string, payload: Buffer][]) {
  const log = new ErrorLog("rule", "stream");
  for (const [topic, payload] of messages) log.add(rulesMessage(topic, payload), "throttled");
  return log.entries.map(({ document }, i) => ({
    eventId: `e${i}`,
    timestamp: T + i * 1000,
    message: JSON.stringify(document),
  }));
}
const BYTES = Buffer.from([0x00, 0xff, 0x7b]);
const EVENTS = eventsOf(
  ["sensor/data/sensor-001", Buffer.from('{"value":1}')],
  ["$aws/rules/iot_sensor_rule_dev/sensor/data/sensor-002", BYTES],
);

beforeEach(() => {
  for (const each of [s3, logs, kinesis]) each.reset();
  objects = new Map();
  bucketOf(s3, objects);
  asked = [];
  logs.on(FilterLogEventsCommand).callsFake((input) => {
    // A copy: the paginator uses one object for all its requests.
    asked.push(JSON.parse(JSON.stringify(input)));
    if (input.nextToken === undefined) return { events: [], nextToken: "n1" };
    return input.nextToken === "n1" ? { nextToken: "n2" } : { events: EVENTS };
  });
  kinesis.on(PutRecordCommand).resolves({});
});
const put = () => kinesis.commandCalls(PutRecordCommand).map(({ args: [{ input }] }) => input);

describe("replay rule-errors", () => {
  it("puts each message under the thing that published, byte for byte, and marks it", async () => {
    expect(await runReplay("rule-errors")).toEqual({
      status: 0,
      result: { replayed: "rule-errors", dryRun: false, ...counts({ records: 2, recovered: 2 }) },
      notes: ["2 of 2 records recovered, 0 rejected, 0 failed"],
    });
    expect(asked).toEqual([
      { logGroupName: "/aws/iot/rules/dev" },
      { logGroupName: "/aws/iot/rules/dev", nextToken: "n1" },
      { logGroupName: "/aws/iot/rules/dev", nextToken: "n2" },
    ]);
    expect(put()).toEqual([
      { StreamARN: STREAM_ARN, PartitionKey: "sensor-001", Data: Buffer.from('{"value":1}') },
      { StreamARN: STREAM_ARN, PartitionKey: "sensor-002", Data: BYTES },
    ]);
    // A batch stays within an hour, and the marks are found by it.
    expect(s3.commandCalls(PutObjectCommand).map(({ args: [{ input }] }) => input)).toEqual([
      {
        Bucket: "archive",
        Key: expect.stringMatching(/^replayed\/rule-errors\/2026\/01\/31\/08\/e0-\d{13}\.jsonl$/),
        Body: expect.stringMatching(/^\{"replayedAt":"[^"]+"\}\n\{"put":1\}\n\{"id":"e0"\}\n$/),
        ContentType: "application/x-ndjson",
      },
      expect.objectContaining({ Key: expect.stringMatching(/^replayed\/rule-errors\/2026\/01\/31\/09\/e1-/) }),
    ]);
  });

  it("asks for the time that is wanted alone", async () => {
    await runReplay("rule-errors --since 2026-01-31T08:00Z --until 2026-01-31T09:00Z");
    expect(asked[0]).toEqual({
      logGroupName: "/aws/iot/rules/dev",
      startTime: Date.parse("2026-01-31T08:00Z"),
      endTime: Date.parse("2026-01-31T09:00Z") - 1,
    });
  });

  it("finds nothing left the second time, unless it is to put them again", async () => {
    await runReplay("rule-errors");
    expect(await runReplay("rule-errors")).toMatchObject({ status: 0, result: counts({ replayedBefore: 2 }) });
    expect(put()).toHaveLength(2);
    expect((await runReplay("rule-errors --again")).result).toMatchObject(counts({ records: 2, recovered: 2 }));
  });

  it("only counts in a dry run", async () => {
    expect((await runReplay("rule-errors --dry-run")).result).toEqual({
      replayed: "rule-errors",
      dryRun: true,
      ...counts({ records: 2 }),
    });
    expect({ put: put(), objects: objects.size }).toEqual({ put: [], objects: 0 });
  });

  it("puts none twice where the stream refuses the one behind it for a while", async () => {
    const throttled = Object.assign(new Error("slow down"), {
      name: "ProvisionedThroughputExceededException",
      $metadata: { httpStatusCode: 400 },
    });
    const events = eventsOf(["sensor/data/a", BYTES], ["sensor/data/b", BYTES]);
    logs.on(FilterLogEventsCommand).resolves({ events: events.map((event) => ({ ...event, timestamp: T })) });
    kinesis.on(PutRecordCommand).resolvesOnce({}).rejectsOnce(throttled).resolves({});
    expect((await runReplay("rule-errors")).result).toMatchObject(counts({ records: 2, recovered: 2 }));
    expect(put().map(({ PartitionKey }) => PartitionKey)).toEqual(["a", "b", "b"]);
  });

  it("marks what is in the stream before an error ends it, and puts that no second time", async () => {
    const expired = Object.assign(new Error("the token has expired"), {
      name: "ExpiredTokenException",
      $metadata: { httpStatusCode: 400 },
    });
    const events = eventsOf(["sensor/data/a", BYTES], ["sensor/data/b", BYTES], ["sensor/data/c", BYTES]);
    logs.on(FilterLogEventsCommand).resolves({ events: events.map((event) => ({ ...event, timestamp: T })) });
    kinesis.on(PutRecordCommand).resolvesOnce({}).rejectsOnce(expired).resolves({});
    await expect(runReplay("rule-errors")).rejects.toBe(expired);
    expect(put().map(({ PartitionKey }) => PartitionKey)).toEqual(["a", "b"]);
    expect((await runReplay("rule-errors")).result).toEqual({
      replayed: "rule-errors",
      dryRun: false,
      ...counts({ records: 2, recovered: 2, replayedBefore: 1 }),
    });
    expect(put().map(({ PartitionKey }) => PartitionKey)).toEqual(["a", "b", "b", "c"]);
  });

  it("prints its counts where a mark cannot be written, names what is in the stream without one, and fails", async () => {
    const denied = Object.assign(new Error("Access Denied"), {
      name: "AccessDenied",
      $metadata: { httpStatusCode: 403 },
    });
    s3.on(PutObjectCommand).rejects(denied);
    const io = recordingIo();
    await expect(replayOn(io, "rule-errors")).rejects.toBe(denied);
    expect(io.notes).toEqual([
      "1 of 1 records are delivered but not marked: the next replay delivers them again",
      "1 of 1 record recovered, 0 rejected, 0 failed, before an error ended the replay",
    ]);
    expect(io.results.map((line) => JSON.parse(line))).toEqual([
      { replayed: "rule-errors", dryRun: false, ...counts({ records: 1, recovered: 1 }) },
    ]);
    expect(put()).toHaveLength(1);
  });

  it("says which events hold no message that the rule could put", async () => {
    const [good] = EVENTS;
    const [noLevel] = eventsOf(["sensor/data", BYTES]);
    const cut = { eventId: "cut", timestamp: T, message: '{"ruleName":"r","topic":"sensor/da' };
    logs.on(FilterLogEventsCommand).resolves({ events: [{ ...noLevel, eventId: "short" }, cut, good ?? {}] });
    const { status, result, notes } = await runReplay("rule-errors");
    expect({ status, result }).toMatchObject({ status: 1, result: counts({ records: 1, recovered: 1, unusable: 2 }) });
    expect(notes.map((note) => note.split(" ")[3])).toEqual(["short", "cut", "record"]);
  });
});

describe("partitionKeyOf", () => {
  it.each([
    ["sensor/data/sensor-001", "sensor-001"],
    ["sensor/data/sensor-001/more", "sensor-001"],
    ["$aws/rules/iot_sensor_rule_dev/sensor/data/sensor-001", "sensor-001"],
  ])("gives what the deployed rule gives for %s", async (topic, key) => {
    const { rule } = readDeclaration(await recordStack("dev"));
    expect(compileTemplate(rule.partitionKey)(rulesMessage(topic, BYTES))).toBe(key);
    expect(partitionKeyOf(topic)).toBe(key);
    // And the rule adds nothing to the payload: this throws where it does.
    expect(parseRuleSql(rule.sql, rule.sqlVersion)).toBe("sensor/data/#");
  });

  it.each(["sensor/data", "sensor/data/", "$aws/rules/r/sensor/data", ""])("gives none for %j", (topic) => {
    expect(partitionKeyOf(topic)).toBeUndefined();
  });
});

import { ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { connectAsync } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PREFIX } from "../../contract/objects";
import { iotAgainst } from "../helpers/iot-command";
import { eventually, killLeftRuns, LocalRun, summaryOf } from "../helpers/local-run";

const BUCKET = "iot-sensor-archival-dev-123456789012";
const SENT_AT = 1767225600000;

describe("iot replay", () => {
  let run: LocalRun;
  let at: { mqttPort: number; endpoint: string };
  let s3: S3Client;

  beforeAll(async () => {
    run = new LocalRun("--devices 0 --json --config retryAttempts=0 --config batchSize=1");
    at = await run.ready();
    s3 = new S3Client({
      endpoint: at.endpoint,
      region: "sa-east-1",
      credentials: { accessKeyId: "any", secretAccessKey: "any" },
      forcePathStyle: true,
    });
  });
  afterAll(killLeftRuns);

  const iot = (words: string) => iotAgainst(at.endpoint, words);

  const setFaults = (faults: object) =>
    fetch(`${at.endpoint}/_local/faults`, { method: "PUT", body: JSON.stringify(faults) });

  /** How many batches, of one record each, wait in the failure destination or were replayed from there. */
  const givenUp = async () =>
    (await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: PREFIX.failed }))).KeyCount;

  async function publish(thing: string, payloads: readonly string[]): Promise<void> {
    const client = await connectAsync(`mqtt://127.0.0.1:${at.mqttPort}`, { clientId: thing });
    for (const payload of payloads) await client.publishAsync(`sensor/data/${thing}`, payload, { qos: 1 });
    await client.endAsync();
  }

  it("stores what was given up, once, and what can never be stored it rejects", async () => {
    // A table that is away takes the function fifty seconds; one that does not run fails at once.
    await setFaults({ function: { kind: "throw", share: 1 } });
    const reading = (value: number) =>
      JSON.stringify({ deviceId: "press-1", sensorType: "temperature", value, timestamp: SENT_AT + value });
    await publish("press-1", [reading(1), reading(2), "not a reading", reading(3)]);
    await eventually("all four are given up", async () => (await givenUp()) === 4);
    expect((await iot("replay failed --dry-run")).lines).toMatchObject([{ records: 4 }]);
    await setFaults({});

    expect(await iot("replay failed")).toMatchObject({
      status: 0,
      lines: [{ records: 4, recovered: 3, rejected: 1, failed: 0 }],
    });
    const [stored, setAside, second] = await Promise.all([
      iot("readings press-1 --since 2025-12-31"),
      iot("rejected list"),
      iot("replay failed"),
    ]);
    expect(stored.lines.map(({ value }) => value)).toEqual([1, 2, 3]);
    expect(setAside.lines).toMatchObject([{ device: "press-1", reason: "not_json" }]);
    expect(second).toMatchObject({ status: 0, lines: [{ records: 0, recovered: 0 }] });
    expect(second.err).toContain("nothing is left to replay");
  });

  it("tells what a fix has recovered from what is rejected once more", async () => {
    // As a processor that did not know better has set it aside.
    const arrivedAt = Date.now();
    const data = { deviceId: "press-2", sensorType: "temperature", value: 4, timestamp: SENT_AT };
    const line = {
      reason: "value_invalid",
      detail: "",
      shardId: "shardId-000000000000",
      sequenceNumber: "1",
      partitionKey: "press-2",
      arrivedAt,
      data: Buffer.from(JSON.stringify(data)).toString("base64"),
    };
    const hour = new Date(arrivedAt).toISOString().slice(0, 13).replaceAll(/[-T]/g, "/");
    const Key = `rejected/${hour}/shardId-000000000000-1-1.jsonl`;
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: `${JSON.stringify(line)}\n` }));
    const counts = { records: 2, recovered: 1, rejected: 1, failed: 0 };
    expect(await iot("replay rejected")).toMatchObject({ status: 0, lines: [counts] });
    const [stored, second, stream] = await Promise.all([
      iot("readings press-2 --since 2025-12-31"),
      iot("replay rejected"),
      iot("replay stream --from 10m"),
    ]);
    expect(stored.lines.map(({ value }) => value)).toEqual([4]);
    expect(second).toMatchObject({ status: 0, lines: [{ records: 0, recovered: 0, replayedBefore: 2 }] });
    expect(stream).toMatchObject({ status: 0, lines: [{ records: 4, recovered: 3, rejected: 1, failed: 0 }] });
  });

  it("never puts an earlier arrival over a later one with the same device, type and time, and the archive agrees", async () => {
    const reading = (value: number) =>
      JSON.stringify({ deviceId: "press-3", sensorType: "temperature", value, timestamp: SENT_AT });
    const stored = async () => (await iot("readings press-3 --since 2025-12-31")).lines.map(({ value }) => value);
    await setFaults({ function: { kind: "throw", share: 1 } });
    await publish("press-3", [reading(10)]);
    await eventually("the first is given up", async () => (await givenUp()) === 5);
    await setFaults({});
    await publish("press-3", [reading(20)]);
    await eventually("the second is stored", async () => (await stored()).length === 1);

    const gaveWay = { records: 1, recovered: 0, superseded: 1, rejected: 0, failed: 0 };
    expect(await iot("replay failed")).toMatchObject({ status: 0, lines: [gaveWay] });
    expect(await stored()).toEqual([20]);
    const again = await iot("replay stream --from 10m --again");
    expect(again).toMatchObject({ status: 0, lines: [{ records: 6, superseded: 1, rejected: 1, failed: 0 }] });
    expect(await stored()).toEqual([20]);
    const archived = await iot("history --query device-day --device press-3");
    expect(archived.lines.map(({ value }) => value)).toEqual([20]);
  });

  it("leaves the run's account as it should be, though some objects cannot be read", async () => {
    for (const [Key = "", Body = ""] of [
      ["rejected/2026/01/31/08/shardId-0-1-2.jsonl", "not a line of ours\n"],
      ["aws/lambda/11111111-2222-4333-8444-555555555555/shard/2026/01/31/2026-01-31T08.00.00-x", "{"],
      ["readings/2026/01/31/08/cut.parquet", "PAR1"],
      ["firehose-errors/processing-failed/x", "{}"],
    ])
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
    expect(await iot("rejected list --since 2025-12-31")).toMatchObject({
      status: 0,
      err: expect.stringContaining('"rejected/2026/01/31/08/shardId-0-1-2.jsonl" cannot be read'),
    });
    run.interrupt();
    expect(summaryOf(await run.ended)).toMatchObject({
      lost: 0,
      unreadable: 4,
      external: { taken: 7, stored: 5, rejected: 1, failed: 0, superseded: 1, lost: 0, ruleErrors: 0 },
    });
  });
});

import { execFile } from "node:child_process";
import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { DescribeTableCommand, DynamoDBClient, ListTagsOfResourceCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, killLeftRuns, LocalRun } from "../helpers/local-run";

const run = promisify(execFile);
const SIGNED = {
  method: "POST",
  headers: { authorization: "AWS4-HMAC-SHA256 Credential=a/20260101/sa-east-1/iotdata/aws4_request" },
};
const credentials = { accessKeyId: "a", secretAccessKey: "b" };
const IOT = path.resolve(__dirname, "../../cli/iot.mjs");

describe("clients that no one here wrote", () => {
  let local: LocalRun;
  let at: { mqttPort: number; endpoint: string };
  /** The terminal's lines about Debian's clients, where they are installed. */
  const refusedOfDebian: string[] = [];

  beforeAll(async () => {
    local = new LocalRun("--devices 0");
    at = await local.ready();
  });
  afterAll(killLeftRuns);

  const connect = (clientId: string, options: IClientOptions = {}) =>
    connectAsync(`mqtt://127.0.0.1:${at.mqttPort}`, { clientId, reconnectPeriod: 0, ...options }, false);
  const closed = (client: MqttClient) => new Promise<void>((resolve) => client.once("close", () => resolve()));

  it.each([4, 5] as const)(
    "get commands over MQTT %i: by the command line and the data plane",
    async (protocolVersion) => {
      const device = await connect("ext-1", { protocolVersion });
      const got: string[] = [];
      device.on("message", (topic, payload) => got.push(`${topic} ${payload}`));
      await device.subscribeAsync("sensor/commands/ext-1", { qos: 1 });
      const { stdout } = await run(process.execPath, [
        IOT,
        "device",
        "send",
        "ext-1",
        '{"interval":5}',
        "--endpoint",
        at.endpoint,
      ]);
      expect(stdout).toBe("sent to sensor/commands/ext-1\n");
      const body = "for another device";
      await fetch(`${at.endpoint}/topics/sensor%2Fcommands%2Fext-2?qos=1`, { ...SIGNED, body });
      await eventually("the command is there", () => got.length === 1);
      expect(got).toEqual(['sensor/commands/ext-1 {"interval":5}']);
      await device.endAsync(true);
    },
    30_000,
  );

  it("may be Debian's, where they are installed, with MQTT 5", async () => {
    const mosquitto = (program: string, ...args: string[]) =>
      run(`mosquitto_${program}`, [
        "-h",
        "127.0.0.1",
        "-p",
        `${at.mqttPort}`,
        "-V",
        "5",
        "-q",
        "1",
        "-i",
        "ext-6",
        ...args,
      ]);
    // Help ends with a status of its own.
    const missing = await mosquitto("pub", "--help").catch(({ code }) => code === "ENOENT");
    if (missing === true) return;
    await mosquitto("pub", "-t", "sensor/data/ext-6", "-m", "{}", "-D", "publish", "user-property", "a", "b");
    const refused = mosquitto("pub", "-d", "-t", "sensor/data/ext-7", "-m", "{}");
    await expect(refused).rejects.toMatchObject({ stdout: expect.stringContaining("Received DISCONNECT (135)") });
    refusedOfDebian.push(
      'refused: client "ext-6": the device policy does not allow it to publish to "sensor/data/ext-7"',
    );
    const heard = mosquitto("sub", "-t", "sensor/commands/ext-6", "-C", "1", "-W", "20", "-v");
    const publish = () => fetch(`${at.endpoint}/topics/sensor%2Fcommands%2Fext-6?qos=1`, { ...SIGNED, body: "now" });
    // It listens after a moment.
    const again = setInterval(publish, 200);
    expect((await heard).stdout).toBe("sensor/commands/ext-6 now\n");
    clearInterval(again);
  });

  it.each([
    ["an empty object", "text/plain", ""],
    ["one of 32 MB", "text/plain", "x".repeat(32_000_000)],
    ["a form", "application/x-www-form-urlencoded", "a=1&b=%20"],
    ["no JSON under its name", "application/x-amz-json-1.0", "{"],
  ])("get back from the bucket what they have put there: %s", async (_what, type, body) => {
    const object = `${at.endpoint}/iot-sensor-archival-dev-123456789012/exports/put`;
    const authorization = SIGNED.headers.authorization.replace("iotdata", "s3");
    const put = await fetch(object, { method: "PUT", headers: { authorization, "content-type": type }, body });
    expect(put.status).toBe(200);
    const got = await fetch(object, { headers: { authorization } });
    expect(got.headers.get("content-type")).toBe(type);
    expect((await got.text()) === body).toBe(true);
    await fetch(object, { method: "DELETE", headers: { authorization } });
  });

  it("are told that a body is not the one that its digest says, and nothing is stored", async () => {
    const object = `${at.endpoint}/iot-sensor-archival-dev-123456789012/exports/digest`;
    const authorization = SIGNED.headers.authorization.replace("iotdata", "s3");
    const put = (body: string) =>
      fetch(object, { method: "PUT", headers: { authorization, "x-amz-checksum-crc32": "y/Q5Jg==" }, body });
    const refused = await put("123456780");
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining("<Code>BadDigest</Code>")]);
    expect((await fetch(object, { headers: { authorization } })).status).toBe(404);
    expect((await put("123456789")).status).toBe(200);
    await fetch(object, { method: "DELETE", headers: { authorization } });
  });

  it("get 1,000 names a page, however many they ask for", async () => {
    const authorization = SIGNED.headers.authorization.replace("iotdata", "s3");
    const bucket = `${at.endpoint}/iot-sensor-archival-dev-123456789012`;
    const page = await fetch(`${bucket}?list-type=2&max-keys=5000`, { headers: { authorization } });
    expect(await page.text()).toContain("<MaxKeys>1000</MaxKeys>");
  });

  it("find the table under the declared ARN, and its tags by that", async () => {
    const dynamodb = new DynamoDBClient({ endpoint: at.endpoint, region: "sa-east-1", credentials });
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: "iot-sensor-data-dev" }));
    const arn = "arn:aws:dynamodb:sa-east-1:123456789012:table/iot-sensor-data-dev";
    expect(Table?.TableArn).toBe(arn);
    expect(Table?.GlobalSecondaryIndexes?.map(({ IndexArn }) => IndexArn)).toEqual([`${arn}/index/SensorTypeIndex`]);
    const { Tags = [] } = await dynamodb.send(new ListTagsOfResourceCommand({ ResourceArn: arn }));
    expect(Tags.length).toBeGreaterThan(0);
    dynamodb.destroy();
  });

  it("read in its log why an invocation has failed", async () => {
    const lambda = new LambdaClient({ endpoint: at.endpoint, region: "sa-east-1", credentials });
    const {
      FunctionError,
      LogResult = "",
      Payload,
    } = await lambda.send(
      new InvokeCommand({ FunctionName: "iot-sensor-processor-dev", LogType: "Tail", Payload: "{}" }),
    );
    const lines = Buffer.from(LogResult, "base64").toString().trim().split("\n");
    const error = lines.find((line) => line.includes('"level":"ERROR"')) ?? "";
    expect([FunctionError, lines[0]?.slice(0, 6), lines.at(-1)?.slice(0, 7)]).toEqual([
      "Unhandled",
      "START ",
      "REPORT ",
    ]);
    expect(JSON.parse(error)).toMatchObject(JSON.parse(Payload?.transformToString() ?? ""));
    lambda.destroy();
  });

  it("are told what is wrong with their connection, and the terminal has one line for each", async () => {
    await expect(connect("no/thing", { protocolVersion: 5 })).rejects.toMatchObject({ code: 0x87 });
    await expect(connect("no/thing")).rejects.toThrow("Not authorized");
    const will = { topic: "other/topic", payload: Buffer.from("x"), qos: 0 as const, retain: false };
    await expect(connect("ext-4", { will })).rejects.toThrow("Not authorized");
    const curious = await connect("ext-8", { protocolVersion: 5 });
    const sentAway = closed(curious);
    curious.publish("sensor/data/ext-7", "{}", { qos: 1 });
    await sentAway;
    const older = await connect("ext-5");
    const olderClosed = closed(older);
    const newer = await connect("ext-5");
    await olderClosed;
    await newer.endAsync(true);
    const socket = connectSocket(at.mqttPort, "127.0.0.1");
    socket.resume().on("error", () => {});
    socket.write("GET / HTTP/1.1\r\n\r\n");
    await once(socket, "close");
    local.interrupt();
    const { err } = await local.ended;
    expect(err.split("\n").filter((line) => line.startsWith("refused: "))).toEqual([
      ...refusedOfDebian,
      'refused: client "no/thing": the device policy does not allow it to connect',
      'refused: client "ext-4": its last will is refused: the device policy does not allow it to publish to "other/topic"',
      'refused: client "ext-8": the device policy does not allow it to publish to "sensor/data/ext-7"',
      'refused: client "ext-5": another connection has its client id, so the older one is closed',
      expect.stringMatching(/^refused: a client: its connection is closed: /),
    ]);
  });
});

import { execFile, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { connectAsync } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, killLeftRuns, LocalRun } from "../helpers/local-run";
import { hasRuleErrors } from "../helpers/rule-errors";

const ROOT = path.resolve(__dirname, "../..");
const IOT = path.join(ROOT, "cli", "iot.mjs");
const folder = mkdtempSync(path.join(tmpdir(), "commands-"));

let endpoint: string;
let tlsPort: number;
beforeAll(async () => {
  const run = new LocalRun("--devices 5 --rate 5 --bad 0.2 --mqtts-port 0 --config batchSize=2");
  ({ endpoint, tlsPort } = await run.ready());
  await eventually("readings are stored", async () => (await iot("latest sensor-001")).status === 0);
});
afterAll(() => {
  killLeftRuns();
  rmSync(folder, { recursive: true, force: true });
});

const faults = (method: "PUT" | "DELETE", body?: object) =>
  fetch(new URL("/_local/faults", endpoint), { method, body: body === undefined ? null : JSON.stringify(body) });

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** `npx iot <words>` against this run. */
async function iot(words: string): Promise<Ran> {
  const env = { ...process.env, AWS_ENDPOINT_URL: endpoint };
  try {
    const ran = await promisify(execFile)(process.execPath, [IOT, ...words.split(" ")], { cwd: folder, env });
    return { status: 0, out: ran.stdout, err: ran.stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, out: stdout, err: stderr };
  }
}

async function rowsOf(words: string): Promise<Record<string, unknown>[]> {
  const { out } = await iot(`${words} --json`);
  return out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

describe("npx iot", () => {
  it("shows a device's readings in the order of time, and the latest of each type", async () => {
    const rows = await rowsOf("readings sensor-001 --since 1h");
    expect(rows.length).toBeGreaterThan(0);
    expect(new Set(rows.map(({ device }) => device))).toEqual(new Set(["sensor-001"]));
    const times = rows.map(({ time }) => String(time));
    expect(times).toEqual([...times].sort());
    const latest = await rowsOf("latest sensor-001");
    expect(new Set(latest.map(({ sensorType }) => sensorType)).size).toBe(latest.length);
  });

  it("shows all devices' readings of a type, in the order of time", async () => {
    const rows = await rowsOf("readings --type temperature --since 1h");
    expect(new Set(rows.map(({ sensorType }) => sensorType))).toEqual(new Set(["temperature"]));
    expect(new Set(rows.map(({ device }) => device)).size).toBeGreaterThan(1);
    const times = rows.map(({ time }) => String(time));
    expect(times).toEqual([...times].sort());
    const [names, first] = (await iot("readings --type temperature --since 1h --csv")).out.split("\r\n");
    expect(names).toBe("time,device,sensorType,value,anomaly,ahead,metadata");
    expect(first).toMatch(/^[\dTZ:.-]+,sensor-\d{3},temperature,/);
  });

  it("follows what comes, and ends with Ctrl-C", async () => {
    const env = { ...process.env, AWS_ENDPOINT_URL: endpoint };
    const following = spawn(process.execPath, [IOT, "readings", "sensor-002", "--since", "1s", "--follow"], { env });
    let out = "";
    following.stdout.on("data", (text) => {
      out += text;
    });
    const ended = new Promise((resolve) => following.once("close", resolve));
    await eventually("readings are shown", () => out.split("\n").length > 5);
    following.kill("SIGINT");
    expect(await ended).toBe(130);
  });

  it("lists and counts rejected records, and shows one with its bytes", async () => {
    const stats = await rowsOf("rejected stats");
    const records = await rowsOf("rejected list");
    expect(records.length).toBeGreaterThan(0);
    const counted = stats.reduce((sum, { records: count }) => sum + Number(count), 0);
    const times = records.map(({ arrived }) => String(arrived));
    expect(times).toEqual([...times].sort());
    // More may have come between the two.
    expect(records.length).toBeGreaterThanOrEqual(counted);
    const [record] = records;
    const [shown] = await rowsOf(`rejected show ${record?.id}`);
    expect(shown).toMatchObject({ id: record?.id, reason: record?.reason, device: record?.device });
  });

  it("finds nothing to restore and nothing to replay where nothing is cold and nothing failed", async () => {
    const day = new Date().toISOString().slice(0, 10);
    expect((await iot(`restore --from ${day} --to ${day}`)).status).toBe(0);
    const replayed = await iot("replay failed");
    expect(replayed).toMatchObject({ status: 0, err: expect.stringContaining("nothing is left to replay") });
  });

  it("puts what the rule could not put into the stream, once", async () => {
    await iot("device add valve-1");
    await faults("PUT", { kinesis: { kind: "unavailable", share: 1 } });
    await publish("valve-1", "sensor/data/valve-1");
    await eventually("the rule has given up", () => hasRuleErrors(endpoint));
    expect(Number((await rowsOf("replay rule-errors --dry-run"))[0]?.records)).toBeGreaterThan(0);
    await faults("DELETE");
    const [{ records, recovered, failed } = {}] = await rowsOf("replay rule-errors");
    expect({ recovered, failed }).toEqual({ recovered: records, failed: 0 });
    await eventually("it is stored", async () => (await iot("latest valve-1")).status === 0);
    expect(await rowsOf("readings valve-1 --since 1h")).toHaveLength(1);
    expect((await iot("replay rule-errors")).err).toContain("nothing is left to replay");
    await iot("device remove valve-1");
  });

  it("lets a device in by its certificate, as itself only, and the rotated one no more", async () => {
    writeFileSync(path.join(folder, "fleet.csv"), "name,type\npump-1,pump\npump-2,pump\n");
    expect((await iot("device add --from fleet.csv")).err).toContain("added 2");
    expect((await iot("device add --from fleet.csv")).err).toContain("unchanged 2");
    expect((await rowsOf("device list")).map(({ device, status }) => [device, status])).toEqual([
      ["pump-1", "active"],
      ["pump-2", "active"],
    ]);
    await publish("pump-1", "sensor/data/pump-1");
    await expect(publish("pump-1", "sensor/data/pump-2")).rejects.toThrow();
    await expect(publish("pump-1", "sensor/data/pump-2", "pump-2")).rejects.toThrow("Not authorized");
    cpSync(path.join(folder, "devices", "pump-1"), path.join(folder, "devices", "old"), { recursive: true });
    expect((await iot("device rotate pump-1")).out).toBe("pump-1: rotated\n");
    await publish("pump-1", "sensor/data/pump-1");
    await expect(publish("old", "sensor/data/pump-1", "pump-1")).rejects.toThrow("Not authorized");
    expect((await iot("device remove pump-1")).out).toBe("pump-1: removed\n");
    expect(await iot("device remove pump-1")).toMatchObject({
      status: 1,
      out: "",
      err: expect.stringContaining("pump-1"),
    });
    writeFileSync(path.join(folder, "retired.csv"), "name\npump-2\npump-3\n");
    const retired = await iot("device remove --from retired.csv");
    expect(retired).toMatchObject({ status: 1, err: expect.stringMatching(/pump-3: .*\n.*removed 1/s) });
    expect((await rowsOf("device list")).map(({ device }) => device)).toEqual([]);
  });

  it.each([
    ["", 0, /^Usage: npx iot <command>/],
    ["readings --help", 0, /^Usage: npx iot readings/],
    ["reading", 2, /"reading" is not a command. Did you mean "readings"\?\nTry "npx iot --help"/],
    ["readings", 2, /Try "npx iot readings --help"/],
    ["device add a/b", 2, /a device's name must be/],
    ["rejected show shardId-0:1", 1, /No rejected record has the id "shardId-0:1"/],
    ["latest nobody", 1, /has no reading of "nobody"/],
    ["latest nobody --endpoint http://127.0.0.1:9", 1, /No local run answers/],
  ])("of %j ends with %d", async (words, status, says) => {
    const ran = await iot(words === "" ? "--help" : words);
    expect(ran.status).toBe(status);
    expect(ran.out + ran.err).toMatch(says);
  });
});

/** Publishes over TLS with the files of a device's folder. */
async function publish(files: string, topic: string, clientId = files): Promise<void> {
  const read = (file: string) => readFileSync(path.join(folder, "devices", files, file));
  const client = await connectAsync(`mqtts://127.0.0.1:${tlsPort}`, {
    clientId,
    ca: read("ca.pem"),
    cert: read("certificate.pem"),
    key: read("private.key"),
    reconnectPeriod: 0,
  });
  client.on("error", () => {});
  const broken = new Promise<never>((_, reject) => client.once("close", () => reject(new Error("closed"))));
  broken.catch(() => {});
  const reading = JSON.stringify({ deviceId: clientId, sensorType: "temperature", value: 20 });
  await Promise.race([client.publishAsync(topic, reading, { qos: 1 }), broken]);
  await client.endAsync();
}

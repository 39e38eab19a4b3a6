import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { BatchWriteCommand, DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { alarms } from "../../../cli/alarms/alarms";
import { triedRules } from "../../../cli/alarms/rules-file";
import { UsageError } from "../../../cli/kit/usage-error";
import { recordingIo } from "../../helpers/recording-io";
import { HOT_TABLE, startWatchTables, type WatchTables } from "../../helpers/watch-table";
import { M, S } from "../../watch/plants";

const folder = mkdtempSync(path.join(tmpdir(), "try-"));
/** An hour ago. */
const T = Math.floor(Date.now() / M) * M - 60 * M;

let tables: WatchTables;
beforeAll(async () => {
  tables = await startWatchTables({ dynamodb_table_name: HOT_TABLE });
});
afterAll(async () => {
  await tables.close();
  rmSync(folder, { recursive: true });
});

/** Stores readings: minutes and values. `lateMs` is how long each was on its way. */
async function stored(
  deviceId: string,
  values: readonly (readonly [minute: number, value: number])[],
  { lateMs = S, metadata = undefined as object | undefined } = {},
): Promise<void> {
  const requests = values.map(([minute, value]) => {
    const timestamp = T + minute * M;
    const Item = {
      deviceId,
      timestampSensorType: `${timestamp}#temperature`,
      timestamp,
      sensorType: "temperature",
      sensorTypeShard: `temperature#0${deviceId.length % 10}`,
      value,
      isAnomaly: value > 100,
      arrivedAt: timestamp + lateMs,
      expirationTime: Math.floor(T / 1000) + 1_000_000,
      ...(metadata && { metadata }),
    };
    return { PutRequest: { Item } };
  });
  await DynamoDBDocumentClient.from(tables.client).send(
    new BatchWriteCommand({ RequestItems: { [HOT_TABLE]: requests } }),
  );
}

function fileOf(rules: object | string): string {
  const file = path.join(folder, "rules.yaml");
  writeFileSync(file, typeof rules === "string" ? rules : JSON.stringify(rules));
  return file;
}

async function tried(rules: object | string, ...options: readonly string[]) {
  const io = recordingIo();
  const status = await alarms.run(
    ["try", "--rules", fileOf(rules), "--since", "2h", ...options, "--endpoint", tables.endpoint],
    io,
  );
  return { status, out: io.results.join("\n"), notes: io.notes };
}
async function events(rules: object | string, ...options: readonly string[]) {
  const { out } = await tried(rules, ...options, "--json");
  return out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

const HOT = { sensorType: "temperature", above: 90, deadband: 5 };

describe("iot alarms try", () => {
  beforeAll(async () => {
    await stored("boiler-7", [[0, 20], [1, 95], [2, 97], [3, 80], [10, 92], [11, 60]]); // biome-ignore format: one line
    await stored("boiler-12", [[0, 20], [5, 91], [50, 20]]); // biome-ignore format: one line
    await stored("mixer-001", [[2, 99], [3, 20]], { lateMs: 30 * M }); // biome-ignore format: one line
    await stored("mixer-0002", [[0, 95]], { metadata: { quality: "bad" } });
  });

  it("says what the rules would have raised, in the order of time, as the history does", async () => {
    expect(await events({ watchRules: { hot: HOT } })).toEqual([
      { alarm: "mixer-0002/quality/temperature#1", event: "raise", at: T, told: true },
      { alarm: "boiler-7/hot/temperature#1", event: "raise", at: T + M, told: true },
      { alarm: "boiler-7/hot/temperature#1", event: "end", at: T + 3 * M, told: true },
      { alarm: "boiler-12/hot/temperature#1", event: "raise", at: T + 5 * M, told: true },
      { alarm: "boiler-7/hot/temperature#2", event: "raise", at: T + 10 * M, told: true },
      { alarm: "boiler-7/hot/temperature#2", event: "end", at: T + 11 * M, told: true },
      { alarm: "boiler-12/hot/temperature#1", event: "end", at: T + 50 * M, told: true },
    ]);
  });

  it("counts for people what each rule would have raised, also where that is nothing", async () => {
    const rules = { watchRules: { hot: HOT, freezing: { sensorType: "temperature", below: 0 } } };
    const { out, notes } = await tried(rules, "--device", "boiler-*");
    expect(out).toMatch(/^\S+Z +boiler-7\/hot\/temperature#1 +2 min +97 +yes$/m);
    expect(out).toMatch(/^hot +3 +3 +1.5 +2$/m);
    expect(out).toMatch(/^freezing +0 +0 +0 +0$/m);
    expect(notes).toEqual([
      "tried over the readings of temperature; add others with --type",
      "9 readings of 2 devices",
    ]);
  });

  it("keeps to a quiet time, and says why it is not told", async () => {
    const rules = { watchRules: { hot: HOT }, watchQuiet: [{ device: "boiler-*", reason: "cleaning" }] };
    const [raise] = await events(rules, "--device", "boiler-7");
    expect(raise).toMatchObject({ event: "raise", told: false, reason: "out of service: cleaning" });
    expect((await tried(rules, "--device", "boiler-7")).out).toMatch(/ no: out of service: cleaning$/m);
  });

  it("finds silence, over all sensor types that have bounds", async () => {
    const { notes } = await tried({ watchRules: { quiet: { silentFor: "15m" } } });
    expect(notes[0]).toBe("tried over the readings of temperature, pressure; add others with --type");
    const found = await events({ watchRules: { quiet: { silentFor: "15m" } } }, "--device", "boiler-12");
    expect(found).toEqual([
      { alarm: "boiler-12/quiet#1", event: "raise", at: T + 23 * M + S, told: true },
      { alarm: "boiler-12/quiet#1", event: "end", at: T + 50 * M + S, told: true },
    ]);
  });

  it("reads the configuration of a stack, with its own bounds", async () => {
    const yaml = `config:
  aws:region: sa-east-1
  industrial-iot-monitoring:anomalyLimits: {temperature: {max: 100}}
  industrial-iot-monitoring:watchRules:
    odd: {sensorType: temperature, anomaly: true, deadband: 10}
`;
    expect(await events(yaml)).toEqual([expect.objectContaining({ alarm: "mixer-0002/quality/temperature#1" })]);
  });

  it("is refused where the file cannot be read", async () => {
    const refused = alarms.run(["try", "--rules", "/nowhere/rules.yaml"], recordingIo());
    await expect(refused).rejects.toThrow(
      '"--rules" must be a file that can be read, got "/nowhere/rules.yaml": ENOENT',
    );
  });
});

describe("a file of rules", () => {
  it.each([
    ["", '"--rules" must be a file with "watchRules" and, where needed, watchQuiet and anomalyLimits, got none in "f"'],
    ["hot: {above: 90}", 'got "hot" in "f". Fix: put the rules under "watchRules:"'],
    ["watchRules: {}\nwatchQuite: []", 'got "watchQuite" in "f"'],
    ["a: b: c", '"--rules" must be a file of YAML or JSON, got "f"'],
  ])("is refused: %j", (text, message) => {
    const read = () => triedRules(text, "f");
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message);
  });

  it("is told all of its problems at once, without the advice for a stack's configuration", () => {
    const text = "watchRules: {hot: {sensorType: temperature, abov: 90}}\nwatchQuiet: [{device: a}]\nanomalyLimits: 3";
    expect(() => triedRules(text, "f")).toThrow(
      [
        'The rules in "f" cannot be tried. Fix: correct the file',
        '"anomalyLimits" must be an object that gives a sensor type "min", "max" or both, min below max, each a number or "none": {"temperature":{"min":0,"max":100},"pressure":"none"}',
      ].join("\n"),
    );
    expect(() => triedRules(text, "f")).toThrow(/got "abov"; did you mean "above"\?\n/);
    expect(() => triedRules(text, "f")).toThrow(
      /^"watchRules.hot" must have one condition of .*, got none\. Fix: one rule/m,
    );
    expect(() => triedRules(text, "f")).toThrow(/^"watchQuiet\[0\].reason" must be why they are quiet, got nothing$/m);
  });
});

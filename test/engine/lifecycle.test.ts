import { beforeAll, expect, it } from "vitest";
import { recordStack } from "../helpers/stack";
import { describeWithEngine, stackFile } from "./engine-suite";
import { changes, plan, type Step } from "./plan";
import { brokenRules } from "./plan-rules";
import { UNKNOWN } from "./stand-in/properties";

const CONFIG = { environmentSuffix: "dev", protectData: false };
const UP = ["up", "--yes", "--skip-preview", "--stack", "dev"];

describeWithEngine("a stack's life on the real engine", (deployment) => {
  let first: readonly Step[] = [];
  beforeAll(async () => {
    const { engine, account } = deployment();
    await engine.init("dev", stackFile(CONFIG));
    first = await plan(engine, "dev");
    // A Ctrl-C in the middle; AWS finishes what it has begun.
    let interrupted = false;
    const ran = engine.run(UP, {
      writesEveryStep: true,
      started: (cli) => {
        account.beforeChange = async ({ type }) => {
          if (interrupted || type !== "aws:lambda/function:Function") return;
          interrupted = true;
          process.kill(cli.pid ?? Number.NaN, "SIGINT");
          await new Promise((resolve) => setTimeout(resolve, 300));
        };
      },
    });
    expect((await ran).exitCode).not.toBe(0);
    expect(interrupted).toBe(true);
    expect(account.all.length).toBeGreaterThan(0);
    expect(account.all.length).toBeLessThan(first.filter(({ type }) => type.startsWith("aws:")).length);
    await engine.must(UP);
  });

  it("creates everything at first, and knows no ARN before", () => {
    expect(first.filter(({ op }) => op !== "create")).toEqual([]);
    // The JSON of a preview leaves out what is unknown; what is made of it says so.
    const alarm = first.find(({ name }) => name === "iot-monitoring-lambda-errors");
    expect(alarm?.inputs.alarmActions).toEqual([UNKNOWN]);
  });

  it("breaks no rule that AWS or its provider sets", () => expect(brokenRules(first)).toEqual([]));

  it("goes on after an interruption, until all exists", () => {
    const planned = first.filter(({ type }) => type.startsWith("aws:"));
    expect(
      deployment()
        .account.all.map(({ type }) => type)
        .sort(),
    ).toEqual(planned.map(({ type }) => type).sort());
  });

  it("exports every output of the stack", async () => {
    const printed = JSON.parse(await deployment().engine.must(["stack", "output", "--json", "--stack", "dev"]));
    expect(Object.keys(printed).sort()).toEqual(Object.keys((await recordStack()).outputs).sort());
  });

  it("plans no change the second time, nor after a refresh: what is declared is what AWS keeps", async () => {
    const { engine } = deployment();
    expect(changes(await plan(engine, "dev"))).toEqual([]);
    await engine.must(["refresh", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "dev"]);
  });

  it("changes in place what a key of the configuration changes, and replaces nothing", async () => {
    const { engine } = deployment();
    await engine.configure("dev", stackFile({ ...CONFIG, ...CHANGED_KEYS }));
    const found = changes(await plan(engine, "dev"));
    await engine.configure("dev", stackFile(CONFIG));
    expect(found.filter(({ op }) => op !== "update" && op !== "create")).toEqual([]);
    expect(found.filter(({ op }) => op === "create").map(({ name }) => name)).toEqual([
      "iot-monitoring-email-a@example.com",
    ]);
    const touched = found.flatMap(({ name, changed }) => changed.map((path) => `${name} ${path}`));
    expect(touched).toEqual(expect.arrayContaining(EXPECTED_CHANGES));
  });

  it("sees what was removed or changed by hand, and puts it back", async () => {
    const { engine, account } = deployment();
    account.drift("aws:cloudwatch/metricAlarm:MetricAlarm", "iot-lambda-errors-dev", "gone");
    account.drift("aws:kinesis/stream:Stream", "iot-sensor-stream-dev", { retentionPeriod: 48 });
    account.changes.length = 0;
    await engine.must(["up", "--yes", "--skip-preview", "--refresh", "--stack", "dev"]);
    expect(account.changes).toEqual(
      expect.arrayContaining([
        { operation: "create", type: "aws:cloudwatch/metricAlarm:MetricAlarm", name: "iot-lambda-errors-dev" },
        { operation: "update", type: "aws:kinesis/stream:Stream", name: "iot-sensor-stream-dev" },
      ]),
    );
    expect(account.read("aws:kinesis/stream:Stream", streamArn)?.properties.retentionPeriod).toBe(24);
  });

  it("leaves nothing behind when it is destroyed without protection, full buckets and readers included", async () => {
    const { engine, account } = deployment();
    account.fill("iot-sensor-archival-dev-123456789012");
    account.consume("iot-sensor-stream-dev");
    await engine.must(["destroy", "--yes", "--skip-preview", "--stack", "dev"]);
    expect(account.all).toEqual([]);
  });
});

const streamArn = "arn:aws:kinesis:sa-east-1:123456789012:stream/iot-sensor-stream-dev";

/** Another value for the keys that change something each where no other does. */
const CHANGED_KEYS = {
  alarmEmails: ["a@example.com"],
  shardCount: 5,
  streamRetentionHours: 48,
  batchSize: 200,
  reservedConcurrency: 20,
  hotRetentionDays: 60,
  anomalyLimits: { temperature: { max: 90 } },
  logRetentionDays: 60,
  retryAttempts: 4,
  retryMaxAgeSeconds: 3600,
  parallelizationFactor: 3,
  silenceMinutes: 30,
  alarmFunctionErrors: 11,
  alarmIteratorAgeMs: 70_000,
  alarmThrottledWrites: 12,
  alarmRejectedReadings: 13,
  alarmAnomalies: 14,
  alarmArchiveAgeMinutes: 90,
  queryScanLimitGb: 20,
};

const EXPECTED_CHANGES = [
  "iot-stream-stream shardCount",
  "iot-stream-stream retentionPeriod",
  "iot-processor-mapping batchSize",
  "iot-processor-mapping parallelizationFactor",
  "iot-processor-mapping maximumRetryAttempts",
  "iot-processor-mapping maximumRecordAgeInSeconds",
  "iot-processor-function reservedConcurrentExecutions",
  "iot-processor-function environment.variables.HOT_RETENTION_DAYS",
  "iot-processor-function environment.variables.ANOMALY_LIMITS",
  "iot-processor-log retentionInDays",
  "iot-monitoring-lambda-errors threshold",
  "iot-monitoring-kinesis-iterator-age threshold",
  "iot-monitoring-dynamodb-throttles threshold",
  "iot-monitoring-rejected-readings threshold",
  "iot-monitoring-anomalies threshold",
  "iot-history-workgroup configuration.bytesScannedCutoffPerQuery",
];

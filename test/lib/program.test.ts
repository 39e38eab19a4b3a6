import { spawnSync } from "node:child_process";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { runProgram } from "../helpers/pulumi-engine";

const CONFIG = { "aws:region": "sa-east-1", "industrial-iot-monitoring:environmentSuffix": "dev" };
const WITHOUT_DEV = path.join(__dirname, "../fixtures/without-dev-packages.cjs");
/** The program is compiled with its types checked, on whatever machine the tests run. */
const TIMEOUT_MS = 120_000;

describe("index.ts under Pulumi's own runner", () => {
  it.each([
    ["with everything installed", {}],
    ["with what npm ci --omit=dev leaves", { preload: WITHOUT_DEV }],
  ])(
    "compiles and declares the stack %s",
    async (_what, options) => {
      const run = await runProgram(CONFIG, options);
      expect(run).toMatchObject({ exitCode: 0, messages: [] });
      expect(run.resources).toContain("iot:index:TapStack::iot");
      expect(run.resources).toContain("aws:lambda/eventSourceMapping:EventSourceMapping::iot-processor-mapping");
      expect(Object.keys(run.outputs).sort()).toEqual([
        "alarm_topic_arn",
        "dashboard_url",
        "dynamodb_table_name",
        "iot_endpoint",
        "iot_policy_name",
        "kinesis_stream_arn",
        "kinesis_stream_name",
        "lambda_function_name",
        "region",
        "s3_bucket_name",
      ]);
    },
    TIMEOUT_MS,
  );

  it("ends with the configuration's problems and no stack trace, and declares nothing", async () => {
    const config = { ...CONFIG, "aws:region": "us-east-1", "industrial-iot-monitoring:shardCounts": "4" };
    const run = await runProgram(config, { transpileOnly: true });
    expect(run.exitCode).not.toBe(0);
    expect(run.messages).toEqual([
      [
        "error: The configuration has 2 problems; nothing was created.",
        `  - "aws:region" must be sa-east-1: the plant's data stays in Brazil; got "us-east-1". Fix: pulumi config set aws:region sa-east-1`,
        '  - "shardCounts" is not a key of this project; did you mean "shardCount"? Fix: pulumi config rm shardCounts',
      ].join("\n"),
    ]);
    expect(run.resources).toEqual(["pulumi:pulumi:Stack::industrial-iot-monitoring-dev"]);
  });
});

describe("what stands for npm ci --omit=dev", () => {
  const load = (name: string) =>
    spawnSync(process.execPath, ["--require", WITHOUT_DEV, "-e", `require("${name}")`], { encoding: "utf8" });

  it("hides a package of the development, and no other", () => {
    expect(load("yaml").stderr).toContain("Cannot find module 'yaml'");
    expect(load("esbuild")).toMatchObject({ status: 0, stderr: "" });
  });
});

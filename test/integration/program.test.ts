import { readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OUTPUTS } from "../../contract/outputs";
import { deploymentFolder } from "../helpers/deployment";
import { type ProgramRun, runProgram } from "../helpers/pulumi-engine";

const CONFIG = { "aws:region": "sa-east-1", "industrial-iot-monitoring:environmentSuffix": "dev" };

function expectWholeStack(run: ProgramRun): void {
  expect(run).toMatchObject({ exitCode: 0, messages: [] });
  expect(run.resources).toContain("iot:index:TapStack::iot");
  expect(run.resources).toContain("aws:lambda/eventSourceMapping:EventSourceMapping::iot-processor-mapping");
  // Each one that a command asks for, docs/deploy.md lists and the stack has.
  expect(Object.keys(run.outputs).sort()).toEqual(Object.keys(OUTPUTS).sort());
  for (const value of Object.values(run.outputs)) expect(value).toEqual(expect.any(String));
}

describe("index.ts under Pulumi's own runner", () => {
  // Its types are checked below, with the packages that a deployment has.
  it("declares the stack", async () => expectWholeStack(await runProgram(CONFIG, { transpileOnly: true })));

  it("ends with the configuration's problems and no stack trace, and declares nothing", async () => {
    const config = { ...CONFIG, "aws:region": "us-east-1", "industrial-iot-monitoring:shardCounts": "4" };
    const run = await runProgram(config, { transpileOnly: true });
    expect(run.exitCode).not.toBe(0);
    expect(run.messages).toEqual([
      [
        "error: The configuration has 2 problems; nothing was created.",
        `  - "aws:region" must be sa-east-1, because the plant's data stays in Brazil, got "us-east-1". Fix: pulumi config set aws:region sa-east-1`,
        '  - "shardCounts" is not a key of this project; did you mean "shardCount"? Fix: pulumi config rm shardCounts',
      ].join("\n"),
    ]);
    expect(run.resources).toEqual(["pulumi:pulumi:Stack::industrial-iot-monitoring-dev"]);
  });

  describe("with what npm ci --omit=dev leaves", () => {
    let folder = "";
    beforeAll(() => {
      folder = deploymentFolder();
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it("compiles and declares the stack", async () => {
      await expect(readdir(path.join(folder, "node_modules/vitest"))).rejects.toThrow("ENOENT");
      const watchRules = JSON.stringify({ silent: { silentFor: "15m" } });
      const run = await runProgram({ ...CONFIG, "industrial-iot-monitoring:watchRules": watchRules }, { folder });
      expectWholeStack(run);
      expect(run.resources).toContain("iot:index:DeviceWatch::iot-device-watch");
    });

    it("stops at a type error", async () => {
      await writeFile(path.join(folder, "index.ts"), 'export const region: number = "sa-east-1";\n');
      const { exitCode, messages } = await runProgram(CONFIG, { folder });
      expect(exitCode).not.toBe(0);
      expect(messages.join("\n")).toContain("Type 'string' is not assignable to type 'number'");
    });
  });
});

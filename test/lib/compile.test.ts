import { execFile } from "node:child_process";
import { copyFile, cp, link, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

const ROOT = path.join(__dirname, "../..");
const RUN_PROGRAM = path.join(ROOT, "test/fixtures/run-program.js");
/** What a deployment reads of the project. */
const DEPLOYED = ["index.ts", "lib", "lambda", "tsconfig.json", "package.json", "Pulumi.yaml", "THIRD-PARTY-NOTICES"];
const TIMEOUT_MS = 120_000;

const OUTPUTS = [
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
];

/** The outputs of the program in a folder, compiled with its types checked and run by Pulumi's own runner. */
async function runProgram(folder: string): Promise<Record<string, unknown>> {
  // ts-node checks no types of a file whose output it has kept.
  const env = { ...process.env, TS_NODE_CACHE: "false" };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [RUN_PROGRAM], { cwd: folder, env });
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

/** Lays a package out as npm does; linked, because copies of all of them are 250 MB. */
async function linkTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    // Packages inside are entries of the lock file themselves.
    if (entry.isDirectory() && entry.name !== "node_modules") await linkTree(source, target);
    // Another file system takes no link.
    else if (entry.isFile()) await link(source, target).catch(() => copyFile(source, target));
  }
}

/** The folders of the packages that `npm ci --omit=dev` installs. */
async function deployedPackages(): Promise<readonly string[]> {
  const lock = JSON.parse(await readFile(path.join(ROOT, "package-lock.json"), "utf8"));
  const packages = Object.entries<{ dev?: boolean; optional?: boolean }>(lock.packages);
  return packages.filter(([folder, { dev }]) => folder !== "" && !dev).map(([folder]) => folder);
}

/** The project as `npm ci --omit=dev` leaves it. */
async function deployment(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "deployment-"));
  for (const part of DEPLOYED) await cp(path.join(ROOT, part), path.join(folder, part), { recursive: true });
  for (const one of await deployedPackages()) {
    // An optional package for another platform is in the lock file, and not installed.
    const installed = await readdir(path.join(ROOT, one)).catch(() => undefined);
    if (installed) await linkTree(path.join(ROOT, one), path.join(folder, one));
  }
  return folder;
}

describe("the program, compiled and run by Pulumi's runner", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await deployment();
  }, TIMEOUT_MS);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it(
    "has the outputs that other programs read",
    async () => {
      const outputs = await runProgram(ROOT);
      expect(Object.keys(outputs).sort()).toEqual(OUTPUTS);
      expect(outputs).toMatchObject({ region: "sa-east-1", kinesis_stream_name: "iot-sensor-stream-dev" });
    },
    TIMEOUT_MS,
  );

  it(
    "needs no package of development",
    async () => {
      await expect(readdir(path.join(folder, "node_modules/jest"))).rejects.toThrow("ENOENT");
      expect(Object.keys(await runProgram(folder)).sort()).toEqual(OUTPUTS);
    },
    TIMEOUT_MS,
  );

  it(
    "stops at a type error",
    async () => {
      await writeFile(path.join(folder, "index.ts"), 'export const region: number = "sa-east-1";\n');
      await expect(runProgram(folder)).rejects.toThrow("Type 'string' is not assignable to type 'number'");
    },
    TIMEOUT_MS,
  );
});

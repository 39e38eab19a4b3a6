import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleFunctions } from "../../lib/function-bundle";
import { FakeAws } from "../helpers/fake-aws";
import { goodPayload, kinesisRecord } from "../helpers/kinesis-records";

/** Runs the bundle in a process of its own, as Lambda does, and prints its response and the most memory that it had, in megabytes. */
const RUN = `
  const fs = require("node:fs");
  const { Records } = JSON.parse(fs.readFileSync(process.argv[2]));
  const context = { getRemainingTimeInMillis: () => 60000 };
  require(process.argv[1]).handler({ Records }, context).then((response) => {
    // Linux counts what the parent had when it forked as the child's maximum, too; its own is in its status.
    const status = fs.existsSync("/proc/self/status") ? fs.readFileSync("/proc/self/status", "utf8") : "";
    const memoryMb = Number(/VmHWM:\\s+(\\d+)/.exec(status)?.[1] ?? process.resourceUsage().maxRSS) / 1024;
    process.stdout.write(JSON.stringify({ response, memoryMb }) + "\\n", () => process.exit());
  });
`;

describe("the bundle that is deployed", () => {
  let fake: FakeAws;
  let folder: string;
  beforeAll(async () => {
    fake = await FakeAws.start();
    folder = mkdtempSync(join(tmpdir(), "bundle-"));
    writeFileSync(join(folder, "index.js"), bundleFunctions().processor.code);
  });
  afterAll(async () => {
    await fake.stop();
    rmSync(folder, { recursive: true });
  });

  async function invoke(records: readonly unknown[]) {
    const event = join(folder, "event.json");
    writeFileSync(event, JSON.stringify({ Records: records }));
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", RUN, join(folder, "index.js"), event], {
      // What Lambda sets, and the two variables that are required: the rest has defaults.
      env: {
        AWS_REGION: "sa-east-1",
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        AWS_ENDPOINT_URL: fake.endpoint,
        DYNAMODB_TABLE: "iot-sensor-data-dev",
        S3_BUCKET: "archive",
      },
    });
    const [line = "", result = ""] = stdout.trim().split("\n");
    return { line: JSON.parse(line), ...(JSON.parse(result) as { response: object; memoryMb: number }) };
  }

  it("handles a batch with two variables and Lambda's own", async () => {
    const { response, line } = await invoke([kinesisRecord(0, goodPayload(0)), kinesisRecord(1, "not json")]);
    expect(response).toEqual({ batchItemFailures: [] });
    expect(line).toMatchObject({ Environment: "dev", ProcessedRecords: 1, RejectedRecords: 1 });
    expect(fake.items.size).toBe(1);
    expect(fake.objects.size).toBe(1);
  });

  it("stores 10,000 readings within the function's 512 MB", async () => {
    const { response, memoryMb } = await invoke(
      Array.from({ length: 10_000 }, (_, i) => kinesisRecord(i, goodPayload(i))),
    );
    expect(response).toEqual({ batchItemFailures: [] });
    expect(fake.items.size).toBe(10_000);
    expect(memoryMb).toBeLessThan(512);
  });
});

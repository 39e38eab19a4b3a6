import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseConfig, REGION } from "../../lib/config";
import { eventually, killLeftRuns, LocalRun } from "../helpers/local-run";

const ROOT = path.resolve(__dirname, "../..");
const ACCOUNT = "123456789012";
const PAGE = readFileSync(path.join(ROOT, "docs/operations.md"), "utf8");
/** What the page tells an operator to run, each once, with this environment's stack, suffix and account. */
const COMMANDS = [
  ...new Set([...PAGE.matchAll(/`((?:aws |npx iot |npx pulumi )[^`]+)`/g)].map(([, command = ""]) => command)),
].map((command) => command.replaceAll("$SFX", "dev").replaceAll("$STACK", "dev").replaceAll("$ACCOUNT", ACCOUNT));

const folder = mkdtempSync(path.join(tmpdir(), "operations-"));
const credentials = { accessKeyId: "local", secretAccessKey: "local" };
let endpoint: string;
beforeAll(async () => {
  const watch = '--config watchRules={"quiet":{"silentFor":"5m"}}';
  const run = new LocalRun(`--devices 2 --rate 10 --bad 0.2 --mqtts-port 0 --config batchSize=2 ${watch}`);
  ({ endpoint } = await run.ready());
  await eventually("readings are stored", async () => (await iot("latest sensor-001")).status === 0);
  await iot("device add pump-1");
});
afterAll(() => {
  killLeftRuns();
  rmSync(folder, { recursive: true, force: true });
});

async function iot(words: string): Promise<{ readonly status: number; readonly err: string }> {
  const env = { ...process.env, AWS_ENDPOINT_URL: endpoint };
  const command = [path.join(ROOT, "cli/iot.mjs"), ...words.split(" ")];
  return promisify(execFile)(process.execPath, command, { cwd: folder, env }).then(
    ({ stderr }) => ({ status: 0, err: stderr }),
    ({ code, stderr }) => ({ status: code, err: stderr }),
  );
}

/** As `aws logs tail` asks: it always sends `interleaved`. */
async function tail(logGroupName: string, filterPattern: string | undefined): Promise<void> {
  const logs = new CloudWatchLogsClient({ endpoint, region: REGION, credentials });
  const question = { logGroupName, startTime: Date.now() - 3_600_000, interleaved: true };
  await logs.send(new FilterLogEventsCommand({ ...question, ...(filterPattern ? { filterPattern } : {}) }));
}

/** As `aws s3 ls --recursive` asks. */
async function list(bucket: string, prefix: string): Promise<void> {
  const s3 = new S3Client({ endpoint, region: REGION, credentials, forcePathStyle: true });
  await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
}

/** What a service that does not run here answers. */
async function refusal(service: string): Promise<string> {
  const authorization = `AWS4-HMAC-SHA256 Credential=local/20260101/${REGION}/${service}/aws4_request, Signature=x`;
  const headers = { authorization, "x-amz-target": "Service.Operation" };
  return (await fetch(endpoint, { method: "POST", headers, body: "{}" })).text();
}

/** How each form of command is tried, the first that fits. */
const TRIALS: readonly (readonly [RegExp, (...parts: string[]) => Promise<unknown>])[] = [
  [/^aws logs tail (\S+) --since \S+(?: --filter-pattern '(.*)')?$/, (group = "", pattern) => tail(group, pattern)],
  [/^aws s3 ls --recursive s3:\/\/([^/]+)\/(\S*)/, (bucket = "", prefix = "") => list(bucket, prefix)],
  // These services do not run here, and say so by name.
  [
    /^aws (cloudwatch|firehose) /,
    async (service = "") =>
      expect(await refusal(service === "cloudwatch" ? "monitoring" : service)).toContain("does not run here"),
  ],
  [/^aws iot set-v2-logging-options/, async () => expect(await refusal("iot")).not.toBe("")],
  [
    /^npx iot (.+)$/,
    async (words = "") => {
      const here = words
        .replace(" --stack dev", "")
        .replace("<name>", "pump-1")
        .replace("<code>", "not_json")
        .replace("…", "--devices 10 --every 1s")
        .replace(/ N$/, " 4");
      expect(await iot(here)).toMatchObject({ status: 0 });
    },
  ],
  [
    /^npx pulumi config set (?:--path )?(\w+)(?:\.(\w+)\.(\w+))? (\S+)$/,
    async (key = "", type, bound, value) => {
      const given = type === undefined ? value : { [type]: { [bound ?? ""]: value } };
      expect(parseConfig({ environmentSuffix: "dev", [key]: given }, REGION)).toMatchObject({ ok: true });
    },
  ],
  // The tests on the real engine run these; a bare refresh would take what was changed by hand for what is wanted.
  [/^npx pulumi (?:preview|up)(?: --refresh)?$/, async () => {}],
];

describe("docs/operations.md, walked", () => {
  it("has commands to walk", () => {
    expect(COMMANDS.length).toBeGreaterThan(15);
    expect(PAGE).not.toMatch(/pulumi refresh/);
  });

  it.each(COMMANDS)("does what it says, as far as the local endpoint can answer: %s", async (command) => {
    const trial = TRIALS.find(([form]) => form.test(command));
    if (!trial) throw new Error(`no trial for "${command}"`);
    const [form, run] = trial;
    await run(...(form.exec(command) ?? []).slice(1));
  });
});

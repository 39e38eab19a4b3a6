import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createRawServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { isThisMachine } from "../../../cli/kit/configured-endpoints";
import { pulumiCommand } from "../../../cli/kit/pulumi-command";
import { clientConfig, localRun, targetOf } from "../../../cli/kit/target";
import { UsageError } from "../../../cli/kit/usage-error";
import { latest } from "../../../cli/readings/latest";
import { recordingIo } from "../../helpers/recording-io";

const folder = mkdtempSync(path.join(tmpdir(), "target-"));
const server = createServer((req, res) => {
  res.writeHead(req.url === "/_local/outputs" ? 200 : 404).end('{"region":"sa-east-1","dynamodb_table_name":"here"}');
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

describe("targetOf", () => {
  it("is the local run where no stack is named", async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const target = await targetOf({}, { AWS_ENDPOINT_URL: endpoint });
    expect(target.output("dynamodb_table_name")).toBe("here");
    const plain = { useFipsEndpoint: false, useDualstackEndpoint: false };
    expect(clientConfig(target)).toMatchObject({ ...plain, endpoint, region: "sa-east-1" });
    expect(clientConfig(await targetOf({ endpoint }, {}))).toEqual(clientConfig(target));
  });

  it("is the stack whose outputs are in a file, with the credentials of the environment", async () => {
    const outputs = path.join(folder, "outputs.json");
    writeFileSync(outputs, '{"region":"sa-east-1","dynamodb_table_name":"there"}');
    const target = await targetOf({ outputs });
    expect(target.output("dynamodb_table_name")).toBe("there");
    expect(clientConfig(target)).toEqual({ region: "sa-east-1" });
    expect(() => target.output("s3_bucket_name")).toThrow('has no output "s3_bucket_name"');
  });

  it("says what is wrong, and what to do", async () => {
    for (const pair of ["--stack dev --endpoint a", "--stack dev --outputs a", "--outputs a --endpoint b"])
      await expect(latest.run(["sensor-001", ...pair.split(" ")], recordingIo())).rejects.toThrow(UsageError);
    for (const endpoint of ["here", "localhost:4566", "127.0.0.1:4566", "ftp://127.0.0.1"])
      await expect(targetOf({ endpoint })).rejects.toThrow(
        new UsageError(
          `"--endpoint" must be a URL with http or https, such as http://127.0.0.1:4566, got "${endpoint}"`,
        ),
      );
    await expect(targetOf({ outputs: path.join(folder, "none") })).rejects.toThrow('"--outputs" must be a file');
    await expect(targetOf({ endpoint: "http://127.0.0.1:1" })).rejects.toThrow('Fix: start "npm run local"');
  });
});

describe("localRun", () => {
  /** What it resolves with where the endpoint gives this answer. */
  function runAt(status: number, body: string) {
    return runOf(createServer((_, res) => res.writeHead(status).end(body)));
  }

  /** What it resolves with where this server is the endpoint. */
  async function runOf(answering: Server) {
    await new Promise<void>((resolve) => answering.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${(answering.address() as AddressInfo).port}`;
    return localRun({ AWS_ENDPOINT_URL: endpoint }).finally(() => answering.close());
  }

  it("is the run that is up", async () => {
    expect((await runAt(200, '{"region":"sa-east-1"}'))?.region).toBe("sa-east-1");
  });

  it.each([
    ["another program answers that it knows nothing of a run", 404, "no such page"],
    ["another program answers with a page", 200, "<html>"],
  ])("is none where %s", async (_what, status, body) => {
    expect(await runAt(status, body)).toBeUndefined();
  });

  it.each([
    ["speaks no HTTP", "\x20\x02\x00\x00"],
    ["breaks off", 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"region":'],
    ["hangs up", ""],
  ])("is none where another program answers and %s", async (_what, bytes) => {
    const answering = createRawServer((socket) => socket.on("error", () => {}).once("data", () => socket.end(bytes)));
    expect(await runOf(answering)).toBeUndefined();
  });

  it.each([
    ["nothing", ""],
    ["the half of an answer", 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"region":'],
  ])("does not wait for ever for a run that says %s, as one that is suspended", async (_what, bytes) => {
    const { timeout } = AbortSignal;
    const limit = vi.spyOn(AbortSignal, "timeout").mockImplementation(() => timeout(100));
    const silent = createRawServer((socket) => socket.on("error", () => {}).once("data", () => socket.write(bytes)));
    await expect(runOf(silent)).rejects.toThrow(/ has not answered for 30 s\. Fix: continue the local run /);
    expect(limit.mock.calls).toEqual([[30_000]]);
    limit.mockRestore();
  });

  it("is none where nothing answers", async () => {
    expect(await localRun({ AWS_ENDPOINT_URL: "http://127.0.0.1:1" })).toBeUndefined();
  });

  it.each([
    [503, '{"problems":["the local run is starting: the stream"]}', "the local run is starting: the stream"],
    [500, "", "the local run does not answer"],
  ])("says why a run that is up has no answer, with status %d", async (status, body, why) => {
    await expect(runAt(status, body)).rejects.toThrow(why);
  });
});

describe("a deployed target", () => {
  const outputs = path.join(folder, "deployed.json");
  writeFileSync(outputs, '{"region":"sa-east-1","dynamodb_table_name":"there"}');
  const config = path.join(folder, "config");
  const none = path.join(folder, "none");
  const files = { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: none, PATH: none };
  const HERE = "http://127.0.0.1:4566";
  const VPC = "https://vpce-0123-abc.dynamodb.sa-east-1.vpce.amazonaws.com";
  const refusal = (option: string, property: string, url: string, fix: string) =>
    `"${property}" must not lead to this machine where "${option}" names a deployed stack, got "${url}". Fix: ${fix}`;

  it.each(["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "AWS_ENDPOINT_URL_STS"])(
    "is refused while %s leads here, and the error says what to unset",
    async (name) => {
      writeFileSync(config, "");
      const env = { ...files, [name]: HERE };
      await expect(targetOf({ outputs }, env)).rejects.toThrow(refusal("--outputs", name, HERE, `unset ${name}`));
      await expect(targetOf({ stack: "prod" }, env)).rejects.toThrow(refusal("--stack", name, HERE, `unset ${name}`));
      expect((await targetOf({ outputs }, { ...env, [name]: VPC })).output("dynamodb_table_name")).toBe("there");
      expect((await targetOf({ outputs }, { ...env, [name]: "" })).endpoint).toBeUndefined();
      const ignoring = { ...env, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" };
      expect((await targetOf({ outputs }, ignoring)).endpoint).toBeUndefined();
      await expect(
        targetOf({ outputs }, { ...ignoring, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "false" }),
      ).rejects.toThrow(`unset ${name}`);
    },
  );

  it.each([
    ["[default]\nendpoint_url = http://localhost:4566\n", "endpoint_url", undefined],
    [
      "# mine\n[profile local]\nregion=sa-east-1\nendpoint_url=http://localhost:4566 # laptop\n",
      "endpoint_url",
      "local",
    ],
    [
      "[default]\nservices = l\n[services l]\ndynamodb =\n  endpoint_url = http://localhost:4566\n",
      "dynamodb.endpoint_url",
      undefined,
    ],
  ])("is refused while the profile leads here: %j", async (text, key, AWS_PROFILE) => {
    writeFileSync(config, text);
    const env = { ...files, AWS_PROFILE };
    await expect(targetOf({ outputs }, env)).rejects.toThrow(`"${key} of `);
    await expect(targetOf({ outputs }, env)).rejects.toThrow(config);
    expect((await targetOf({ outputs }, { ...env, AWS_PROFILE: "another" })).endpoint).toBeUndefined();
    expect(
      (await targetOf({ outputs }, { ...env, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" })).endpoint,
    ).toBeUndefined();
    const ignoring = text.replace(/^(\[default\]|\[profile local\])$/m, "$1\nignore_configured_endpoint_urls = true");
    writeFileSync(config, ignoring);
    expect((await targetOf({ outputs }, env)).endpoint).toBeUndefined();
  });

  it.each(
    "http://127.0.0.1 http://127.8.9.1:1 http://127.1 http://0x7f000001:4566 http://localhost. HTTPS://LOCALHOST:1 http://aws.localhost http://[::1]:4566 http://[::ffff:127.0.0.1] http://0.0.0.0 http://[::] localhost:4566 127.0.0.1:4566 http://host.docker.internal:4566 http://s3.localhost.localstack.cloud:4566".split(
      " ",
    ),
  )("knows this machine in %s", (url) => expect(isThisMachine(url)).toBe(true));

  it.each([
    VPC,
    "https://10.0.0.7",
    "http://128.0.0.1",
    "https://localhost.example.com",
    "https://[2001:db8::1]",
    "::",
  ])("does not take %s for this machine", (url) => expect(isThisMachine(url)).toBe(false));

  it("is no local run, whose outputs a file holds", async () => {
    const local = path.join(folder, "local.json");
    writeFileSync(local, '{"region":"sa-east-1","iot_endpoint":"local-ats.iot.sa-east-1.amazonaws.com"}');
    await expect(targetOf({ outputs: local }, files)).rejects.toThrow("got those of a local run");
  });
});

describe("pulumiCommand", () => {
  it("takes a CLI outside node_modules/.bin first, and npm's where there is no other", () => {
    const own = path.join(folder, "bin");
    const npms = path.join(folder, "node_modules", ".bin");
    for (const each of [own, npms]) {
      mkdirSync(each, { recursive: true });
      writeFileSync(path.join(each, "pulumi"), "#!/bin/sh\n");
      chmodSync(path.join(each, "pulumi"), 0o755);
    }
    const PATH = [`${npms}/`, "", path.join(folder, "none"), own].join(path.delimiter);
    expect(pulumiCommand({ PATH })).toBe(path.join(own, "pulumi"));
    chmodSync(path.join(own, "pulumi"), 0o644);
    expect(pulumiCommand({ PATH })).toBe(path.join(npms, "pulumi"));
    expect(pulumiCommand({ PATH: "" })).toBe("pulumi");
  });
});

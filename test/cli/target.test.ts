import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { UsageError } from "../../cli/command";
import { clientConfig, targetOf } from "../../cli/target";

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
    expect(clientConfig(target)).toMatchObject({ endpoint, region: "sa-east-1" });
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
    await expect(targetOf({ stack: "dev", endpoint: "http://127.0.0.1:1" })).rejects.toThrow(UsageError);
    await expect(targetOf({ endpoint: "here" })).rejects.toThrow('"--endpoint" must be a URL');
    await expect(targetOf({ outputs: path.join(folder, "none") })).rejects.toThrow('"--outputs" must be a file');
    await expect(targetOf({ endpoint: "http://127.0.0.1:1" })).rejects.toThrow('Start "npm run local"');
  });
});

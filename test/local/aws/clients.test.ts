import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { localClients } from "../../../local/aws/clients";

const hosts: (string | undefined)[] = [];
const server = createServer((request, response) => {
  hosts.push(request.headers.host);
  response.end(request.method === "POST" ? "{}" : "<ListAllMyBucketsResult/>");
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  server.close();
});

describe("localClients", () => {
  it.each(["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"])(
    "call this machine whatever %s says",
    async (name) => {
      const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      process.env[name] = "true";
      try {
        const { dynamodb, s3 } = localClients(`http://${host}`, "sa-east-1");
        await dynamodb.send(new ListTablesCommand({}));
        await s3.send(new ListBucketsCommand({}));
      } finally {
        delete process.env[name];
      }
      expect(hosts.splice(0)).toEqual([host, host]);
    },
  );
});

import { lookup } from "node:dns";
import { Agent } from "node:http";
import { S3Client } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ObjectPut } from "../../../lambda/processor/object-put";
import { FakeAws } from "../../helpers/fake-aws";

let fake: FakeAws;
beforeEach(async () => {
  fake = await FakeAws.start();
});
afterEach(() => fake.stop());

const { signal } = new AbortController();

describe("ObjectPut", () => {
  it.each([true, false])(
    "writes the same object by both ways, with a bucket in the path: %s",
    async (forcePathStyle) => {
      const client = new S3Client({
        endpoint: fake.endpoint.replace("127.0.0.1", "localhost"),
        // A bucket's own host name, too, is this machine.
        requestHandler: {
          httpAgent: new Agent({ lookup: (_name, options, done) => lookup("127.0.0.1", options, done) }),
        },
        region: "sa-east-1",
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
        requestChecksumCalculation: "WHEN_REQUIRED",
        forcePathStyle,
      });
      const put = new ObjectPut(client, "bucket");
      const paths: (string | undefined)[] = [];
      for (const call of ["send", "attempt", "attempt"] as const) {
        await put[call](
          { key: "anomalies/sensor:1/1-vibra%C3%A7%C3%A3o !'()*~.json", body: "{}", contentType: "text/plain" },
          signal,
        );
        paths.push(fake.s3.path);
        expect(fake.s3.headers).toMatchObject({ "content-type": "text/plain", "content-length": "2" });
        expect(fake.s3.headers.authorization).toMatch(/\/sa-east-1\/s3\/aws4_request/);
      }
      expect(paths).toEqual(
        Array(3).fill(
          expect.stringMatching(
            /^(\/bucket)?\/anomalies\/sensor%3A1\/1-vibra%25C3%25A7%25C3%25A3o%20%21%27%28%29%2A~\.json/,
          ),
        ),
      );
      expect(new Set(paths).size).toBe(1);
    },
  );
});

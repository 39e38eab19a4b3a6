import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { digestFault, refuseContradicted } from "../../../../local/aws/emulators/body-digests";

/** The body whose checksums the catalogues of checksums give. */
const body = Buffer.from("123456789");
const digest = (algorithm: string, encoding: "base64" | "hex" = "base64") =>
  createHash(algorithm).update(body).digest(encoding);
const other = (given: string) => Buffer.alloc(Buffer.from(given, "base64").length).toString("base64");

/** The body in two chunks, with this behind it. */
function chunked(trailer: string): Buffer {
  return Buffer.from(`4;chunk-signature=a\r\n1234\r\n5\r\n56789\r\n0\r\n${trailer}\r\n\r\n`);
}
const CHUNKED = { "content-encoding": "aws-chunked", "x-amz-trailer": "x-amz-checksum-crc32" };

const DIGESTS: [string, string][] = [
  ["content-md5", digest("md5")],
  ["x-amz-checksum-crc32", "y/Q5Jg=="],
  ["x-amz-checksum-crc32c", "4waSgw=="],
  ["x-amz-checksum-crc64nvme", Buffer.from("ae8b14860a799888", "hex").toString("base64")],
  ["x-amz-checksum-sha1", digest("sha1")],
  ["x-amz-checksum-sha256", digest("sha256")],
];

describe("digestFault", () => {
  it.each(DIGESTS)("takes a body with its %s, and refuses it with another's", async (name, given) => {
    expect(await digestFault({ [name]: given }, body)).toBeUndefined();
    expect(await digestFault({ [name]: other(given) }, body)).toMatchObject({ code: "BadDigest" });
    expect(await digestFault({ [name]: given }, Buffer.alloc(0))).toMatchObject({ code: "BadDigest" });
  });

  it.each(DIGESTS)("refuses %s that is none", async (name, given) => {
    const code = name === "content-md5" ? "InvalidDigest" : "InvalidRequest";
    for (const malformed of ["", "junk", given.slice(0, -4), `${given}AAAA`])
      expect(await digestFault({ [name]: malformed }, body)).toMatchObject({ code });
  });

  it("refuses two checksums", async () => {
    expect(await digestFault(Object.fromEntries(DIGESTS), body)).toMatchObject({ code: "InvalidRequest" });
  });

  it("compares what a signature covers, where it covers the body", async () => {
    expect(await digestFault({ "x-amz-content-sha256": digest("sha256", "hex") }, body)).toBeUndefined();
    expect(await digestFault({ "x-amz-content-sha256": "UNSIGNED-PAYLOAD" }, body)).toBeUndefined();
    expect(await digestFault({ "x-amz-content-sha256": "0".repeat(64) }, body)).toMatchObject({
      code: "XAmzContentSHA256Mismatch",
    });
  });

  it("compares a body in chunks with the checksum before or behind it", async () => {
    expect(await digestFault(CHUNKED, chunked("x-amz-checksum-crc32:y/Q5Jg=="))).toBeUndefined();
    expect(await digestFault(CHUNKED, chunked("x-amz-checksum-crc32:AAAAAA=="))).toMatchObject({ code: "BadDigest" });
    expect(await digestFault({ ...CHUNKED, "x-amz-checksum-crc32": "y/Q5Jg==" }, chunked(""))).toBeUndefined();
    expect(await digestFault({ ...CHUNKED, "x-amz-checksum-crc32": "AAAAAA==" }, chunked(""))).toMatchObject({
      code: "BadDigest",
    });
    expect(await digestFault({ ...CHUNKED, "content-md5": digest("md5") }, chunked(""))).toBeUndefined();
  });

  it("takes a body without a digest, and what is only said about one", async () => {
    expect(await digestFault({}, body)).toBeUndefined();
    expect(
      await digestFault({ "x-amz-checksum-algorithm": "SHA256", "x-amz-checksum-type": "COMPOSITE" }, body),
    ).toBeUndefined();
  });
});

describe("refuseContradicted", () => {
  const headers = { "x-amz-checksum-crc32": "AAAAAA==" };
  const answered = async (method: string, url: string) => {
    const said: unknown[] = [];
    const reply = {
      code: (status: number) => heard(status),
      headers: () => reply,
      send: (text: string) => heard(/<Code>(\w+)/.exec(text)?.[1]),
    };
    const heard = (what: unknown) => {
      said.push(what);
      return reply;
    };
    const result = await refuseContradicted({ method, url, headers, body }, reply);
    return [said, result === reply];
  };

  it.each([
    ["PUT", "/bucket/key"],
    ["PUT", "/bucket/key?partNumber=1&uploadId=u"],
    ["POST", "/bucket?delete"],
  ])("answers %s %s in the emulator's place", async (method, url) => {
    expect(await answered(method, url)).toEqual([[400, "BadDigest"], true]);
  });

  it("leaves the end of a multipart upload to the emulator, whose checksum is that of the object", async () => {
    expect(await answered("POST", "/bucket/key?uploadId=u")).toEqual([[], false]);
  });
});

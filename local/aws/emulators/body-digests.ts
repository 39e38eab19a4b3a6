import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { Crc32, Crc32c, Crc64Nvme } from "@aws-sdk/checksums/crc";
import { xmlError } from "../endpoint/error-response";

/** A request for the emulator of S3, and what answers it. */
interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}
interface Reply {
  code(status: number): Reply;
  headers(headers: Readonly<Record<string, string>>): Reply;
  send(body: string): Reply;
}

/** Why S3 does not take a body, with status 400. */
export interface DigestFault {
  readonly code: "BadDigest" | "InvalidDigest" | "InvalidRequest" | "XAmzContentSHA256Mismatch";
  readonly message: string;
}

type Checksum = (body: Buffer) => Promise<Buffer>;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html */
const CHECKSUMS: Readonly<Record<string, Checksum>> = {
  "x-amz-checksum-crc32": crc(Crc32),
  "x-amz-checksum-crc32c": crc(Crc32c),
  "x-amz-checksum-crc64nvme": crc(Crc64Nvme),
  "x-amz-checksum-sha1": async (body) => hash("sha1", body),
  "x-amz-checksum-sha256": async (body) => hash("sha256", body),
};

/** Answers a request whose body is another one than its digests say, before the emulator stores it. The emulator has no eye for them. */
export async function refuseContradicted({ method, url, headers, body }: Request, reply: Reply): Promise<unknown> {
  // A multipart upload is completed with a checksum of the object, not of the body.
  const isDigested = method === "PUT" || new URL(url, "http://localhost").searchParams.has("delete");
  const fault = isDigested && Buffer.isBuffer(body) ? await digestFault(headers, body) : undefined;
  if (fault === undefined) return undefined;
  const error = xmlError(400, fault.code, fault.message);
  return reply.code(error.status).headers(error.headers).send(error.body);
}

/** What is wrong with the digests of a request, which are its headers or come behind a body in chunks. */
export async function digestFault(headers: IncomingHttpHeaders, sent: Buffer): Promise<DigestFault | undefined> {
  const isChunked = headers["content-encoding"]?.includes("aws-chunked") ?? false;
  const { body, trailers } = isChunked ? withoutChunks(sent) : { body: sent, trailers: {} };
  return (
    md5Fault(headers["content-md5"], body) ??
    payloadFault(headers, body) ??
    checksumFault({ ...headers, ...trailers }, body)
  );
}

function md5Fault(given: string | string[] | undefined, body: Buffer): DigestFault | undefined {
  if (given === undefined) return undefined;
  const expected = hash("md5", body);
  if (!isBase64Of(String(given), expected.length))
    return { code: "InvalidDigest", message: "The Content-MD5 you specified was invalid." };
  if (String(given) === expected.toString("base64")) return undefined;
  return { code: "BadDigest", message: "The Content-MD5 you specified did not match what we received." };
}

/** The digest that a signature covers; it is a word where the body is not signed. */
function payloadFault(headers: IncomingHttpHeaders, body: Buffer): DigestFault | undefined {
  const given = String(headers["x-amz-content-sha256"] ?? "");
  if (!/^[\da-f]{64}$/.test(given) || given === hash("sha256", body).toString("hex")) return undefined;
  const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
  return { code: "XAmzContentSHA256Mismatch", message };
}

async function checksumFault(headers: IncomingHttpHeaders, body: Buffer): Promise<DigestFault | undefined> {
  const [checksum, ...more] = Object.entries(CHECKSUMS).filter(([name]) => headers[name] !== undefined);
  if (checksum === undefined) return undefined;
  if (more.length > 0) {
    const message = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.";
    return { code: "InvalidRequest", message };
  }
  const [name, compute] = checksum;
  const expected = await compute(body);
  const given = String(headers[name]);
  if (given === expected.toString("base64")) return undefined;
  if (!isBase64Of(given, expected.length))
    return { code: "InvalidRequest", message: `Value for ${name} header is invalid.` };
  const algorithm = name.slice("x-amz-checksum-".length).toUpperCase();
  return { code: "BadDigest", message: `The ${algorithm} you specified did not match the calculated checksum.` };
}

function isBase64Of(text: string, bytes: number): boolean {
  const decoded = Buffer.from(text, "base64");
  return decoded.length === bytes && decoded.toString("base64") === text;
}

function hash(algorithm: string, body: Buffer): Buffer {
  return createHash(algorithm).update(body).digest();
}

function crc(Crc: typeof Crc32 | typeof Crc32c | typeof Crc64Nvme): Checksum {
  return async (body) => {
    const sum = new Crc();
    sum.update(body);
    return Buffer.from(await sum.digest());
  };
}

/** Takes off the coding of a body in chunks: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html */
function withoutChunks(coded: Buffer): { readonly body: Buffer; readonly trailers: Readonly<Record<string, string>> } {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = coded.indexOf("\r\n", at);
    const size = Number.parseInt(coded.subarray(at, lineEnd).toString("latin1"), 16);
    at = lineEnd + 2;
    if (lineEnd < 0 || !(size > 0)) break;
    chunks.push(coded.subarray(at, at + size));
    at += size + 2;
  }
  const lines = coded.subarray(at).toString("latin1").split("\r\n");
  const named = lines.map((line) => /^([^:]+):\s*(.*)$/.exec(line)).filter((match) => match !== null);
  return {
    body: Buffer.concat(chunks),
    trailers: Object.fromEntries(named.map(([, name, value]) => [name?.toLowerCase(), value])),
  };
}

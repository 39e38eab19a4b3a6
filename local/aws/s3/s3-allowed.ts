import type { IncomingHttpHeaders } from "node:http";
import type { Head } from "../endpoint/guard";
import type { S3Operation } from "./s3-operation";

/** The operations that the emulator does, and the query parameters of each that it heeds. */
const OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  ListBuckets: [],
  HeadBucket: [],
  ListObjects: ["prefix", "delimiter", "marker", "max-keys", "encoding-type"],
  ListObjectsV2: [
    "list-type",
    "prefix",
    "delimiter",
    "start-after",
    "continuation-token",
    "max-keys",
    "encoding-type",
    "fetch-owner",
  ],
  GetObject: [],
  HeadObject: [],
  PutObject: [],
  CopyObject: [],
  DeleteObject: [],
  DeleteObjects: ["delete"],
  CreateMultipartUpload: ["uploads"],
  UploadPart: ["partNumber", "uploadId"],
  CompleteMultipartUpload: ["uploadId"],
  AbortMultipartUpload: ["uploadId"],
};

/** Of a signature, and what an SDK says about itself. */
const SIGNATURE =
  /^(x-amz-(algorithm|credential|date|expires|signedheaders|signature|security-token|user-agent|content-sha256)|awsaccesskeyid|signature|expires|x-id)$/i;
const CHECKSUM = /^x-amz-(sdk-checksum-algorithm|checksum-(mode|type|algorithm|crc32|crc32c|crc64nvme|sha1|sha256))$/i;
const TRANSFER = /^x-amz-(decoded-content-length|trailer|request-payer|expected-bucket-owner)$/;
/** Headers whose one value changes nothing: what the bucket does in any case. */
const ONLY: Readonly<Record<string, string>> = {
  "x-amz-server-side-encryption": "AES256",
  "x-amz-storage-class": "STANDARD",
  "x-amz-acl": "bucket-owner-full-control",
  "x-amz-metadata-directive": "COPY",
  "x-amz-tagging-directive": "COPY",
};
/** What S3 keeps with an object, and the emulator drops. */
const DROPPED = ["cache-control", "content-disposition", "content-language", "expires"];
const CONDITIONS = ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"];
const WRITES = ["PutObject", "CopyObject", "CreateMultipartUpload"];

/** What of the request the emulator does not do truly, in words; undefined where it does all of it. */
export function notDone({ name }: S3Operation, { query, headers }: Head): string | undefined {
  const allowed = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
  if (allowed === undefined) return name;
  for (const [parameter, value] of query)
    if (!SIGNATURE.test(parameter) && !CHECKSUM.test(parameter) && !allowed.includes(parameter))
      return `${name} with "${parameter}"`;
    else if (parameter === "fetch-owner" && value === "true") return `${name} with "fetch-owner"`;
  const header = Object.entries(headers).find(([each, value]) => !isHeeded(name, each, String(value)));
  if (header !== undefined) return `${name} with "${header[0]}: ${String(header[1])}"`;
  return chunkedOnly(headers) || !WRITES.includes(name) ? undefined : `${name} with "content-encoding"`;
}

function isHeeded(operation: string, header: string, value: string): boolean {
  if (Object.hasOwn(ONLY, header)) return ONLY[header] === value;
  if (header === "x-amz-copy-source") return operation === "CopyObject" && !value.includes("?");
  // Nothing here is cold, so that no object of a list has a state of its restore.
  if (header === "x-amz-optional-object-attributes") return operation.startsWith("ListObjects");
  if (header.startsWith("x-amz-meta-")) return operation === "PutObject" || operation === "CreateMultipartUpload";
  if (header.startsWith("x-amz-")) return SIGNATURE.test(header) || CHECKSUM.test(header) || TRANSFER.test(header);
  if (CONDITIONS.includes(header)) return operation === "GetObject";
  if (header === "range") return operation !== "HeadObject";
  return !(DROPPED.includes(header) && WRITES.includes(operation));
}

/** The transfer's own coding is taken off again; any other one belongs to the object. */
function chunkedOnly(headers: IncomingHttpHeaders): boolean {
  const coding = headers["content-encoding"] ?? "";
  return /^(\s|,|aws-chunked)*$/.test(coding);
}

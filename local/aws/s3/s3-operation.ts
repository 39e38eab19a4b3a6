import type { Head } from "../endpoint/guard";

/** What a request asks of S3, by the operation's name. */
export interface S3Operation {
  readonly name: string;
  readonly bucket: string;
  readonly key: string;
}

/** Query parameters that name a part of a bucket or an object: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html */
const PARTS: Readonly<Record<string, string>> = {
  accelerate: "AccelerateConfiguration",
  abac: "Abac",
  acl: "Acl",
  analytics: "AnalyticsConfiguration",
  attributes: "Attributes",
  cors: "Cors",
  encryption: "Encryption",
  "intelligent-tiering": "IntelligentTieringConfiguration",
  inventory: "InventoryConfiguration",
  "legal-hold": "LegalHold",
  lifecycle: "LifecycleConfiguration",
  location: "Location",
  logging: "Logging",
  metadataTable: "MetadataTableConfiguration",
  metadataConfiguration: "MetadataConfiguration",
  metrics: "MetricsConfiguration",
  notification: "NotificationConfiguration",
  "object-lock": "LockConfiguration",
  ownershipControls: "OwnershipControls",
  policy: "Policy",
  policyStatus: "PolicyStatus",
  publicAccessBlock: "PublicAccessBlock",
  replication: "Replication",
  requestPayment: "RequestPayment",
  retention: "Retention",
  tagging: "Tagging",
  torrent: "Torrent",
  versioning: "Versioning",
  website: "Website",
};
const VERBS: Readonly<Record<string, string>> = {
  GET: "Get",
  HEAD: "Head",
  PUT: "Put",
  POST: "Post",
  DELETE: "Delete",
};

/** The operation that the request asks for. */
export function s3Operation(head: Head): S3Operation {
  const [bucket = "", ...rest] = bucketPath(head).split("/");
  const key = rest.join("/");
  return { name: nameOf(head, bucket, key), bucket, key };
}

/** Without the leading slash; a bucket in the host's name stands first, as the emulator takes it. */
function bucketPath({ path, headers }: Head): string {
  const host = headers.host?.split(":")[0] ?? "";
  const inHost = host.includes(".") && !/^[\d.]+$/.test(host) ? `${host.split(".")[0]}/` : "";
  return `${inHost}${path.slice(1)}`;
}

function nameOf({ method, query, headers }: Head, bucket: string, key: string): string {
  const of = key === "" ? "Bucket" : "Object";
  if (bucket === "") return method === "GET" ? "ListBuckets" : `${method} /`;
  for (const name of query.keys()) {
    const part = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined;
    if (part !== undefined) return `${VERBS[method] ?? method}${part === "PublicAccessBlock" ? "" : of}${part}`;
  }
  if (query.has("versions")) return "ListObjectVersions";
  if (query.has("session")) return "CreateSession";
  if (query.has("restore")) return "RestoreObject";
  if (query.has("select")) return "SelectObjectContent";
  if (query.has("renameObject")) return "RenameObject";
  if (query.has("append")) return "AppendObject";
  const isCopy = headers["x-amz-copy-source"] !== undefined;
  if (key === "") {
    if (query.has("uploads")) return "ListMultipartUploads";
    if (method === "GET") return query.get("list-type") === "2" ? "ListObjectsV2" : "ListObjects";
    if (method === "POST") return query.has("delete") ? "DeleteObjects" : "PostObject";
    return method === "PUT" ? "CreateBucket" : `${VERBS[method] ?? method}Bucket`;
  }
  if (query.has("uploads")) return "CreateMultipartUpload";
  if (query.has("uploadId")) {
    if (method === "PUT") return isCopy ? "UploadPartCopy" : "UploadPart";
    return { GET: "ListParts", POST: "CompleteMultipartUpload", DELETE: "AbortMultipartUpload" }[method] ?? method;
  }
  return method === "PUT" && isCopy ? "CopyObject" : `${VERBS[method] ?? method}Object`;
}

import type { RecordedResource, Recording } from "../../stack/recording";
import { xmlText } from "../endpoint/guard";

type Answer =
  | { readonly status: number; readonly headers: Record<string, string>; readonly body: string }
  | { readonly status: number; readonly code: string; readonly message: string };
type Value = Readonly<Record<string, unknown>>;

const NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/** Answers a question about a bucket's settings from what the stack declares; undefined for what is no such question. */
export function declaredAnswer(recording: Recording, operation: string, bucket: string): Answer | undefined {
  const question = Object.hasOwn(QUESTIONS, operation) ? QUESTIONS[operation] : undefined;
  if (question === undefined) return undefined;
  const declared = recording.ofType("aws:s3/bucket:Bucket").find((each) => each.inputs.bucket === bucket);
  if (declared === undefined)
    return { status: 404, code: "NoSuchBucket", message: "The specified bucket does not exist" };
  return question((type) => recording.ofType(type).find((each) => each.inputs.bucket === bucket), declared, recording);
}

/** A question's answer, from the setting of a type and from the bucket itself. */
type Question = (
  setting: (type: string) => RecordedResource | undefined,
  bucket: RecordedResource,
  recording: Recording,
) => Answer;

const QUESTIONS: Readonly<Record<string, Question>> = {
  GetBucketLocation: (_setting, _bucket, recording) =>
    xml(`<LocationConstraint ${NAMESPACE}>${xmlText(recording.outputs.region)}</LocationConstraint>`),
  GetBucketVersioning: (setting) => {
    const versioning = setting("aws:s3/bucketVersioning:BucketVersioning")?.inputs.versioningConfiguration as Value;
    return document("VersioningConfiguration", versioning === undefined ? "" : tag("Status", versioning.status));
  },
  GetBucketEncryption: (setting) => {
    const rules = setting("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration");
    const byDefault = (rule: Value) => rule.applyServerSideEncryptionByDefault as Value;
    // S3 encrypts every bucket, declared or not.
    const declared = (rules?.inputs.rules as Value[]) ?? [
      { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
    ];
    return document(
      "ServerSideEncryptionConfiguration",
      declared
        .map((rule) =>
          wrap(
            "Rule",
            wrap(
              "ApplyServerSideEncryptionByDefault",
              tag("SSEAlgorithm", byDefault(rule).sseAlgorithm) + tag("KMSMasterKeyID", byDefault(rule).kmsMasterKeyId),
            ) + tag("BucketKeyEnabled", rule.bucketKeyEnabled ?? false),
          ),
        )
        .join(""),
    );
  },
  GetBucketLifecycleConfiguration: (setting) => {
    const rules = setting("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")?.inputs.rules as Value[];
    if (rules === undefined)
      return notSet("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist");
    return document("LifecycleConfiguration", rules.map(lifecycleRule).join(""));
  },
  GetPublicAccessBlock: (setting) => {
    const block = setting("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")?.inputs;
    if (block === undefined)
      return notSet("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found");
    return document(
      "PublicAccessBlockConfiguration",
      tag("BlockPublicAcls", block.blockPublicAcls ?? false) +
        tag("IgnorePublicAcls", block.ignorePublicAcls ?? false) +
        tag("BlockPublicPolicy", block.blockPublicPolicy ?? false) +
        tag("RestrictPublicBuckets", block.restrictPublicBuckets ?? false),
    );
  },
  GetBucketPolicy: (setting) => {
    const policy = setting("aws:s3/bucketPolicy:BucketPolicy")?.inputs.policy;
    if (policy === undefined) return notSet("NoSuchBucketPolicy", "The bucket policy does not exist");
    return { status: 200, headers: { "content-type": "application/json" }, body: String(policy) };
  },
  GetBucketPolicyStatus: (setting) =>
    setting("aws:s3/bucketPolicy:BucketPolicy") === undefined
      ? notSet("NoSuchBucketPolicy", "The bucket policy does not exist")
      : document("PolicyStatus", tag("IsPublic", false)),
  GetBucketTagging: (_setting, bucket) => {
    const tags = bucket.inputs.tags as Readonly<Record<string, string>> | undefined;
    if (tags === undefined || Object.keys(tags).length === 0)
      return notSet("NoSuchTagSet", "The TagSet does not exist");
    const set = Object.entries(tags).map(([key, value]) => wrap("Tag", tag("Key", key) + tag("Value", value)));
    return document("Tagging", wrap("TagSet", set.join("")));
  },
  GetBucketLogging: (setting) => {
    const logging = setting("aws:s3/bucketLogging:BucketLogging")?.inputs;
    const enabled = (to: Value) => tag("TargetBucket", to.targetBucket) + tag("TargetPrefix", to.targetPrefix);
    return document("BucketLoggingStatus", logging === undefined ? "" : wrap("LoggingEnabled", enabled(logging)));
  },
  GetBucketOwnershipControls: (setting) => {
    const rule = setting("aws:s3/bucketOwnershipControls:BucketOwnershipControls")?.inputs.rule as Value | undefined;
    if (rule === undefined)
      return notSet("OwnershipControlsNotFoundError", "The bucket ownership controls were not found");
    return document("OwnershipControls", wrap("Rule", tag("ObjectOwnership", rule.objectOwnership)));
  },
  GetBucketNotificationConfiguration: () => document("NotificationConfiguration", ""),
  GetBucketAccelerateConfiguration: () => document("AccelerateConfiguration", ""),
  GetBucketRequestPayment: () => document("RequestPaymentConfiguration", tag("Payer", "BucketOwner")),
  GetBucketCors: () => notSet("NoSuchCORSConfiguration", "The CORS configuration does not exist"),
  GetBucketWebsite: () =>
    notSet("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration"),
  GetBucketReplication: () =>
    notSet("ReplicationConfigurationNotFoundError", "The replication configuration was not found"),
  GetBucketLockConfiguration: () =>
    notSet("ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket"),
};

function lifecycleRule(rule: Value): string {
  const { filter, transitions = [], expiration, noncurrentVersionExpiration, abortIncompleteMultipartUpload } = rule;
  const { prefix = "" } = (filter ?? {}) as Value;
  return wrap(
    "Rule",
    tag("ID", rule.id) +
      wrap("Filter", tag("Prefix", prefix)) +
      tag("Status", rule.status) +
      (transitions as Value[])
        .map(({ days, storageClass }) => wrap("Transition", tag("Days", days) + tag("StorageClass", storageClass)))
        .join("") +
      optional("Expiration", expiration, { days: "Days", expiredObjectDeleteMarker: "ExpiredObjectDeleteMarker" }) +
      optional("NoncurrentVersionExpiration", noncurrentVersionExpiration, {
        noncurrentDays: "NoncurrentDays",
        newerNoncurrentVersions: "NewerNoncurrentVersions",
      }) +
      optional("AbortIncompleteMultipartUpload", abortIncompleteMultipartUpload, {
        daysAfterInitiation: "DaysAfterInitiation",
      }),
  );
}

function optional(element: string, value: unknown, names: Readonly<Record<string, string>>): string {
  if (value === undefined) return "";
  return wrap(
    element,
    Object.entries(names)
      .map(([from, to]) => tag(to, (value as Value)[from]))
      .join(""),
  );
}

function tag(name: string, value: unknown): string {
  return value === undefined ? "" : `<${name}>${xmlText(value)}</${name}>`;
}

function wrap(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

function document(name: string, content: string): Answer {
  return xml(`<${name} ${NAMESPACE}>${content}</${name}>`);
}

function xml(body: string): Answer {
  const headers = { "content-type": "application/xml" };
  return { status: 200, headers, body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}` };
}

function notSet(code: string, message: string): Answer {
  return { status: 404, code, message };
}

import { beforeAll, describe, expect, it } from "vitest";
import { archiveLifecycle } from "../../lib/archive-bucket";
import type { Recording } from "../../local/stack/recording";
import { dependenciesOf, named, policyOf, recordStack, tags } from "../helpers/stack";

const ARCHIVE = "iot-sensor-archival-dev-123456789012";
const LOGS = "iot-sensor-access-logs-dev-123456789012";

let stack: Recording;
beforeAll(async () => {
  stack = await recordStack();
});

describe.each([
  [ARCHIVE, "Archive with rejected records and failed batches"],
  [LOGS, "Access logs of the archive bucket"],
])("the bucket %s", (bucket, purpose) => {
  it("is a bucket and nothing more: its parts are resources of their own", () => {
    expect(named(stack, "aws:s3/bucket:Bucket", bucket).inputs).toEqual({
      bucket,
      forceDestroy: true,
      tags: tags(bucket, purpose),
    });
  });

  it("blocks public access in all four ways", () => {
    expect(named(stack, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", bucket).inputs).toEqual({
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
  });

  it("has no ACLs", () => {
    expect(named(stack, "aws:s3/bucketOwnershipControls:BucketOwnershipControls", bucket).inputs).toEqual({
      bucket,
      rule: { objectOwnership: "BucketOwnerEnforced" },
    });
  });

  it("is encrypted with AES256", () => {
    const type = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
    expect(named(stack, type, bucket).inputs).toEqual({
      bucket,
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
    });
  });
});

describe("the archive bucket", () => {
  it("keeps versions", () => {
    expect(stack.only("aws:s3/bucketVersioning:BucketVersioning").inputs).toEqual({
      bucket: ARCHIVE,
      versioningConfiguration: { status: "Enabled" },
    });
  });

  it("refuses plain HTTP", () => {
    expect(policyOf(named(stack, "aws:s3/bucketPolicy:BucketPolicy", ARCHIVE))).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "DenyPlainHttp",
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Resource: [`arn:aws:s3:::${ARCHIVE}`, `arn:aws:s3:::${ARCHIVE}/*`],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    });
  });

  it("moves readings to colder classes, and lets everything expire", () => {
    const enabled = { status: "Enabled" };
    const lifecycle = named(stack, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", ARCHIVE);
    expect(lifecycle.inputs).toEqual({
      bucket: ARCHIVE,
      rules: [
        {
          ...enabled,
          id: "readings",
          filter: { prefix: "readings/" },
          transitions: [
            { days: 90, storageClass: "GLACIER" },
            { days: 180, storageClass: "DEEP_ARCHIVE" },
          ],
          expiration: { days: 365 },
        },
        { ...enabled, id: "anomalies", filter: { prefix: "anomalies/" }, expiration: { days: 365 } },
        { ...enabled, id: "rejected", filter: { prefix: "rejected/" }, expiration: { days: 90 } },
        { ...enabled, id: "failed-batches", filter: { prefix: "aws/lambda/" }, expiration: { days: 90 } },
        { ...enabled, id: "archive-errors", filter: { prefix: "firehose-errors/" }, expiration: { days: 90 } },
        { ...enabled, id: "replayed", filter: { prefix: "replayed/" }, expiration: { days: 90 } },
        { ...enabled, id: "query-results", filter: { prefix: "athena-results/" }, expiration: { days: 7 } },
        {
          ...enabled,
          id: "noncurrent-versions",
          filter: { prefix: "" },
          noncurrentVersionExpiration: { noncurrentDays: 30 },
        },
        {
          ...enabled,
          id: "delete-markers",
          filter: { prefix: "" },
          expiration: { expiredObjectDeleteMarker: true },
        },
        {
          ...enabled,
          id: "unfinished-uploads",
          filter: { prefix: "" },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
        },
      ],
    });
    expect(dependenciesOf(lifecycle)).toContain("iot-archive-archive-versioning");
  });

  it("logs each access into the other bucket, once that one takes it", () => {
    const logging = stack.only("aws:s3/bucketLogging:BucketLogging");
    expect(logging.inputs).toEqual({ bucket: ARCHIVE, targetBucket: LOGS, targetPrefix: "archive/" });
    expect(dependenciesOf(logging)).toContain("iot-archive-access-logs-policy");
  });
});

describe("the access log bucket", () => {
  it("takes the archive's logs from S3, and refuses plain HTTP", () => {
    expect(policyOf(named(stack, "aws:s3/bucketPolicy:BucketPolicy", LOGS))).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "DenyPlainHttp",
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Resource: [`arn:aws:s3:::${LOGS}`, `arn:aws:s3:::${LOGS}/*`],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
        {
          Sid: "LetS3DeliverAccessLogs",
          Effect: "Allow",
          Principal: { Service: "logging.s3.amazonaws.com" },
          Action: "s3:PutObject",
          Resource: `arn:aws:s3:::${LOGS}/archive/*`,
          Condition: {
            ArnLike: { "aws:SourceArn": `arn:aws:s3:::${ARCHIVE}` },
            StringEquals: { "aws:SourceAccount": "123456789012" },
          },
        },
      ],
    });
  });

  it("expires after 90 days", () => {
    const lifecycle = named(stack, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", LOGS);
    expect(lifecycle.inputs).toEqual({
      bucket: LOGS,
      rules: [
        { id: "access-logs", status: "Enabled", filter: { prefix: "" }, expiration: { days: 90 } },
        {
          id: "unfinished-uploads",
          status: "Enabled",
          filter: { prefix: "" },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
        },
      ],
    });
  });
});

/** Below this an object has no transition by default. https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html */
const LEAST_TO_MOVE = 128 * 1024;

/** Where all the archive's rules together put a current object of this age; undefined where it has expired. */
function classOf(key: string, bytes: number, days: number): string | undefined {
  const rules = archiveLifecycle().filter(({ filter }) =>
    key.startsWith(String(filter && "prefix" in filter && filter.prefix)),
  );
  type Expiry = { days?: number };
  if (rules.some(({ expiration }) => days >= ((expiration as Expiry | undefined)?.days ?? Number.POSITIVE_INFINITY)))
    return undefined;
  const due = rules
    .flatMap(({ transitions }) => (transitions ?? []) as { days: number; storageClass: string }[])
    .filter((transition) => days >= transition.days && bytes >= LEAST_TO_MOVE)
    .sort((a, b) => a.days - b.days);
  return due.at(-1)?.storageClass ?? "STANDARD";
}

describe("an object in the archive bucket", () => {
  const LARGE = 5_000_000;
  const SMALL = 2_000;
  it.each<[string, number, (string | undefined)[]]>([
    [
      "readings/2026/11/24/03/a.parquet",
      LARGE,
      ["STANDARD", "STANDARD", "GLACIER", "GLACIER", "DEEP_ARCHIVE", "DEEP_ARCHIVE", undefined],
    ],
    [
      "readings/2026/11/24/03/b.parquet",
      SMALL,
      ["STANDARD", "STANDARD", "STANDARD", "STANDARD", "STANDARD", "STANDARD", undefined],
    ],
    [
      "anomalies/sensor-001/1-temperature.json",
      SMALL,
      ["STANDARD", "STANDARD", "STANDARD", "STANDARD", "STANDARD", "STANDARD", undefined],
    ],
    [
      "rejected/2026/11/24/03/s-1-2.jsonl",
      LARGE,
      ["STANDARD", "STANDARD", undefined, undefined, undefined, undefined, undefined],
    ],
    [
      "aws/lambda/m/s/2026/11/24/x",
      LARGE,
      ["STANDARD", "STANDARD", undefined, undefined, undefined, undefined, undefined],
    ],
    [
      "firehose-errors/processing-failed/2026/11/24/03/x",
      SMALL,
      ["STANDARD", "STANDARD", undefined, undefined, undefined, undefined, undefined],
    ],
    ["athena-results/x.csv", LARGE, ["STANDARD", undefined, undefined, undefined, undefined, undefined, undefined]],
  ])("%s of %i bytes is at 6, 89, 90, 179, 180, 364 and 365 days where it should be", (key, bytes, classes) => {
    expect([6, 89, 90, 179, 180, 364, 365].map((days) => classOf(key, bytes, days))).toEqual(classes);
  });
});

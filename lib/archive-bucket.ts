import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { PREFIX } from "../contract/objects";
import { bucketName, type Environment } from "./environment";
import { denyPlainHttp, type PolicyDocument, policyDocument, policyText } from "./policy-document";
import { PrivateBucket } from "./private-bucket";

export interface ArchiveBucketArgs {
  readonly environment: Environment;
}

/** The bucket of the cold tier, of what was set aside and of failed batches, and the one that takes its access logs. */
export class ArchiveBucket extends pulumi.ComponentResource {
  readonly bucket: aws.s3.Bucket;

  constructor(name: string, { environment }: ArchiveBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("iot:index:ArchiveBucket", name, {}, opts);
    const parent = { parent: this };
    const archiveName = bucketName(environment, "archiveBucket");
    const logs = new PrivateBucket(
      `${name}-access-logs`,
      {
        environment,
        bucketName: bucketName(environment, "accessLogBucket"),
        purpose: "Access logs of the archive bucket",
        policy: (bucketArn) =>
          policyText(
            { bucketArn, archiveName, accountId: environment.accountId },
            ({ bucketArn: arn, archiveName: source, accountId }) =>
              accessLogBucketPolicy(arn, `arn:aws:s3:::${source}`, accountId),
          ),
        lifecycleRules: accessLogLifecycle(),
      },
      parent,
    );
    const archive = new PrivateBucket(
      `${name}-archive`,
      {
        environment,
        bucketName: archiveName,
        purpose: "Cold tier and what was set aside or failed",
        policy: (bucketArn) => policyText({ bucketArn }, ({ bucketArn: arn }) => archiveBucketPolicy(arn)),
        lifecycleRules: archiveLifecycle(),
        versioned: true,
      },
      parent,
    );
    this.bucket = archive.bucket;
    new aws.s3.BucketLogging(
      `${name}-logging`,
      { bucket: this.bucket.id, targetBucket: logs.bucket.id, targetPrefix: "archive/" },
      { ...parent, dependsOn: [logs.policy] },
    );
    this.registerOutputs({ bucketName: this.bucket.bucket });
  }
}

/** Nobody over plain HTTP; who else may, the roles say. */
export function archiveBucketPolicy(bucketArn: string): PolicyDocument {
  return policyDocument(denyPlainHttp("s3:*", [bucketArn, `${bucketArn}/*`]));
}

/** Only S3's log delivery, for the archive bucket of this account. https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html */
export function accessLogBucketPolicy(bucketArn: string, sourceArn: string, accountId: string): PolicyDocument {
  return policyDocument(denyPlainHttp("s3:*", [bucketArn, `${bucketArn}/*`]), {
    Sid: "LetS3DeliverAccessLogs",
    Effect: "Allow",
    Principal: { Service: "logging.s3.amazonaws.com" },
    Action: "s3:PutObject",
    Resource: `${bucketArn}/archive/*`,
    Condition: { ArnLike: { "aws:SourceArn": sourceArn }, StringEquals: { "aws:SourceAccount": accountId } },
  });
}

/** A filter that every object passes. */
const EVERY_OBJECT = { prefix: "" };

type LifecycleRule = aws.types.input.s3.BucketLifecycleConfigurationRule;

/** Only large objects have transitions: one below 128 KB keeps its class. The small ones expire. */
export function archiveLifecycle(): LifecycleRule[] {
  return [
    {
      id: "readings",
      status: "Enabled",
      filter: { prefix: PREFIX.readings },
      transitions: [
        { days: 90, storageClass: "GLACIER" },
        { days: 180, storageClass: "DEEP_ARCHIVE" },
      ],
      expiration: { days: 365 },
    },
    expiring("anomalies", PREFIX.anomalies, 365),
    expiring("rejected", PREFIX.rejected, 90),
    expiring("failed-batches", PREFIX.failed, 90),
    expiring("archive-errors", PREFIX.archiveErrors, 90),
    // A mark is younger than what it marks, and so outlives it.
    expiring("replayed", PREFIX.replayed, 90),
    expiring("query-results", PREFIX.queryResults, 7),
    {
      id: "noncurrent-versions",
      status: "Enabled",
      filter: EVERY_OBJECT,
      noncurrentVersionExpiration: { noncurrentDays: 30 },
    },
    // With versions, an object that expires leaves a delete marker, and the marker stays unless it is told to go.
    { id: "delete-markers", status: "Enabled", filter: EVERY_OBJECT, expiration: { expiredObjectDeleteMarker: true } },
    unfinishedUploads(),
  ];
}

function accessLogLifecycle(): LifecycleRule[] {
  return [expiring("access-logs", "", 90), unfinishedUploads()];
}

function expiring(id: string, prefix: string, days: number): LifecycleRule {
  return { id, status: "Enabled", filter: { prefix }, expiration: { days } };
}

function unfinishedUploads(): LifecycleRule {
  return {
    id: "unfinished-uploads",
    status: "Enabled",
    filter: EVERY_OBJECT,
    abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
  };
}

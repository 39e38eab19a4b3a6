import * as pulumi from "@pulumi/pulumi";
import { PREFIX } from "../contract/objects";
import * as aws from "./aws";
import { bucketName, type Environment } from "./environment";
import { denyPlainHttp, type PolicyDocument, policyDocument, policyText } from "./policy-document";
import { PrivateBucket } from "./private-bucket";
import { ARCHIVE_DAYS } from "./sizes";

/** Arguments of `ArchiveBucket`. */
export interface ArchiveBucketArgs {
  /** Where the stack is deployed, and its physical names. */
  readonly environment: Environment;
}

/** The bucket of the archive, of rejected records and of failed batches, and the bucket of its access logs. */
export class ArchiveBucket extends pulumi.ComponentResource {
  readonly bucket: aws.s3.Bucket;

  constructor(name: string, { environment }: ArchiveBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("iot:index:ArchiveBucket", name, {}, opts);
    const childOptions = { parent: this };
    const archiveName = bucketName(environment, "archiveBucket");
    const archive = new PrivateBucket(
      `${name}-archive`,
      {
        environment,
        bucketName: archiveName,
        purpose: "Archive with rejected records and failed batches",
        policy: (bucketArn) => policyText({ bucketArn }, archiveBucketPolicy),
        lifecycleRules: archiveLifecycle(),
        versioned: true,
      },
      childOptions,
    );
    const logs = new PrivateBucket(
      `${name}-access-logs`,
      {
        environment,
        bucketName: bucketName(environment, "accessLogBucket"),
        purpose: "Access logs of the archive bucket",
        policy: (bucketArn) =>
          policyText({ bucketArn, archiveName, accountId: environment.accountId }, accessLogBucketPolicy),
        lifecycleRules: accessLogLifecycle(),
      },
      childOptions,
    );
    this.bucket = archive.bucket;
    new aws.s3.BucketLogging(
      `${name}-logging`,
      { bucket: this.bucket.id, targetBucket: logs.bucket.id, targetPrefix: "archive/" },
      { ...childOptions, dependsOn: [logs.policy] },
    );
    this.registerOutputs({ bucketName: this.bucket.bucket });
  }
}

/** Refuses plain HTTP; the roles' policies say who may do what. */
function archiveBucketPolicy({ bucketArn }: { bucketArn: string }): PolicyDocument {
  return policyDocument(denyPlainHttp("s3:*", [bucketArn, `${bucketArn}/*`]));
}

interface AccessLogResources {
  readonly bucketArn: string;
  readonly archiveName: string;
  readonly accountId: string;
}

/** Only S3's log delivery may write, and only for this account's archive: https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html */
function accessLogBucketPolicy({ bucketArn, archiveName, accountId }: AccessLogResources): PolicyDocument {
  return policyDocument(denyPlainHttp("s3:*", [bucketArn, `${bucketArn}/*`]), {
    Sid: "LetS3DeliverAccessLogs",
    Effect: "Allow",
    Principal: { Service: "logging.s3.amazonaws.com" },
    Action: "s3:PutObject",
    Resource: `${bucketArn}/archive/*`,
    Condition: {
      ArnLike: { "aws:SourceArn": `arn:aws:s3:::${archiveName}` },
      StringEquals: { "aws:SourceAccount": accountId },
    },
  });
}

/** The filter of a rule for all objects. */
const EVERY_OBJECT = { prefix: "" };

type LifecycleRule = aws.types.input.s3.BucketLifecycleConfigurationRule;

/** Rules of the archive bucket. Only its large objects have transitions, because S3 moves none below 128 KB; the small ones expire. */
export function archiveLifecycle(): LifecycleRule[] {
  return [
    {
      id: "readings",
      status: "Enabled",
      filter: { prefix: PREFIX.readings },
      transitions: [
        { days: ARCHIVE_DAYS.glacier, storageClass: "GLACIER" },
        { days: ARCHIVE_DAYS.deepArchive, storageClass: "DEEP_ARCHIVE" },
      ],
      expiration: { days: ARCHIVE_DAYS.expiry },
    },
    expiring("anomalies", PREFIX.anomalies, ARCHIVE_DAYS.expiry),
    expiring("rejected", PREFIX.rejected, 90),
    expiring("failed-batches", PREFIX.failed, 90),
    expiring("archive-errors", PREFIX.archiveErrors, 90),
    // A mark is younger than the object that it marks, so it outlives the object.
    expiring("replayed", PREFIX.replayed, 90),
    expiring("query-results", PREFIX.queryResults, 7),
    {
      id: "noncurrent-versions",
      status: "Enabled",
      filter: EVERY_OBJECT,
      noncurrentVersionExpiration: { noncurrentDays: 30 },
    },
    // In a versioned bucket an expired object leaves a delete marker, which stays until a rule removes it.
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

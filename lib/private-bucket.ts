import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Environment, tagsOf } from "./environment";

export interface PrivateBucketArgs {
  readonly environment: Environment;
  readonly bucketName: pulumi.Input<string>;
  /** What it is for, as a tag. */
  readonly purpose: string;
  /** The bucket policy's text. */
  readonly policy: (bucketArn: pulumi.Output<string>) => pulumi.Input<string>;
  readonly lifecycleRules: aws.types.input.s3.BucketLifecycleConfigurationRule[];
  /** Keep what is overwritten or deleted as noncurrent versions. @default false */
  readonly versioned?: boolean;
}

/** A bucket that only its account reaches: encrypted, no ACLs, no public access, its policy and lifecycle in place. */
export class PrivateBucket extends pulumi.ComponentResource {
  readonly bucket: aws.s3.Bucket;
  /** What must be in place before anyone writes. */
  readonly policy: aws.s3.BucketPolicy;

  constructor(name: string, args: PrivateBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("iot:index:PrivateBucket", name, {}, opts);
    const { environment, bucketName, purpose, lifecycleRules, versioned = false } = args;
    const parent = { parent: this };
    this.bucket = new aws.s3.Bucket(
      `${name}-bucket`,
      { bucket: bucketName, forceDestroy: !environment.protectData, tags: tagsOf(environment, bucketName, purpose) },
      parent,
    );
    const bucket = this.bucket.id;
    const access = new aws.s3.BucketPublicAccessBlock(
      `${name}-public-access`,
      { bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
      parent,
    );
    new aws.s3.BucketOwnershipControls(
      `${name}-ownership`,
      { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      parent,
    );
    new aws.s3.BucketServerSideEncryptionConfiguration(
      `${name}-encryption`,
      { bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
      parent,
    );
    const versioning = versioned
      ? new aws.s3.BucketVersioning(
          `${name}-versioning`,
          { bucket, versioningConfiguration: { status: "Enabled" } },
          parent,
        )
      : undefined;
    new aws.s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      { bucket, rules: lifecycleRules },
      // A rule for noncurrent versions needs versioning to be on.
      { ...parent, dependsOn: versioning ? [versioning] : [] },
    );
    this.policy = new aws.s3.BucketPolicy(
      `${name}-policy`,
      { bucket, policy: args.policy(this.bucket.arn) },
      // S3 refuses two changes of a bucket's access at once.
      { ...parent, dependsOn: [access] },
    );
    this.registerOutputs({ bucketName: this.bucket.bucket });
  }
}

import * as pulumi from "@pulumi/pulumi";
import * as aws from "./aws";
import { type Environment, tagsOf } from "./environment";

/** Arguments of `PrivateBucket`. */
export interface PrivateBucketArgs {
  /** Where the stack is deployed, and its physical names. */
  readonly environment: Environment;
  /** Physical name. */
  readonly bucketName: pulumi.Input<string>;
  /** The `Purpose` tag. */
  readonly purpose: string;
  /** The bucket policy's text, for the bucket's ARN. */
  readonly policy: (bucketArn: pulumi.Output<string>) => pulumi.Input<string>;
  /** When objects change their storage class and when they expire. */
  readonly lifecycleRules: aws.types.input.s3.BucketLifecycleConfigurationRule[];
  /** Keep overwritten and deleted objects as noncurrent versions. @default false */
  readonly versioned?: boolean;
}

/** A bucket without public access: encrypted, without ACLs, with its policy and its lifecycle. */
export class PrivateBucket extends pulumi.ComponentResource {
  readonly bucket: aws.s3.Bucket;
  /** Must exist before anything writes to the bucket. */
  readonly policy: aws.s3.BucketPolicy;

  constructor(name: string, args: PrivateBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("iot:index:PrivateBucket", name, {}, opts);
    const { environment, bucketName, purpose, lifecycleRules, versioned = false } = args;
    const childOptions = { parent: this };
    this.bucket = new aws.s3.Bucket(
      `${name}-bucket`,
      { bucket: bucketName, forceDestroy: !environment.protectData, tags: tagsOf(environment, bucketName, purpose) },
      childOptions,
    );
    const bucket = this.bucket.id;
    const access = new aws.s3.BucketPublicAccessBlock(
      `${name}-public-access`,
      { bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
      childOptions,
    );
    new aws.s3.BucketOwnershipControls(
      `${name}-ownership`,
      { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      childOptions,
    );
    new aws.s3.BucketServerSideEncryptionConfiguration(
      `${name}-encryption`,
      { bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
      childOptions,
    );
    const versioning = versioned ? [enableVersioning(`${name}-versioning`, this.bucket, childOptions)] : [];
    new aws.s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      { bucket, rules: lifecycleRules },
      // A rule for noncurrent versions needs versioning.
      { ...childOptions, dependsOn: versioning },
    );
    this.policy = new aws.s3.BucketPolicy(
      `${name}-policy`,
      { bucket, policy: args.policy(this.bucket.arn) },
      // S3 refuses two concurrent changes of a bucket's access.
      { ...childOptions, dependsOn: [access] },
    );
    this.registerOutputs({ bucketName: this.bucket.bucket });
  }
}

function enableVersioning(name: string, bucket: aws.s3.Bucket, opts: pulumi.CustomResourceOptions) {
  return new aws.s3.BucketVersioning(name, { bucket: bucket.id, versioningConfiguration: { status: "Enabled" } }, opts);
}

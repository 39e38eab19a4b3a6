import type { Properties } from "./properties";

/** What of an account decides whether AWS deletes a resource. */
export interface Uses {
  /** Whether a bucket has an object in it. */
  holdsObjects(bucket: string): boolean;
  /** Whether a stream has a registered consumer. */
  hasConsumers(stream: string): boolean;
  /** Whether an IoT policy is attached to a certificate. */
  isAttached(policy: string): boolean;
  /** Whether a workgroup has run a query. */
  hasQueries(workgroup: string): boolean;
}

/** What AWS and its provider do with a type of resource, beyond what @pulumi/aws declares. */
export interface AwsFacts {
  /** The inputs that together name it in an account. With none, each creation makes another one. */
  readonly name: readonly string[];
  /** Longest name, in characters; of the last input of `name`. */
  readonly maxNameLength?: number;
  /** The inputs, beside the name, of which a change makes a new resource. */
  readonly replacedBy?: readonly string[];
  /** What a creation comes to where the name exists: AWS's error, or that AWS takes it for an update. */
  readonly existing: "adopted" | { readonly error: string };
  /** Why AWS refuses to delete it as it is; undefined where it does not. */
  readonly deletionRefused?: (properties: Properties, account: Uses) => string | undefined;
  /** What AWS makes of the inputs, where what the provider reads back is not what was declared. */
  readonly readBack?: (inputs: Properties) => Properties;
  /** Where this is from: the file of github.com/hashicorp/terraform-provider-aws that says what replaces, and AWS's page. */
  readonly source: string;
}

const API = "https://docs.aws.amazon.com";
const S3 = `${API}/AmazonS3/latest/API`;
const PROVIDER = "internal/service";

/** A setting of a bucket: a PUT that overwrites what is there. */
const bucketSetting = (file: string, operation: string): AwsFacts => ({
  name: ["bucket"],
  existing: "adopted",
  source: `${PROVIDER}/s3/${file}.go; ${S3}/API_${operation}.html`,
});

export const AWS_FACTS: Readonly<Record<string, AwsFacts>> = {
  "aws:s3/bucket:Bucket": {
    name: ["bucket"],
    maxNameLength: 63,
    replacedBy: ["objectLockEnabled"],
    existing: { error: "BucketAlreadyOwnedByYou" },
    deletionRefused: (properties, account) =>
      properties.forceDestroy !== true && account.holdsObjects(String(properties.bucket))
        ? "BucketNotEmpty: The bucket you tried to delete is not empty"
        : undefined,
    source: `${PROVIDER}/s3/bucket.go; ${S3}/API_CreateBucket.html, ${S3}/API_DeleteBucket.html`,
  },
  "aws:s3/bucketVersioning:BucketVersioning": bucketSetting("bucket_versioning", "PutBucketVersioning"),
  "aws:s3/bucketLogging:BucketLogging": bucketSetting("bucket_logging", "PutBucketLogging"),
  "aws:s3/bucketPolicy:BucketPolicy": bucketSetting("bucket_policy", "PutBucketPolicy"),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": bucketSetting(
    "bucket_ownership_controls",
    "PutBucketOwnershipControls",
  ),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": bucketSetting(
    "bucket_public_access_block",
    "PutPublicAccessBlock",
  ),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": bucketSetting(
    "bucket_server_side_encryption_configuration",
    "PutBucketEncryption",
  ),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": bucketSetting(
    "bucket_lifecycle_configuration",
    "PutBucketLifecycleConfiguration",
  ),
  "aws:dynamodb/table:Table": {
    name: ["name"],
    maxNameLength: 255,
    replacedBy: ["hashKey", "rangeKey", "localSecondaryIndexes"],
    existing: { error: "ResourceInUseException: Table already exists" },
    deletionRefused: ({ deletionProtectionEnabled }) =>
      deletionProtectionEnabled === true
        ? "ValidationException: Resource cannot be deleted as it is currently protected against deletion"
        : undefined,
    source: `${PROVIDER}/dynamodb/table.go; ${API}/amazondynamodb/latest/APIReference/API_DeleteTable.html`,
  },
  "aws:kinesis/stream:Stream": {
    name: ["name"],
    maxNameLength: 128,
    existing: { error: "ResourceInUseException: Stream already exists" },
    deletionRefused: (properties, account) =>
      properties.enforceConsumerDeletion !== true && account.hasConsumers(String(properties.name))
        ? "ResourceInUseException: Stream has registered consumers"
        : undefined,
    source: `${PROVIDER}/kinesis/stream.go; ${API}/kinesis/latest/APIReference/API_DeleteStream.html`,
  },
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": {
    name: ["name"],
    maxNameLength: 64,
    replacedBy: ["destination", "kinesisSourceConfiguration", "mskSourceConfiguration"],
    existing: { error: "ResourceInUseException: Firehose already exists" },
    readBack: withoutDefaultParameters,
    source: `${PROVIDER}/firehose/delivery_stream.go; ${API}/firehose/latest/APIReference/API_CreateDeliveryStream.html`,
  },
  "aws:lambda/function:Function": {
    name: ["name"],
    maxNameLength: 64,
    replacedBy: ["packageType"],
    existing: { error: "ResourceConflictException: Function already exist" },
    source: `${PROVIDER}/lambda/function.go; ${API}/lambda/latest/api/API_CreateFunction.html`,
  },
  "aws:lambda/eventSourceMapping:EventSourceMapping": {
    name: ["eventSourceArn", "functionName"],
    replacedBy: ["startingPosition", "startingPositionTimestamp"],
    existing: { error: "ResourceConflictException: An event source mapping with this stream and function exists" },
    source: `${PROVIDER}/lambda/event_source_mapping.go; ${API}/lambda/latest/api/API_CreateEventSourceMapping.html`,
  },
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": {
    name: ["functionName"],
    replacedBy: ["qualifier"],
    // "This operation overwrites the existing configuration".
    existing: "adopted",
    source: `${PROVIDER}/lambda/function_event_invoke_config.go; ${API}/lambda/latest/api/API_PutFunctionEventInvokeConfig.html`,
  },
  "aws:lambda/permission:Permission": {
    name: ["function", "statementId"],
    maxNameLength: 100,
    // The provider has no update for a permission.
    replacedBy: ["action", "principal", "sourceAccount", "sourceArn", "qualifier"],
    existing: { error: "ResourceConflictException: The statement id provided already exists" },
    source: `${PROVIDER}/lambda/permission.go; ${API}/lambda/latest/api/API_AddPermission.html`,
  },
  "aws:kinesis/streamConsumer:StreamConsumer": {
    name: ["streamArn", "name"],
    maxNameLength: 128,
    existing: { error: "ResourceInUseException: Consumer already exists" },
    source: `${PROVIDER}/kinesis/stream_consumer.go; ${API}/kinesis/latest/APIReference/API_RegisterStreamConsumer.html`,
  },
  "aws:cloudwatch/eventRule:EventRule": {
    name: ["name"],
    maxNameLength: 64,
    replacedBy: ["eventBusName"],
    // "Creates or updates the specified rule".
    existing: "adopted",
    source: `${PROVIDER}/events/rule.go; ${API}/eventbridge/latest/APIReference/API_PutRule.html`,
  },
  "aws:cloudwatch/eventTarget:EventTarget": {
    name: ["rule", "targetId"],
    maxNameLength: 64,
    replacedBy: ["eventBusName"],
    // "Adds the specified targets to the specified rule, or updates the targets if they are already associated with the rule".
    existing: "adopted",
    source: `${PROVIDER}/events/target.go; ${API}/eventbridge/latest/APIReference/API_PutTargets.html`,
  },
  "aws:iam/role:Role": {
    name: ["name"],
    maxNameLength: 64,
    replacedBy: ["path"],
    existing: { error: "EntityAlreadyExists: Role with this name already exists" },
    source: `${PROVIDER}/iam/role.go; ${API}/IAM/latest/APIReference/API_CreateRole.html`,
  },
  "aws:iam/rolePolicy:RolePolicy": {
    name: ["role", "name"],
    maxNameLength: 128,
    existing: "adopted",
    source: `${PROVIDER}/iam/role_policy.go; ${API}/IAM/latest/APIReference/API_PutRolePolicy.html`,
  },
  "aws:iot/policy:Policy": {
    name: ["name"],
    maxNameLength: 128,
    existing: { error: "ResourceAlreadyExistsException: Policy already exists" },
    deletionRefused: (properties, account) =>
      account.isAttached(String(properties.name))
        ? "DeleteConflictException: The policy cannot be deleted as the policy is attached to one or more principals"
        : undefined,
    source: `${PROVIDER}/iot/policy.go; ${API}/iot/latest/apireference/API_DeletePolicy.html`,
  },
  "aws:iot/topicRule:TopicRule": {
    name: ["name"],
    maxNameLength: 128,
    existing: { error: "ResourceAlreadyExistsException: Rule already exists" },
    source: `${PROVIDER}/iot/topic_rule.go; ${API}/iot/latest/apireference/API_CreateTopicRule.html`,
  },
  "aws:sns/topic:Topic": {
    name: ["name"],
    maxNameLength: 256,
    replacedBy: ["fifoTopic"],
    // "This action is idempotent, so if the requester already owns a topic with the specified name, that topic's ARN is returned".
    existing: "adopted",
    source: `${PROVIDER}/sns/topic.go; ${API}/sns/latest/api/API_CreateTopic.html`,
  },
  "aws:sns/topicPolicy:TopicPolicy": {
    name: ["arn"],
    existing: "adopted",
    source: `${PROVIDER}/sns/topic_policy.go; ${API}/sns/latest/api/API_SetTopicAttributes.html`,
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    name: ["topic", "protocol", "endpoint"],
    existing: "adopted",
    source: `${PROVIDER}/sns/topic_subscription.go; ${API}/sns/latest/api/API_Subscribe.html`,
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    name: ["name"],
    maxNameLength: 512,
    replacedBy: ["logGroupClass"],
    existing: { error: "ResourceAlreadyExistsException: The specified log group already exists" },
    source: `${PROVIDER}/logs/group.go; ${API}/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html`,
  },
  "aws:cloudwatch/logStream:LogStream": {
    name: ["logGroupName", "name"],
    maxNameLength: 512,
    existing: { error: "ResourceAlreadyExistsException: The specified log stream already exists" },
    source: `${PROVIDER}/logs/stream.go; ${API}/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html`,
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    name: ["name"],
    maxNameLength: 255,
    // "If you are creating an alarm … that already exists … the operation overwrites the previous configuration of the alarm".
    existing: "adopted",
    source: `${PROVIDER}/cloudwatch/metric_alarm.go; ${API}/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html`,
  },
  "aws:cloudwatch/dashboard:Dashboard": {
    name: ["dashboardName"],
    maxNameLength: 255,
    // "Creates a dashboard if it does not already exist, or updates an existing dashboard".
    existing: "adopted",
    source: `${PROVIDER}/cloudwatch/dashboard.go; ${API}/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html`,
  },
  "aws:glue/catalogDatabase:CatalogDatabase": {
    name: ["name"],
    maxNameLength: 255,
    replacedBy: ["catalogId"],
    existing: { error: "AlreadyExistsException: Database already exists" },
    source: `${PROVIDER}/glue/catalog_database.go; ${API}/glue/latest/webapi/API_CreateDatabase.html`,
  },
  "aws:glue/catalogTable:CatalogTable": {
    name: ["databaseName", "name"],
    maxNameLength: 255,
    replacedBy: ["catalogId", "partitionIndices"],
    existing: { error: "AlreadyExistsException: Table already exists" },
    source: `${PROVIDER}/glue/catalog_table.go; ${API}/glue/latest/webapi/API_CreateTable.html`,
  },
  "aws:athena/workgroup:Workgroup": {
    name: ["name"],
    maxNameLength: 128,
    existing: { error: "InvalidRequestException: WorkGroup is already created" },
    deletionRefused: (properties, account) =>
      properties.forceDestroy !== true && account.hasQueries(String(properties.name))
        ? "InvalidRequestException: WorkGroup is not empty"
        : undefined,
    source: `${PROVIDER}/athena/workgroup.go; ${API}/athena/latest/APIReference/API_DeleteWorkGroup.html`,
  },
  "aws:athena/namedQuery:NamedQuery": {
    name: [],
    replacedBy: ["database", "description", "name", "query", "workgroup"],
    existing: "adopted",
    source: `${PROVIDER}/athena/named_query.go; ${API}/athena/latest/APIReference/API_CreateNamedQuery.html`,
  },
};

/**
 * The facts of a type.
 * @throws Error that says where to add them
 */
export function factsOf(type: string): AwsFacts {
  const facts = AWS_FACTS[type];
  if (facts) return facts;
  throw new Error(`"${type}" must be a type that the stand-in knows. Fix: add it to test/engine/stand-in/aws-facts.ts`);
}

/** Parameters of a Lambda processor that the provider leaves out when it reads them: it puts them in itself before each call. */
export function isDefaultParameter({ parameterName, parameterValue }: ProcessorParameter, roleArn: unknown): boolean {
  const defaults: Readonly<Record<string, unknown>> = {
    BufferIntervalInSeconds: "60",
    BufferSizeInMBs: "1",
    NumberOfRetries: "3",
    RoleArn: roleArn,
  };
  return Object.hasOwn(defaults, parameterName) && defaults[parameterName] === parameterValue;
}

export interface ProcessorParameter {
  readonly parameterName: string;
  readonly parameterValue: unknown;
}

/** The part of a delivery stream's inputs that holds the parameters. */
export interface ExtendedS3 {
  readonly roleArn: unknown;
  readonly processingConfiguration?: {
    readonly processors?: readonly { readonly type: string; readonly parameters: readonly ProcessorParameter[] }[];
  };
}

function withoutDefaultParameters(inputs: Properties): Properties {
  const given = inputs.extendedS3Configuration as ExtendedS3 | undefined;
  if (!given?.processingConfiguration) return inputs;
  const processors = given.processingConfiguration.processors?.map((processor) => ({
    ...processor,
    parameters: processor.parameters.filter((parameter) => !isDefaultParameter(parameter, given.roleArn)),
  }));
  const processingConfiguration = { ...given.processingConfiguration, processors };
  return { ...inputs, extendedS3Configuration: { ...given, processingConfiguration } };
}

import { beforeAll, describe, expect, it } from "vitest";
import { bundleFunctions } from "../../lib/function-bundle";
import type { Recording } from "../../local/stack/recording";
import { dependenciesOf, named, policyOf, recordStack, tags } from "../helpers/stack";

const STREAM = "arn:aws:kinesis:sa-east-1:123456789012:stream/iot-sensor-stream-dev";
const BUCKET = "arn:aws:s3:::iot-sensor-archival-dev-123456789012";
const FUNCTION = "iot-sensor-processor-dev";

let stack: Recording;
beforeAll(async () => {
  stack = await recordStack();
});

describe("Processor", () => {
  it("declares the function", () => {
    const { code, ...inputs } = named(stack, "aws:lambda/function:Function", "iot-sensor-processor-dev").inputs;
    expect(inputs).toEqual({
      name: FUNCTION,
      description: "Checks, judges and stores the readings of the stream.",
      role: "arn:aws:iam::123456789012:role/iot-processor-lambda-role-dev",
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      handler: "index.handler",
      memorySize: 512,
      timeout: 60,
      reservedConcurrentExecutions: 10,
      environment: {
        variables: {
          DYNAMODB_TABLE: "iot-sensor-data-dev",
          S3_BUCKET: "iot-sensor-archival-dev-123456789012",
          ENVIRONMENT: "dev",
          ANOMALY_LIMITS: '{"temperature":{"min":0,"max":100},"pressure":{"min":0,"max":200}}',
          HOT_RETENTION_DAYS: "30",
        },
      },
      tags: tags(FUNCTION, "Checks and stores the readings"),
    });
  });

  it("uploads the bundle and its licences, and no source map", async () => {
    const { code } = named(stack, "aws:lambda/function:Function", "iot-sensor-processor-dev").inputs;
    const { assets } = code as { assets: Promise<Record<string, { text: Promise<string> }>> };
    const files = await assets;
    expect(Object.keys(files).sort()).toEqual(["THIRD-PARTY-NOTICES", "index.js"]);
    expect(await files["index.js"]?.text).toBe(bundleFunctions().processor.code);
  });

  it("has its log group, kept for as long as configured, and its role in place before the function", () => {
    const name = `/aws/lambda/${FUNCTION}`;
    expect(named(stack, "aws:cloudwatch/logGroup:LogGroup", name).inputs).toEqual({
      name,
      retentionInDays: 30,
      tags: tags(name, "Log of the processor"),
    });
    expect(dependenciesOf(named(stack, "aws:lambda/function:Function", "iot-sensor-processor-dev"))).toEqual([
      "iot-archive-archive-bucket",
      "iot-hot-store-table",
      "iot-processor-log",
      "iot-processor-role",
      "iot-processor-role-policy",
    ]);
  });

  it("declares the mapping, which loses nothing and keeps failed batches whole", () => {
    const mapping = stack.only("aws:lambda/eventSourceMapping:EventSourceMapping");
    expect(mapping.inputs).toEqual({
      eventSourceArn: STREAM,
      functionName: `arn:aws:lambda:sa-east-1:123456789012:function:${FUNCTION}`,
      startingPosition: "TRIM_HORIZON",
      batchSize: 100,
      maximumBatchingWindowInSeconds: 5,
      parallelizationFactor: 2,
      maximumRetryAttempts: 3,
      maximumRecordAgeInSeconds: -1,
      bisectBatchOnFunctionError: true,
      functionResponseTypes: ["ReportBatchItemFailures"],
      destinationConfig: { onFailure: { destinationArn: BUCKET } },
      metricsConfig: { metrics: ["EventCount"] },
      tags: tags(FUNCTION, "From the stream to the processor"),
    });
    expect(dependenciesOf(mapping)).toContain("iot-processor-role-policy");
  });

  it("lets Lambda take the role on", () => {
    const role = named(stack, "aws:iam/role:Role", "iot-processor-lambda-role-dev");
    expect(role.inputs).toEqual({
      name: "iot-processor-lambda-role-dev",
      assumeRolePolicy: expect.any(String),
      tags: tags("iot-processor-lambda-role-dev", "What the processor may do"),
    });
    expect(policyOf(role)).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "LetServiceAssumeRole",
          Effect: "Allow",
          Principal: { Service: "lambda.amazonaws.com" },
          Action: "sts:AssumeRole",
        },
      ],
    });
  });

  it("names each action and resource that the processor uses", () => {
    const ownBucket = { StringEquals: { "s3:ResourceAccount": "123456789012" } };
    const policy = named(stack, "aws:iam/rolePolicy:RolePolicy", "read-stream-and-store");
    expect(policy.inputs.role).toBe("iot-processor-lambda-role-dev");
    expect(policyOf(policy)).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "ReadStream",
          Effect: "Allow",
          Action: [
            "kinesis:DescribeStream",
            "kinesis:DescribeStreamSummary",
            "kinesis:GetRecords",
            "kinesis:GetShardIterator",
            "kinesis:ListShards",
          ],
          Resource: STREAM,
        },
        {
          Sid: "StoreReadings",
          Effect: "Allow",
          Action: ["dynamodb:BatchWriteItem", "dynamodb:PutItem"],
          Resource: "arn:aws:dynamodb:sa-east-1:123456789012:table/iot-sensor-data-dev",
        },
        {
          Sid: "KeepAnomaliesAndRejected",
          Effect: "Allow",
          Action: "s3:PutObject",
          Resource: [`${BUCKET}/anomalies/*`, `${BUCKET}/rejected/*`],
          Condition: ownBucket,
        },
        {
          Sid: "DeliverFailedBatches",
          Effect: "Allow",
          Action: "s3:PutObject",
          Resource: `${BUCKET}/aws/lambda/*`,
          Condition: ownBucket,
        },
        {
          Sid: "FindFailureDestination",
          Effect: "Allow",
          Action: "s3:ListBucket",
          Resource: BUCKET,
          Condition: ownBucket,
        },
        {
          Sid: "WriteLog",
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
          Resource: `arn:aws:logs:sa-east-1:123456789012:log-group:/aws/lambda/${FUNCTION}:*`,
        },
      ],
    });
  });

  it("reserves nothing where told so, and by default for a stream on demand", async () => {
    for (const config of [{ reservedConcurrency: -1 }, { streamMode: "ON_DEMAND" }]) {
      const declared = await recordStack("dev", config);
      const { inputs } = named(declared, "aws:lambda/function:Function", "iot-sensor-processor-dev");
      expect(inputs).not.toHaveProperty("reservedConcurrentExecutions");
    }
  });

  it("passes the plant's settings on to the function and to the mapping", async () => {
    const tuned = await recordStack("dev", {
      anomalyLimits: { humidity: { max: 90 } },
      hotRetentionDays: 7,
      batchSize: 500,
      parallelizationFactor: 1,
      retryAttempts: 8,
      retryMaxAgeSeconds: 3600,
    });
    const { environment } = named(tuned, "aws:lambda/function:Function", "iot-sensor-processor-dev").inputs;
    expect(environment).toMatchObject({
      variables: {
        ANOMALY_LIMITS: '{"temperature":{"min":0,"max":100},"pressure":{"min":0,"max":200},"humidity":{"max":90}}',
        HOT_RETENTION_DAYS: "7",
      },
    });
    expect(tuned.only("aws:lambda/eventSourceMapping:EventSourceMapping").inputs).toMatchObject({
      batchSize: 500,
      parallelizationFactor: 1,
      maximumRetryAttempts: 8,
      maximumRecordAgeInSeconds: 3600,
    });
  });
});

import { beforeAll, describe, expect, it } from "vitest";
import { bundleFunctions } from "../../lib/function-bundle";
import { evaluatePolicy } from "../../local/aws/iam/policy-evaluator";
import type { Recording } from "../../local/stack/recording";
import { dependenciesOf, named, policyOf, policyTexts, recordStack, tags } from "../helpers/stack";

const ACCOUNT = "123456789012";
const BUCKET = `arn:aws:s3:::iot-sensor-archival-dev-${ACCOUNT}`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/iot-firehose-role-dev`;
const TRANSFORM = `arn:aws:lambda:sa-east-1:${ACCOUNT}:function:iot-archive-transform-dev`;
const STREAM = `arn:aws:kinesis:sa-east-1:${ACCOUNT}:stream/iot-sensor-stream-dev`;
const LOG = `arn:aws:logs:sa-east-1:${ACCOUNT}:log-group:/aws/kinesisfirehose/iot-sensor-archive-dev`;
const DELIVERY = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream";

let stack: Recording;
beforeAll(async () => {
  stack = await recordStack();
});

describe("the delivery to the archive", () => {
  it("reads the stream, and writes Parquet by the hour of arrival", () => {
    expect(stack.only(DELIVERY).inputs).toEqual({
      name: "iot-sensor-archive-dev",
      destination: "extended_s3",
      kinesisSourceConfiguration: { kinesisStreamArn: STREAM, roleArn: ROLE },
      extendedS3Configuration: {
        bucketArn: BUCKET,
        roleArn: ROLE,
        prefix: "readings/!{timestamp:yyyy}/!{timestamp:MM}/!{timestamp:dd}/!{timestamp:HH}/",
        errorOutputPrefix:
          "firehose-errors/!{firehose:error-output-type}/!{timestamp:yyyy}/!{timestamp:MM}/!{timestamp:dd}/!{timestamp:HH}/",
        bufferingSize: 128,
        bufferingInterval: 900,
        compressionFormat: "UNCOMPRESSED",
        cloudwatchLoggingOptions: {
          enabled: true,
          logGroupName: "/aws/kinesisfirehose/iot-sensor-archive-dev",
          logStreamName: "DestinationDelivery",
        },
        processingConfiguration: {
          enabled: true,
          processors: [
            {
              type: "Lambda",
              parameters: [
                { parameterName: "LambdaArn", parameterValue: `${TRANSFORM}:$LATEST` },
                { parameterName: "BufferSizeInMBs", parameterValue: "0.2" },
              ],
            },
          ],
        },
        dataFormatConversionConfiguration: {
          enabled: true,
          inputFormatConfiguration: { deserializer: { openXJsonSerDe: {} } },
          outputFormatConfiguration: { serializer: { parquetSerDe: { compression: "SNAPPY" } } },
          schemaConfiguration: {
            databaseName: "iot_sensor_dev",
            tableName: "readings",
            roleArn: ROLE,
            region: "sa-east-1",
          },
        },
      },
      tags: tags("iot-sensor-archive-dev", "From the stream to the archive"),
    });
  });

  it("has its log and what its role may do in place before it", () => {
    expect(dependenciesOf(stack.only(DELIVERY))).toEqual(
      expect.arrayContaining(["iot-archive-delivery-role-policy", "iot-archive-delivery-log-stream"]),
    );
    const log = named(stack, "aws:cloudwatch/logGroup:LogGroup", "/aws/kinesisfirehose/iot-sensor-archive-dev");
    expect(log.inputs.retentionInDays).toBe(30);
  });

  it("declares no processor parameter that equals the default that the provider drops", () => {
    // internal/service/firehose/delivery_stream.go of the provider's source
    const defaults = { NumberOfRetries: "3", RoleArn: ROLE, BufferIntervalInSeconds: "60", BufferSizeInMBs: "1" };
    const { processingConfiguration } = stack.only(DELIVERY).inputs.extendedS3Configuration as {
      processingConfiguration: { processors: { parameters: { parameterName: string; parameterValue: string }[] }[] };
    };
    const declared = processingConfiguration.processors.flatMap(({ parameters }) => parameters);
    expect(declared.map(({ parameterName }) => parameterName)).toEqual(["LambdaArn", "BufferSizeInMBs"]);
    for (const [parameterName, parameterValue] of Object.entries(defaults))
      expect(declared).not.toContainEqual({ parameterName, parameterValue });
  });

  it("is let into its role by Firehose alone, without a condition that Firehose may not meet", () => {
    const role = named(stack, "aws:iam/role:Role", "iot-firehose-role-dev");
    expect(JSON.parse(String(role.inputs.assumeRolePolicy)).Statement).toEqual([
      {
        Sid: "LetServiceAssumeRole",
        Effect: "Allow",
        Principal: { Service: "firehose.amazonaws.com" },
        Action: "sts:AssumeRole",
      },
    ]);
  });
});

describe("the delivery's role", () => {
  const decide = (action: string, resource: string, account = ACCOUNT) => {
    const policies = stack
      .ofType("aws:iam/rolePolicy:RolePolicy")
      .filter(({ inputs }) => inputs.name === "read-stream-and-archive");
    return evaluatePolicy(policies.flatMap(policyTexts), {
      action,
      resource,
      context: { "s3:ResourceAccount": account },
    });
  };
  const GLUE = `arn:aws:glue:sa-east-1:${ACCOUNT}`;
  it.each([
    ["kinesis:GetRecords", STREAM],
    ["kinesis:ListShards", STREAM],
    ["lambda:InvokeFunction", `${TRANSFORM}:$LATEST`],
    ["glue:GetTableVersions", `${GLUE}:catalog`],
    ["glue:GetTableVersions", `${GLUE}:database/iot_sensor_dev`],
    ["glue:GetTableVersions", `${GLUE}:table/iot_sensor_dev/readings`],
    ["s3:PutObject", `${BUCKET}/readings/2026/11/24/03/a.parquet`],
    ["s3:PutObject", `${BUCKET}/firehose-errors/processing-failed/a`],
    ["s3:ListBucketMultipartUploads", BUCKET],
    ["logs:PutLogEvents", `${LOG}:log-stream:DestinationDelivery`],
  ])("may %s on %s", (action, resource) => {
    expect(decide(action, resource)).toBe("allow");
  });
  it.each([
    ["kinesis:PutRecord", STREAM],
    ["kinesis:GetRecords", STREAM.replace("-dev", "-prod")],
    ["lambda:InvokeFunction", TRANSFORM.replace("archive-transform", "sensor-processor")],
    ["glue:UpdateTable", `${GLUE}:table/iot_sensor_dev/readings`],
    ["glue:GetTable", `${GLUE}:table/iot_sensor_prod/readings`],
    ["s3:PutObject", `${BUCKET}/rejected/a`],
    ["s3:PutObject", `${BUCKET}/anomalies/a`],
    ["s3:DeleteObject", `${BUCKET}/readings/a`],
    ["logs:PutLogEvents", LOG.replace("-dev", "-prod")],
  ])("may not %s on %s", (action, resource) => {
    expect(decide(action, resource)).toBe("implicitDeny");
  });
  it("may not write to another account's bucket of that name", () => {
    expect(decide("s3:PutObject", `${BUCKET}/readings/a`, "999999999999")).toBe("implicitDeny");
  });
});

describe("the transform function", () => {
  it("has the processor's own rules, and its log alone", async () => {
    const { inputs } = named(stack, "aws:lambda/function:Function", "iot-archive-transform-dev");
    const { code, ...rest } = inputs;
    expect(rest).toEqual({
      name: "iot-archive-transform-dev",
      description: "Turns the stream's readings into rows of the archive.",
      role: `arn:aws:iam::${ACCOUNT}:role/iot-archive-lambda-role-dev`,
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      handler: "index.handler",
      memorySize: 256,
      timeout: 60,
      environment: {
        variables: {
          ENVIRONMENT: "dev",
          ANOMALY_LIMITS: '{"temperature":{"min":0,"max":100},"pressure":{"min":0,"max":200}}',
          HOT_RETENTION_DAYS: "30",
        },
      },
      tags: tags("iot-archive-transform-dev", "Turns readings into rows of the archive"),
    });
    const { assets } = code as { assets: Promise<Record<string, { text: Promise<string> }>> };
    expect(await (await assets)["index.js"]?.text).toBe(bundleFunctions().archive.code);
    const [policy] = stack
      .ofType("aws:iam/rolePolicy:RolePolicy")
      .filter(({ inputs: { name } }) => name === "write-log");
    expect(policy && policyOf(policy)).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "WriteLog",
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
          Resource: `arn:aws:logs:sa-east-1:${ACCOUNT}:log-group:/aws/lambda/iot-archive-transform-dev:*`,
        },
      ],
    });
  });

  it("is made of this project alone: its bundle holds no package", () => {
    expect(bundleFunctions().archive.sources.filter((path) => path.includes("node_modules"))).toEqual([]);
  });
});

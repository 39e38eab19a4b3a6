import { beforeAll, describe, expect, it } from "vitest";
import type { Recording } from "../../local/stack/recording";
import { dependenciesOf, named, policyOf, recordStack, tags } from "../helpers/stack";

const ROLE = "arn:aws:iam::123456789012:role/iot-kinesis-role-dev";
const LOG = "arn:aws:logs:sa-east-1:123456789012:log-group:/aws/iot/rules/dev";

let stack: Recording;
beforeAll(async () => {
  stack = await recordStack();
});

describe("Ingestion", () => {
  it("declares the stream", () => {
    expect(stack.only("aws:kinesis/stream:Stream").inputs).toEqual({
      name: "iot-sensor-stream-dev",
      streamModeDetails: { streamMode: "PROVISIONED" },
      shardCount: 4,
      enforceConsumerDeletion: true,
      retentionPeriod: 24,
      shardLevelMetrics: [
        "IncomingBytes",
        "IncomingRecords",
        "OutgoingBytes",
        "OutgoingRecords",
        "WriteProvisionedThroughputExceeded",
        "ReadProvisionedThroughputExceeded",
        "IteratorAgeMilliseconds",
      ],
      encryptionType: "KMS",
      kmsKeyId: "alias/aws/kinesis",
      tags: tags("iot-sensor-stream-dev", "Readings on their way to the processor and the archive"),
    });
  });

  it("leaves the shards to AWS where the stream is on demand", async () => {
    const { inputs } = (await recordStack("dev", { streamMode: "ON_DEMAND" })).only("aws:kinesis/stream:Stream");
    expect(inputs.streamModeDetails).toEqual({ streamMode: "ON_DEMAND" });
    expect(inputs).not.toHaveProperty("shardCount");
  });

  it("declares the rule: all of the message, under the name of the thing that published", () => {
    expect(stack.only("aws:iot/topicRule:TopicRule").inputs).toEqual({
      name: "iot_sensor_rule_dev",
      description: "Puts each device's readings into the stream, under the name of the thing that published.",
      enabled: true,
      sql: "SELECT * FROM 'sensor/data/#'",
      sqlVersion: "2016-03-23",
      kineses: [{ streamName: "iot-sensor-stream-dev", partitionKey: "${topic(3)}", roleArn: ROLE }],
      errorAction: { cloudwatchLogs: { logGroupName: "/aws/iot/rules/dev", roleArn: ROLE } },
      tags: tags("iot_sensor_rule_dev", "From the device topics into the stream"),
    });
  });

  it("has the error log, what the role may do, and the archive's reader in place before the rule", () => {
    expect(dependenciesOf(stack.only("aws:iot/topicRule:TopicRule"))).toEqual([
      "iot-archive-delivery-delivery",
      "iot-ingestion-error-log",
      "iot-ingestion-rule-role",
      "iot-ingestion-rule-role-policy",
      "iot-stream-stream",
    ]);
    expect(named(stack, "aws:cloudwatch/logGroup:LogGroup", "/aws/iot/rules/dev").inputs).toEqual({
      name: "/aws/iot/rules/dev",
      retentionInDays: 30,
      tags: tags("/aws/iot/rules/dev", "Messages that the rule could not put into the stream"),
    });
  });

  it("lets AWS IoT take the role on for this rule of this account only", () => {
    const role = named(stack, "aws:iam/role:Role", "iot-kinesis-role-dev");
    expect(role.inputs).toEqual({
      name: "iot-kinesis-role-dev",
      assumeRolePolicy: expect.any(String),
      tags: tags("iot-kinesis-role-dev", "Lets the rule write to the stream and to its error log"),
    });
    expect(policyOf(role)).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "LetServiceAssumeRole",
          Effect: "Allow",
          Principal: { Service: "iot.amazonaws.com" },
          Action: "sts:AssumeRole",
          Condition: {
            StringEquals: { "aws:SourceAccount": "123456789012" },
            ArnLike: { "aws:SourceArn": "arn:aws:iot:sa-east-1:123456789012:rule/iot_sensor_rule_dev" },
          },
        },
      ],
    });
  });

  it("lets the role put into the stream and write the error log", () => {
    const policy = named(stack, "aws:iam/rolePolicy:RolePolicy", "write-stream-and-error-log");
    expect(policy.inputs).toEqual({
      name: "write-stream-and-error-log",
      role: "iot-kinesis-role-dev",
      policy: expect.any(String),
    });
    expect(policyOf(policy)).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "PutReadings",
          Effect: "Allow",
          Action: "kinesis:PutRecord",
          Resource: "arn:aws:kinesis:sa-east-1:123456789012:stream/iot-sensor-stream-dev",
        },
        {
          Sid: "WriteErrorLog",
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
          Resource: [LOG, `${LOG}:*`],
        },
      ],
    });
  });
});

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { DeleteTableCommand, DescribeTimeToLiveCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  GetBucketEncryptionCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { dynamodbGuard } from "../../../../local/aws/dynamodb/dynamodb-guard";
import type { Gateway } from "../../../../local/aws/endpoint/gateway";
import { s3Guard } from "../../../../local/aws/s3/s3-guard";
import { snsApi } from "../../../../local/aws/sns/sns-api";
import { stsApi } from "../../../../local/aws/sts/sts-api";
import { declareStack } from "../../../../local/stack/declare-stack";
import { gatewayWith } from "../../../helpers/gateway";

const Bucket = "iot-sensor-archival-dev-123456789012";
const logs = "iot-sensor-access-logs-dev-123456789012";
const TABLE = "iot-sensor-data-dev";
const at = { Bucket, Key: "a" };
const TOPIC = "arn:aws:sns:sa-east-1:123456789012:iot-alarms-dev";

let emulator: Server;
let gateway: Gateway;
let endpoint: string;
let s3: S3Client;
let dynamodb: DynamoDBClient;
/** What the emulator was asked. */
let reached: string[] = [];
const sent: (string | undefined)[][] = [];

beforeAll(async () => {
  const recording = await declareStack({ environmentSuffix: "dev" }, "dev");
  emulator = createServer((req, res) => {
    reached.push(`${req.method} ${req.url?.split("?")[0]}`);
    req.resume().once("end", () => res.end());
  });
  await new Promise<void>((resolve) => emulator.listen(0, "127.0.0.1", resolve));
  gateway = gatewayWith({
    guards: { s3: s3Guard(recording), dynamodb: dynamodbGuard(recording) },
    inProcess: {
      sts: stsApi("123456789012"),
      sns: snsApi(recording, ({ subject, message }) => sent.push([subject, message])),
    },
  });
  endpoint = `http://127.0.0.1:${await gateway.listen(0)}`;
  for (const service of ["s3", "dynamodb"] as const) gateway.connect(service, (emulator.address() as AddressInfo).port);
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  const settings = { endpoint, region: "sa-east-1", credentials, maxAttempts: 1 };
  s3 = new S3Client({ ...settings, forcePathStyle: true });
  dynamodb = new DynamoDBClient(settings);
});
beforeEach(() => {
  reached = [];
});
afterAll(async () => {
  await gateway.stop();
  emulator.closeAllConnections();
  emulator.close();
});

async function query(service: string, form: Record<string, string>): Promise<[number, string]> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=a/20260101/sa-east-1/${service}/aws4_request` },
    body: new URLSearchParams(form),
  });
  return [response.status, await response.text()];
}

describe("an operation that the emulator would take for another one", () => {
  it.each([
    ["PutObjectTagging", new PutObjectTaggingCommand({ ...at, Tagging: { TagSet: [] } })],
    ["DeleteObjectTagging", new DeleteObjectTaggingCommand(at)],
    ['DeleteObject with "versionId"', new DeleteObjectCommand({ ...at, VersionId: "v" })],
    ['GetObject with "versionId"', new GetObjectCommand({ ...at, VersionId: "v" })],
    ["PutBucketPolicy", new PutBucketPolicyCommand({ Bucket: "new", Policy: "{}" })],
    ["CreateBucket", new CreateBucketCommand({ Bucket: "new" })],
    ["ListObjectVersions", new ListObjectVersionsCommand({ Bucket })],
    ['PutObject with "if-none-match: *"', new PutObjectCommand({ ...at, IfNoneMatch: "*" })],
    ['PutObject with "x-amz-tagging: a=b"', new PutObjectCommand({ ...at, Tagging: "a=b" })],
    [
      'CopyObject with "x-amz-copy-source-if-match: x"',
      new CopyObjectCommand({ ...at, CopySource: `${Bucket}/b`, CopySourceIfMatch: "x" }),
    ],
  ])("is refused by its name, and changes nothing: %s", async (name, command) => {
    await expect(s3.send(command as GetObjectCommand)).rejects.toMatchObject({
      name: "NotImplemented",
      message: `The local run does not do ${name}; nothing was changed.`,
    });
    expect(reached).toEqual([]);
  });

  it("is refused where it changes the table", async () => {
    await expect(dynamodb.send(new DeleteTableCommand({ TableName: TABLE }))).rejects.toMatchObject({
      name: "NotImplemented",
    });
    expect(reached).toEqual([]);
  });
});

describe("a plain operation", () => {
  it("is refused where S3 refuses its arguments", async () => {
    const long = new PutObjectCommand({ Bucket, Key: "k".repeat(1025), Body: "x" });
    await expect(s3.send(long)).rejects.toMatchObject({ name: "KeyTooLongError" });
    const junk = new ListObjectsV2Command({ Bucket, ContinuationToken: "junk" });
    await expect(s3.send(junk)).rejects.toMatchObject({ name: "InvalidArgument" });
    expect(reached).toEqual([]);
  });

  it("reaches the emulator", async () => {
    await s3.send(new PutObjectCommand({ ...at, Body: "x" }));
    await s3.send(new DeleteObjectCommand(at));
    await s3.send(new ListObjectsV2Command({ Bucket, OptionalObjectAttributes: ["RestoreStatus"] }));
    expect(reached).toEqual([`PUT /${Bucket}/a`, `DELETE /${Bucket}/a`, `GET /${Bucket}/`]);
  });

  it.each([
    [
      "the second version",
      (seconds: number) => `AWSAccessKeyId=a&Signature=x&Expires=${Math.floor(Date.now() / 1000) + seconds}`,
    ],
    [
      "the fourth version",
      (seconds: number) => {
        const date = new Date(Date.now() + seconds * 1000 - 60_000).toISOString().replaceAll(/[-:]|\.\d+/g, "");
        return `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2F20260101%2Fsa-east-1%2Fs3%2Faws4_request&X-Amz-Date=${date}&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=x`;
      },
    ],
  ])("reaches it by a presigned URL of %s, until the URL has expired", async (_what, signature) => {
    expect((await fetch(`${endpoint}/${Bucket}/a?${signature(30)}`)).status).toBe(200);
    expect((await fetch(`${endpoint}/${Bucket}/a?${signature(-30)}`)).status).toBe(403);
    expect(reached).toEqual([`GET /${Bucket}/a`]);
  });
});

describe("a question about the declaration", () => {
  it("is answered from it: S3", async () => {
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe("Enabled");
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket: logs }))).Status).toBeUndefined();
    const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
    expect(ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault).toEqual({
      SSEAlgorithm: "AES256",
    });
    expect((await s3.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    await expect(s3.send(new GetBucketVersioningCommand({ Bucket: "other" }))).rejects.toMatchObject({
      name: "NoSuchBucket",
    });
    expect(reached).toEqual([]);
  });

  it("is answered from it: DynamoDB", async () => {
    expect((await dynamodb.send(new DescribeTimeToLiveCommand({ TableName: TABLE }))).TimeToLiveDescription).toEqual({
      TimeToLiveStatus: "ENABLED",
      AttributeName: "expirationTime",
    });
  });

  it("is answered from it: STS and SNS, whose topic takes a message", async () => {
    expect((await query("sts", { Action: "GetCallerIdentity" }))[1]).toContain("<Account>123456789012</Account>");
    expect((await query("sns", { Action: "ListTopics" }))[1]).toContain(`<TopicArn>${TOPIC}</TopicArn>`);
    expect((await query("sns", { Action: "Publish", TopicArn: TOPIC, Message: "hi" }))[0]).toBe(200);
    expect(sent).toEqual([[undefined, "hi"]]);
    expect((await query("sns", { Action: "Publish", TopicArn: `${TOPIC}x`, Message: "hi" }))[1]).toContain(
      "<Code>NotFound</Code>",
    );
    expect((await query("sns", { Action: "DeleteTopic", TopicArn: TOPIC }))[1]).toContain(
      "<Code>NotImplemented</Code>",
    );
  });
});

describe("a message to a topic", () => {
  const publish = { Action: "Publish", TopicArn: TOPIC, Message: "{}" };
  const attribute = { "MessageAttributes.entry.1.Name": "n", "MessageAttributes.entry.1.Value.DataType": "Boolean" };

  it("is mailed as it says for mail", async () => {
    sent.length = 0;
    const Message = '{"default":"d","email":"e"}';
    expect((await query("sns", { ...publish, Message, MessageStructure: "json", Subject: "s" }))[0]).toBe(200);
    expect(sent).toEqual([["s", "e"]]);
  });

  it.each([
    [
      "without a topic",
      { Action: "Publish", Message: "m" },
      400,
      "InvalidParameter",
      "TopicArn or TargetArn Reason: no",
    ],
    ["to two topics", { ...publish, TargetArn: TOPIC }, 400, "InvalidParameter", "only one of them may be given"],
    ["without its default", { ...publish, MessageStructure: "json" }, 400, "InvalidParameter", "No default entry"],
    ["with a wrong attribute", { ...publish, ...attribute }, 400, "ParameterValueInvalid", "invalid message attribute"],
    ["to a phone", { ...publish, PhoneNumber: "+1" }, 501, "NotImplemented", "Publish with &#34;PhoneNumber&#34;"],
    ["in a group", { ...publish, MessageGroupId: "g" }, 501, "NotImplemented", "Publish with &#34;MessageGroupId&#34;"],
  ])("is refused %s, and not sent", async (_what, form, status, code, words) => {
    sent.length = 0;
    const answer = await query("sns", form);
    expect(answer).toEqual([status, expect.stringContaining(`<Code>${code}</Code>`)]);
    expect(answer[1]).toContain(words);
    expect(sent).toEqual([]);
  });

  it.each([
    ["attributes", { Action: "GetTopicAttributes" }, 400, "InvalidParameter"],
    ["tags", { Action: "ListTagsForResource", ResourceArn: `${TOPIC}x` }, 404, "ResourceNotFound"],
    ["another page", { Action: "ListTopics", NextToken: "x" }, 501, "NotImplemented"],
  ])("has a topic, and whoever asks for its %s wrongly is told so", async (_what, form, status, code) => {
    expect(await query("sns", form)).toEqual([status, expect.stringContaining(`<Code>${code}</Code>`)]);
  });
});

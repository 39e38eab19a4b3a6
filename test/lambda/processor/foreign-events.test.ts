import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { recordsOf } from "../../../lambda/reading/kinesis-batch";
import { bundleFunctions } from "../../../lib/function-bundle";
import { kinesisRecord } from "../../helpers/kinesis-records";

process.env.DYNAMODB_TABLE = "table";
process.env.S3_BUCKET = "bucket";
process.env.AWS_REGION = "sa-east-1";

const folder = mkdtempSync(path.join(tmpdir(), "foreign-events-"));
afterAll(() => rmSync(folder, { recursive: true }));

const bundles = bundleFunctions();

/** The handler of the bundle that is deployed. */
function handlerOf(name: "processor" | "archive"): (event: unknown, context: unknown) => Promise<unknown> {
  const file = path.join(folder, `${name}.js`);
  writeFileSync(file, bundles[name].code);
  return require(file).handler;
}

const processor = handlerOf("processor");
const archive = handlerOf("archive");
const context = { getRemainingTimeInMillis: () => 60_000 };

const SQS = { Records: [{ messageId: "1", body: "{}", eventSource: "aws:sqs" }] };
const SNS = { Records: [{ EventSource: "aws:sns", Sns: { Message: "{}" } }] };
const S3 = { Records: [{ eventSource: "aws:s3", s3: { bucket: { name: "b" } } }] };
const API = { version: "2.0", routeKey: "$default", rawPath: "/", headers: {} };
const FIREHOSE = { invocationId: "1", deliveryStreamArn: "arn:d", region: "sa-east-1", records: [] };
const CONSOLE = { key1: "value1", key2: "value2", key3: "value3" };
const CUT = { Records: [{ ...kinesisRecord(0, {}), kinesis: { data: "e30=" } }] };

describe("an event that is none of the function's", () => {
  it.each([
    ["nothing", undefined, "got undefined"],
    ["null", null, "got null"],
    ["text", "hello", 'got "hello"'],
    ["an empty object", {}, "got an object without fields"],
    ["an array", [kinesisRecord(0, {})], "got an array"],
    ["the console's test event", CONSOLE, 'got an object with "key1, key2, key3"'],
    ["SQS'", SQS, 'got one of "aws:sqs"'],
    ["SNS'", SNS, 'got one of "aws:sns"'],
    ["S3's", S3, 'got one of "aws:s3"'],
    ["API Gateway's", API, 'got an object with "version, routeKey, rawPath, headers"'],
    ["Firehose's", FIREHOSE, "got an object with"],
    ["a Kinesis record that is cut", CUT, 'got one of "aws:kinesis"'],
  ])("ends the processor with an error that says what was expected: %s", async (_what, event, got) => {
    const invoked = processor(event, context);
    const { message } = await invoked.then(
      () => new Error("it ended as a success"),
      (error) => error,
    );
    expect(message).toMatch(/^"event(\.Records)?" must be .* of a Kinesis stream/);
    expect(message).toContain(got);
  });

  it.each([
    ["nothing", undefined, "got undefined"],
    ["an empty object", {}, "got an object without fields"],
    ["null among its records", { ...FIREHOSE, records: [null] }, "got an object with"],
    ["a record without data", { ...FIREHOSE, records: [{ recordId: "1" }] }, "got an object with"],
    ["Kinesis'", { Records: [kinesisRecord(0, {})] }, 'got an object with "Records"'],
    ["the console's test event", CONSOLE, 'got an object with "key1, key2, key3"'],
  ])("ends the archive's transform with an error that says what was expected: %s", async (_what, event, got) => {
    const invoked = archive(event, context);
    const { message } = await invoked.then(
      () => new Error("it ended as a success"),
      (error) => error,
    );
    expect(message).toMatch(/^"event" must be Firehose's/);
    expect(message).toContain(got);
  });
});

describe("an event of Kinesis", () => {
  it("is taken as it is", () => {
    const Records = [kinesisRecord(0, {}), kinesisRecord(1, "x")];
    expect(recordsOf({ Records })).toEqual(Records);
  });
});

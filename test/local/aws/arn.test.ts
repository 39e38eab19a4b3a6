import { describe, expect, it } from "vitest";
import { parseArn } from "../../../local/aws/arn";

describe("parseArn", () => {
  it.each([
    ["arn:aws:kinesis:sa-east-1:123456789012:stream/s", "kinesis", "sa-east-1", "123456789012", "stream/s"],
    ["arn:aws:lambda:sa-east-1:123456789012:function:f", "lambda", "sa-east-1", "123456789012", "function:f"],
    ["arn:aws:s3:::bucket", "s3", "", "", "bucket"],
  ])("splits %s", (arn, service, region, accountId, resource) => {
    expect(parseArn(arn)).toEqual({ service, region, accountId, resource });
  });

  it.each(["", "stream", "arn:aws:kinesis:sa-east-1:123456789012", "arn:aws:kinesis:sa-east-1:123456789012:"])(
    "refuses %p",
    (arn) => expect(() => parseArn(arn)).toThrow(`got ${JSON.stringify(arn)}`),
  );
});

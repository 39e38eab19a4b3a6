import { describe, expect, it } from "vitest";
import { signedService } from "../../../../local/aws/endpoint/route";

const signed = (scope: string) => ({
  url: "/",
  headers: { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0` },
});

describe("signedService", () => {
  it.each([
    ["AKID/20260101/sa-east-1/dynamodb/aws4_request", "dynamodb"],
    ["a/b/c/20260101/sa-east-1/s3/aws4_request", "s3"],
    ["AKID/20260101/sa-east-1/Kinesis/aws4_request", "kinesis"],
  ])("reads %s", (scope, service) => {
    expect(signedService(signed(scope))).toBe(service);
  });

  it("reads a presigned URL", () => {
    const url = "/bucket/key?X-Amz-Credential=AKID%2F20260101%2Fsa-east-1%2Fs3%2Faws4_request&X-Amz-Signature=0";
    expect(signedService({ url, headers: {} })).toBe("s3");
  });

  it.each([
    { url: "/", headers: {} },
    { url: "/?x=1", headers: { authorization: "Basic abc" } },
  ])("knows none for an unsigned request", (request) => {
    expect(signedService(request)).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import { argumentFault } from "../../../../local/aws/s3/s3-arguments";

const faultOf = (key: string, query = "", headers = {}) =>
  argumentFault(
    { name: "any", bucket: "b", key },
    { method: "GET", path: `/b/${key}`, query: new URLSearchParams(query), headers },
  );

describe("argumentFault", () => {
  it.each([
    ["k".repeat(1024), undefined],
    ["k".repeat(1025), "KeyTooLongError"],
    [encodeURIComponent("é".repeat(512)), undefined],
    [`${encodeURIComponent("é".repeat(512))}k`, "KeyTooLongError"],
    ["%".repeat(1025), "KeyTooLongError"],
  ])("takes a key of 1,024 bytes: %s", (key, code) => {
    expect(faultOf(key)?.code).toBe(code);
  });

  it("takes an object as large as the store takes it", () => {
    expect(faultOf("k", "", { "content-length": "1000000000" })).toBeUndefined();
    expect(faultOf("k", "", { "content-length": "1000000001" })?.code).toBe("EntityTooLarge");
  });

  it.each([
    ["max-keys", ["", "0", "1000", "5000", "2147483647"], ["-1", "1.5", "ten", "2147483648", "99999999999"]],
    ["continuation-token", [Buffer.from("a/é").toString("base64")], ["", "junk", "YQ", "YQ==x"]],
    ["encoding-type", ["url"], ["", "xml"]],
    ["partNumber", ["1", "10000"], ["", "0", "10001", "one"]],
  ])("takes a %s that S3 takes", (parameter, valid, invalid) => {
    const codes = (values: string[]) => values.map((value) => faultOf("k", `${parameter}=${value}`)?.code);
    expect(codes(valid)).toEqual(valid.map(() => undefined));
    expect(codes(invalid)).toEqual(invalid.map(() => "InvalidArgument"));
  });
});

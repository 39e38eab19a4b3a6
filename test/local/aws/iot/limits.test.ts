import { describe, expect, it } from "@jest/globals";
import { publishFault } from "../../../../local/aws/iot/limits";

const packet = (change: object) => ({ topic: "sensor/data/a", payload: Buffer.from("x"), qos: 1, ...change });

describe("publishFault", () => {
  it.each([
    ["QoS 0", { qos: 0 }],
    ["128 KiB", { payload: Buffer.alloc(131_072) }],
    ["7 slashes", { topic: "1/2/3/4/5/6/7/8" }],
    ["7 slashes behind the Basic Ingest prefix", { topic: "$aws/rules/r/1/2/3/4/5/6/7/8" }],
    ["256 bytes of topic", { topic: "é".repeat(128) }],
  ])("takes %s", (_name, change) => {
    expect(publishFault(packet(change))).toBeUndefined();
  });

  it.each([
    [{ qos: 2 }, "QoS 2 is not supported by AWS IoT"],
    [{ payload: Buffer.alloc(131_073) }, "a payload has at most 131072 bytes, this one 131073"],
    [{ topic: "1/2/3/4/5/6/7/8/9" }, "a topic has at most 7 slashes"],
    [{ topic: `${"é".repeat(128)}a` }, "a topic has at most 256 bytes"],
  ])("closes the connection on %j", (change, fault) => {
    expect(publishFault(packet(change))).toBe(fault);
  });
});

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
    ["QoS 2", { qos: 2 }, 0x9b, "QoS 2 is not supported by AWS IoT"],
    ["more", { payload: Buffer.alloc(131_073) }, 0x97, "a payload has at most 131072 bytes, this one 131073"],
    ["8 slashes", { topic: "1/2/3/4/5/6/7/8/9" }, 0x90, "a topic has at most 7 slashes"],
    ["257 bytes of topic", { topic: `${"é".repeat(128)}a` }, 0x90, "a topic has at most 256 bytes"],
  ])("closes the connection on %s", (_name, change, code, why) => {
    expect(publishFault(packet(change))).toEqual({ code, why });
  });
});

import { describe, expect, it } from "vitest";
import { clientIdFault, publishFault, topicFilterFault } from "../../../../local/aws/iot/limits";

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

describe("topicFilterFault", () => {
  it.each([
    ["256 bytes", "é".repeat(128), undefined],
    ["257 bytes", `${"é".repeat(128)}a`, { code: 0x8f, why: "a topic filter has at most 256 bytes" }],
    ["7 slashes", "+/+/+/+/+/+/+/#", undefined],
    ["8 slashes", "+/+/+/+/+/+/+/+/#", { code: 0x8f, why: "a topic filter has at most 7 slashes" }],
  ])("of %s", (_name, filter, fault) => {
    expect(topicFilterFault(filter)).toEqual(fault);
  });
});

describe("clientIdFault", () => {
  it.each([
    ["128 bytes", "é".repeat(64), undefined],
    ["129 bytes", `${"é".repeat(64)}a`, { code: 0x85, why: "a client id has at most 128 bytes, this one 129" }],
  ])("of %s", (_name, clientId, fault) => {
    expect(clientIdFault(clientId)).toEqual(fault);
  });
});

import { beforeAll, describe, expect, it } from "vitest";
import { partitionKeyOf } from "../../cli/replay/rule-error-batches";
import { MAX_PREFIX_LENGTH, MAX_PREFIX_LEVELS, topicsOf } from "../../contract/topics";
import { DevicePolicy } from "../../local/aws/iot/device-policy";
import { publishFault } from "../../local/aws/iot/limits";
import { compileTemplate, parseRuleSql, topicMatches } from "../../local/aws/iot/rule-sql";
import { banner } from "../../local/command/banner";
import { type Declaration, readDeclaration } from "../../local/stack/declaration";
import { recordStack } from "../helpers/stack";

describe.each(["", "plant-a", "plant-a/line-3", "1/2/3/4/5"])("the topic prefix %j", (topicPrefix) => {
  const before = topicPrefix === "" ? "" : `${topicPrefix}/`;
  const plain = `${before}sensor/data/pump-7`;
  const direct = `$aws/rules/iot_sensor_rule_dev/${plain}`;
  let declared: Declaration;
  beforeAll(async () => {
    declared = readDeclaration(await recordStack("dev", { topicPrefix }));
  });

  it("stands in the rule, whose partition key stays the thing, by Basic Ingest, too, and in a replay", () => {
    const { rule, outputs } = declared;
    expect(parseRuleSql(rule.sql, rule.sqlVersion)).toBe(`${before}sensor/data/#`);
    expect(outputs.topic_prefix).toBe(topicPrefix);
    for (const topic of [plain, direct]) {
      const message = { topic, clientId: "pump-7", payload: Buffer.from(""), receivedAt: 0 };
      expect(compileTemplate(rule.partitionKey)(message)).toBe("pump-7");
      expect(partitionKeyOf(topic, topicPrefix)).toBe("pump-7");
    }
  });

  it("stands in the device policy, and the topics of another prefix are refused", () => {
    const { devicePolicy, region, accountId } = declared;
    const access = new DevicePolicy(devicePolicy, region, accountId);
    const may = (action: "iot:Publish" | "iot:Receive", topic: string) =>
      access.allows("pump-7", { action, topic }, undefined);
    expect([plain, direct].map((topic) => may("iot:Publish", topic))).toEqual([true, true]);
    expect(may("iot:Receive", `${before}sensor/commands/pump-7`)).toBe(true);
    const filter = (prefix: string) =>
      ({ action: "iot:Subscribe", topicFilter: `${prefix}sensor/commands/pump-7` }) as const;
    expect(access.allows("pump-7", filter(before), undefined)).toBe(true);
    expect(access.allows("pump-7", filter("other/"), undefined)).toBe(false);
    expect(may("iot:Publish", "other/sensor/data/pump-7")).toBe(false);
    if (topicPrefix !== "") expect(may("iot:Publish", "sensor/data/pump-7")).toBe(false);
  });

  it("stands in what the local run shows", () => {
    const shown = banner(declared, { mqttPort: 1, mqttsPort: 2, awsPort: 3 }, "");
    expect(shown).toContain(`publish to ${before}sensor/data/<client id>`);
    expect(shown).toContain(`-t ${before}sensor/data/ext-1 `);
  });
});

describe("the limits of a prefix", () => {
  it("are those of AWS IoT's topics", () => {
    const packet = (prefix: string, thing: string) => ({
      topic: topicsOf(prefix).commands(thing),
      payload: "",
      qos: 1,
    });
    const levels = (count: number) => Array.from({ length: count }, () => "a").join("/");
    expect(publishFault(packet(levels(MAX_PREFIX_LEVELS), "t"))).toBeUndefined();
    expect(publishFault(packet(levels(MAX_PREFIX_LEVELS + 1), "t"))?.why).toBe("a topic has at most 7 slashes");
    expect(publishFault(packet("x".repeat(MAX_PREFIX_LENGTH), "t".repeat(128)))).toBeUndefined();
    expect(publishFault(packet("x".repeat(MAX_PREFIX_LENGTH + 1), "t".repeat(128)))?.why).toBe(
      "a topic has at most 256 bytes",
    );
  });

  it("let no stack's rule select another one's messages", () => {
    const prefixes = ["", "plant-a", "plant-b", "plant-a/line-3"];
    for (const one of prefixes)
      for (const other of prefixes)
        expect(topicMatches(topicsOf(one).filter, topicsOf(other).data("pump-7"))).toBe(one === other);
  });
});

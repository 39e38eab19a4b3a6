import { describe, expect, it } from "vitest";
import { type DeviceAction, DevicePolicy, type Standing } from "../../../../local/aws/iot/device-policy";

const ARN = "arn:aws:iot:sa-east-1:123456789012";
const THING = "${iot:Connection.Thing.ThingName}";
const POLICY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Action: "iot:Connect",
      Resource: `${ARN}:client/${THING}`,
      Condition: { Bool: { "iot:Connection.Thing.IsAttached": "true" } },
    },
    { Effect: "Allow", Action: "iot:Publish", Resource: `${ARN}:topic/sensor/data/${THING}` },
    { Effect: "Allow", Action: "iot:Receive", Resource: `${ARN}:topic/sensor/commands/${THING}` },
    { Effect: "Allow", Action: "iot:Subscribe", Resource: `${ARN}:topicfilter/sensor/commands/${THING}` },
  ],
});

describe("DevicePolicy", () => {
  const access = new DevicePolicy(POLICY, "sa-east-1", "123456789012");

  it.each<[string, DeviceAction, boolean]>([
    ["s-1", { action: "iot:Connect" }, true],
    ["no/thing", { action: "iot:Connect" }, false],
    ["", { action: "iot:Connect" }, false],
    ["s-1", { action: "iot:Publish", topic: "sensor/data/s-1" }, true],
    ["s-1", { action: "iot:Publish", topic: "sensor/data/s-2" }, false],
    ["s-1", { action: "iot:RetainPublish", topic: "sensor/data/s-1" }, false],
    ["s-1", { action: "iot:Receive", topic: "sensor/commands/s-1" }, true],
    ["s-1", { action: "iot:Receive", topic: "sensor/commands/s-2" }, false],
    ["s-1", { action: "iot:Subscribe", topicFilter: "sensor/commands/s-1" }, true],
    ["s-1", { action: "iot:Subscribe", topicFilter: "sensor/commands/+" }, false],
    ["s-1", { action: "iot:Subscribe", topicFilter: "#" }, false],
  ])("of %s: %j: %s", (clientId, request, allowed) => {
    expect(access.allows(clientId, request)).toBe(allowed);
    expect(access.allows(clientId, request)).toBe(allowed);
  });

  it.each([
    ["sa-east-1", "999999999999"],
    ["us-east-1", "123456789012"],
  ])("refuses all in region %s of account %s, which the policy does not name", (region, account) => {
    expect(new DevicePolicy(POLICY, region, account).allows("s-1", { action: "iot:Connect" })).toBe(false);
  });

  it.each<[Standing, DeviceAction, boolean]>([
    ["attached", { action: "iot:Connect" }, true],
    ["unattached", { action: "iot:Connect" }, false],
    ["unattached", { action: "iot:Publish", topic: "sensor/data/s-1" }, false],
    ["out", { action: "iot:Connect" }, false],
    ["out", { action: "iot:Publish", topic: "sensor/data/s-1" }, false],
  ])("of a certificate that is %s: %j: %s", (standing, request, allowed) => {
    expect(access.allows("s-1", request, standing)).toBe(allowed);
  });
});

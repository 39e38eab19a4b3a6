import { beforeAll, describe, expect, it } from "vitest";
import type { Recording } from "../../local/stack/recording";
import { policyOf, recordStack, tags } from "../helpers/stack";

const THING = "${iot:Connection.Thing.ThingName}";
const ARN = "arn:aws:iot:sa-east-1:123456789012";

let stack: Recording;
beforeAll(async () => {
  stack = await recordStack();
});

describe("DeviceAccess", () => {
  it("lets a device do four things, each in its own name", () => {
    const Condition = { Bool: { "iot:Connection.Thing.IsAttached": "true" } };
    const policy = stack.only("aws:iot/policy:Policy");
    expect(policy.inputs).toEqual({
      name: "iot-device-policy-dev",
      policy: expect.any(String),
      tags: tags("iot-device-policy-dev", "What a device may do"),
    });
    expect(policyOf(policy)).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "ConnectAsItself",
          Effect: "Allow",
          Action: "iot:Connect",
          Resource: `${ARN}:client/${THING}`,
          Condition,
        },
        {
          Sid: "PublishReadings",
          Effect: "Allow",
          Action: "iot:Publish",
          Resource: [
            `${ARN}:topic/sensor/data/${THING}`,
            `${ARN}:topic/$aws/rules/iot_sensor_rule_dev/sensor/data/${THING}`,
          ],
          Condition,
        },
        {
          Sid: "SubscribeToCommands",
          Effect: "Allow",
          Action: "iot:Subscribe",
          Resource: `${ARN}:topicfilter/sensor/commands/${THING}`,
          Condition,
        },
        {
          Sid: "ReceiveCommands",
          Effect: "Allow",
          Action: "iot:Receive",
          Resource: `${ARN}:topic/sensor/commands/${THING}`,
          Condition,
        },
      ],
    });
  });
});

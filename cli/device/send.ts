import { IoTDataPlaneClient, PublishCommand } from "@aws-sdk/client-iot-data-plane";
import { topicsOf } from "../../contract/topics";
import { defineCommand } from "../kit/command";
import { required } from "../kit/options";
import { JSON_OPTION } from "../kit/output";
import { clientConfig, TARGET_OPTIONS, type Target, targetOf } from "../kit/target";
import { UsageError } from "../kit/usage-error";
import { text } from "../kit/values";
import { deviceOf } from "./fleet-file";
import { NAME } from "./workplace";

/** AWS IoT Core's longest payload: https://docs.aws.amazon.com/general/latest/gr/iot-core.html#message-broker-limits */
const MAX_COMMAND_BYTES = 128 * 1024;

/** `iot device send`: a command to a device. */
export const sendToDevice = defineCommand({
  name: "send",
  summary: "send a command to a device",
  description:
    "Publishes JSON to sensor/commands/NAME, which the device may subscribe to. A device that is not connected misses it, " +
    "unless its session is persistent.",
  examples: [`sensor-001 '{"interval":5}'`],
  positionals: {
    device: required(NAME, "the device's name"),
    command: required(text("JSON", `one JSON value, such as '{"interval":5}'`), "the command, one JSON value"),
  },
  options: { ...TARGET_OPTIONS, ...JSON_OPTION },
  changes: true,
  async run({ device, command, json, ...values }, io) {
    const payload = commandOf(command);
    const { name } = deviceOf(device, undefined);
    const topic = await sendCommand(name, payload, await targetOf(values));
    io.result(json ? JSON.stringify({ device: name, result: "sent", topic }) : `sent to ${topic}`);
    return 0;
  },
});

/**
 * A command's text, as the device gets it.
 * @throws UsageError where it is not JSON, or too long
 */
function commandOf(given: string): string {
  try {
    JSON.parse(given);
  } catch {
    throw new UsageError(`"JSON" must be one JSON value, such as '{"interval":5}', got ${JSON.stringify(given)}`);
  }
  const bytes = Buffer.byteLength(given);
  if (bytes > MAX_COMMAND_BYTES)
    throw new UsageError(`"JSON" must be at most ${MAX_COMMAND_BYTES} bytes, got ${bytes}`);
  return given;
}

/** Publishes a command to a device's own topic at QoS 1, and resolves with the topic. AWS IoT does not say whether anyone has subscribed. */
async function sendCommand(name: string, payload: string, target: Target): Promise<string> {
  const endpoint = target.endpoint ?? `https://${target.output("iot_endpoint")}`;
  const client = new IoTDataPlaneClient({ ...clientConfig(target), endpoint });
  const topic = topicsOf(target.topicPrefix).commands(name);
  await client.send(new PublishCommand({ topic, qos: 1, payload: Buffer.from(payload) }));
  return topic;
}

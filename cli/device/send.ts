import { IoTDataPlaneClient, PublishCommand } from "@aws-sdk/client-iot-data-plane";
import { topicsOf } from "../../contract/topics";
import { UsageError } from "../kit/command";
import { clientConfig, type Target } from "../kit/target";

/** AWS IoT Core's longest payload: https://docs.aws.amazon.com/general/latest/gr/iot-core.html#message-broker-limits */
const MAX_COMMAND_BYTES = 128 * 1024;

/** A command's text, as the device gets it. @throws UsageError where it is not JSON, or too long */
export function commandOf(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    throw new UsageError(`"JSON" must be one JSON value, such as '{"interval":5}', got ${JSON.stringify(text)}`);
  }
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_COMMAND_BYTES)
    throw new UsageError(`"JSON" must be at most ${MAX_COMMAND_BYTES} bytes, got ${bytes}`);
  return text;
}

/** Publishes a command to a device's own topic at QoS 1, and resolves with the topic. AWS IoT does not say whether anyone has subscribed. */
export async function sendCommand(name: string, payload: string, target: Target): Promise<string> {
  const endpoint = target.endpoint ?? `https://${target.output("iot_endpoint")}`;
  const client = new IoTDataPlaneClient({ ...clientConfig(target), endpoint });
  const topic = topicsOf(target.topicPrefix).commands(name);
  await client.send(new PublishCommand({ topic, qos: 1, payload: Buffer.from(payload) }));
  return topic;
}

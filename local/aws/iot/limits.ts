import { MAX_TOPIC_BYTES, MAX_TOPIC_SLASHES } from "../../../contract/topics";
import { REASON, Reason } from "./mqtt5/reason";
import { basicIngest } from "./rule-sql";

/** AWS IoT Core's limits of a publish: https://docs.aws.amazon.com/general/latest/gr/iot-core.html#message-broker-limits */
export const MAX_PAYLOAD_BYTES = 128 * 1024;
/** Publishes of a connection that wait for their PUBACK. */
export const MAX_INFLIGHT = 100;

/** Why AWS IoT closes the connection on this publish, or undefined where it does not. */
export function publishFault(packet: { topic: string; payload: Buffer | string; qos: number }): Reason | undefined {
  const bytes = Buffer.byteLength(packet.payload);
  if (packet.qos > 1) return new Reason(REASON.qosNotSupported, "QoS 2 is not supported by AWS IoT");
  if (bytes > MAX_PAYLOAD_BYTES)
    return new Reason(REASON.quotaExceeded, `a payload has at most ${MAX_PAYLOAD_BYTES} bytes, this one ${bytes}`);
  // The Basic Ingest prefix does not count towards either.
  const topic = basicIngest(packet.topic)?.visibleTopic ?? packet.topic;
  if (Buffer.byteLength(topic) > MAX_TOPIC_BYTES)
    return new Reason(REASON.topicNameInvalid, `a topic has at most ${MAX_TOPIC_BYTES} bytes`);
  if (topic.split("/").length - 1 > MAX_TOPIC_SLASHES)
    return new Reason(REASON.topicNameInvalid, `a topic has at most ${MAX_TOPIC_SLASHES} slashes`);
  return undefined;
}

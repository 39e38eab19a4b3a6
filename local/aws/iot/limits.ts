import { MAX_TOPIC_BYTES, MAX_TOPIC_SLASHES } from "../../../contract/topics";
import { REASON, Reason } from "./mqtt5/reason";
import { basicIngest } from "./rule-sql";

/** AWS IoT Core's limits of a publish: https://docs.aws.amazon.com/general/latest/gr/iot-core.html#message-broker-limits */
export const MAX_PAYLOAD_BYTES = 128 * 1024;
/** Bytes of a packet, what AWS IoT's CONNACK says: the payload's 128 KB, and room for topic and properties. */
export const MAX_PACKET_BYTES = 146 * 1024;
/** Longest client id, in bytes of UTF-8. */
export const MAX_CLIENT_ID_BYTES = 128;
/** Topic filters of a SUBSCRIBE. */
export const MAX_FILTERS = 8;
/** Publishes of a connection that wait for their PUBACK. */
export const MAX_INFLIGHT = 100;

/** Why AWS IoT closes the connection on this publish, or undefined where it does not. */
export function publishFault(packet: { topic: string; payload: Buffer | string; qos: number }): Reason | undefined {
  const bytes = Buffer.byteLength(packet.payload);
  if (packet.qos > 1) return new Reason(REASON.qosNotSupported, "QoS 2 is not supported by AWS IoT");
  if (bytes > MAX_PAYLOAD_BYTES)
    return new Reason(REASON.quotaExceeded, `a payload has at most ${MAX_PAYLOAD_BYTES} bytes, this one ${bytes}`);
  // The Basic Ingest prefix does not count towards either.
  const excess = topicExcess(basicIngest(packet.topic)?.visibleTopic ?? packet.topic);
  return excess === undefined ? undefined : new Reason(REASON.topicNameInvalid, `a topic has at most ${excess}`);
}

/** Why AWS IoT closes the connection on a subscription to this filter, or undefined where it does not. */
export function topicFilterFault(filter: string): Reason | undefined {
  const excess = topicExcess(filter);
  return excess === undefined
    ? undefined
    : new Reason(REASON.topicFilterInvalid, `a topic filter has at most ${excess}`);
}

/** Why AWS IoT accepts no connection with this client id, or undefined where it does. */
export function clientIdFault(clientId: string): Reason | undefined {
  const bytes = Buffer.byteLength(clientId);
  return bytes > MAX_CLIENT_ID_BYTES
    ? new Reason(REASON.clientIdNotValid, `a client id has at most ${MAX_CLIENT_ID_BYTES} bytes, this one ${bytes}`)
    : undefined;
}

/** The limit that a topic or a filter exceeds, in words. */
function topicExcess(topic: string): string | undefined {
  if (Buffer.byteLength(topic) > MAX_TOPIC_BYTES) return `${MAX_TOPIC_BYTES} bytes`;
  return topic.split("/").length - 1 > MAX_TOPIC_SLASHES ? `${MAX_TOPIC_SLASHES} slashes` : undefined;
}

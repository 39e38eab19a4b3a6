import type { IConnectPacket } from "mqtt-packet";
import type { Agreement } from "./agreement";
import { annotationsOf, wrap } from "./message";
import { REASON, Reason } from "./reason";
import { isTopicName, responseTopicFault } from "./topics";

/** The CONNECT of 3.1.1 that says the same, as far as it has words. User name and password are nothing that the broker asks for. */
export function connectOf({ clientId, will }: IConnectPacket, agreed: Agreement): IConnectPacket {
  return {
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 4,
    clientId,
    // One flag stands for the session's begin and end. What it does not say, Sessions does.
    clean: clientId === "" || (agreed.cleanStart && agreed.sessionExpirySeconds === 0),
    keepalive: agreed.keepAliveSeconds,
    ...(will && {
      will: {
        topic: will.topic,
        qos: will.qos ?? 0,
        retain: will.retain ?? false,
        payload: wrap({ annotations: annotationsOf(will.properties), payload: Buffer.from(will.payload) }),
      },
    }),
  };
}

/** Why a CONNECT is refused before the broker sees it. */
export function connectFault({ will, properties }: IConnectPacket): Reason | undefined {
  // AWS IoT takes no AUTH: https://docs.aws.amazon.com/iot/latest/developerguide/mqtt.html#mqtt-differences
  if (properties?.authenticationMethod !== undefined)
    return new Reason(REASON.badAuthenticationMethod, "AWS IoT has no authentication by AUTH packets");
  if (will && !isTopicName(will.topic))
    return new Reason(REASON.topicNameInvalid, `no topic for a last will: ${JSON.stringify(will.topic)}`);
  return responseTopicFault(will?.properties?.responseTopic);
}

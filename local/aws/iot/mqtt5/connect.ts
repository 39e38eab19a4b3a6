import type { IConnectPacket } from "mqtt-packet";
import type { Agreement } from "./agreement";
import { annotationsOf, wrap } from "./message";
import { REASON, Reason } from "./reason";
import { isTopicName, responseTopicFault } from "./topics";

/** Of a last will in 3.1.1: two bytes hold its length. */
const MAX_WILL_BYTES = 65_535;

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
      will: { topic: will.topic, qos: will.qos ?? 0, retain: will.retain ?? false, payload: wrappedWill(will) },
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
  const excess = will ? wrappedWill(will).length - MAX_WILL_BYTES : 0;
  if (excess > 0)
    return new Reason(REASON.packetTooLarge, `the last will and its properties are ${excess} bytes too long`);
  return responseTopicFault(will?.properties?.responseTopic);
}

function wrappedWill({ payload, properties }: NonNullable<IConnectPacket["will"]>): Buffer {
  return wrap({ annotations: annotationsOf(properties), payload: Buffer.from(payload) });
}

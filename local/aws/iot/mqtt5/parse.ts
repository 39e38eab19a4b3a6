import {
  type IConnectPacket,
  type IDisconnectPacket,
  type IPingreqPacket,
  type IPubackPacket,
  type IPublishPacket,
  type ISubscribePacket,
  type IUnsubscribePacket,
  parser,
} from "mqtt-packet";
import { malformed, protocolError, type Reason } from "./reason";

/** What a client may send. */
export type ClientPacket =
  | IConnectPacket
  | IPublishPacket
  | IPubackPacket
  | ISubscribePacket
  | IUnsubscribePacket
  | IPingreqPacket
  | IDisconnectPacket;

/**
 * What it may not, by type: what a server sends, and what AWS IoT does not take:
 * https://docs.aws.amazon.com/iot/latest/developerguide/mqtt.html#mqtt-differences
 */
const NOT_TAKEN: Readonly<Record<number, string>> = {
  2: "CONNACK",
  5: "PUBREC",
  6: "PUBREL",
  7: "PUBCOMP",
  9: "SUBACK",
  11: "UNSUBACK",
  13: "PINGRESP",
  15: "AUTH",
};

const MESSAGE = [
  "payloadFormatIndicator",
  "messageExpiryInterval",
  "contentType",
  "responseTopic",
  "correlationData",
  "userProperties",
];

/** The properties of each: https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html#_Toc3901029 */
const PROPERTIES: Readonly<Record<ClientPacket["cmd"], readonly string[]>> = {
  connect: [
    "sessionExpiryInterval",
    "receiveMaximum",
    "maximumPacketSize",
    "topicAliasMaximum",
    "requestResponseInformation",
    "requestProblemInformation",
    "userProperties",
    "authenticationMethod",
    "authenticationData",
  ],
  publish: [...MESSAGE, "topicAlias"],
  puback: ["reasonString", "userProperties"],
  subscribe: ["subscriptionIdentifier", "userProperties"],
  unsubscribe: ["userProperties"],
  pingreq: [],
  disconnect: ["sessionExpiryInterval", "reasonString", "userProperties"],
};
const WILL_PROPERTIES = [...MESSAGE, "willDelayInterval"];
/** What makes no sense as 0. */
const NOT_ZERO = ["receiveMaximum", "maximumPacketSize"];

/** Returns a function that reads a connection's packets, whole ones, in their order. It never throws. */
export function packetReader(): (frame: Buffer) => ClientPacket | Reason {
  const reader = parser({ protocolVersion: 5 });
  let packets: ClientPacket[] = [];
  let fault: Error | undefined;
  reader.on("packet", (packet) => packets.push(packet as ClientPacket));
  reader.on("error", (error: Error) => {
    fault = error;
  });
  return (frame) => {
    const notTaken = NOT_TAKEN[(frame[0] ?? 0) >> 4];
    if (notTaken) return protocolError(`a client does not send ${notTaken}`);
    packets = [];
    fault = undefined;
    try {
      reader.parse(frame);
    } catch (error) {
      fault = error instanceof Error ? error : new Error(String(error));
    }
    const [packet] = packets;
    if (fault || packet === undefined) return malformed(fault?.message ?? "a packet that does not end");
    return faultOf(packet) ?? packet;
  };
}

/** What the parser lets pass, and the standard does not. */
function faultOf(packet: ClientPacket): Reason | undefined {
  const properties = "properties" in packet ? packet.properties : undefined;
  const fault = propertyFault(PROPERTIES[packet.cmd], properties);
  if (fault) return fault;
  if (packet.cmd === "connect") {
    if ((packet.will?.qos ?? 0) > 2) return malformed("a last will has no QoS 3");
    return propertyFault(WILL_PROPERTIES, packet.will?.properties);
  }
  const needsId = packet.cmd === "subscribe" || packet.cmd === "unsubscribe" || packet.cmd === "puback";
  if ((needsId || (packet.cmd === "publish" && packet.qos > 0)) && !(packet.messageId ?? 0))
    return protocolError("a packet identifier is not 0");
  return undefined;
}

function propertyFault(allowed: readonly string[], properties: object | undefined): Reason | undefined {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (!allowed.includes(name)) return protocolError(`a property that this packet does not have: ${name}`);
    if (name === "userProperties") {
      if (Object.values(value).flat().includes(null)) return malformed("a user property that does not end");
    } else if (Array.isArray(value)) return protocolError(`a property that stands twice: ${name}`);
    // The parser's way to say that nothing was there.
    else if (value === null || value === undefined || value === -1)
      return malformed(`a property that does not end: ${name}`);
    else if (value === 0 && NOT_ZERO.includes(name)) return protocolError(`a property that is not 0: ${name}`);
  }
  return undefined;
}

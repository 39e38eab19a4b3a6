import { type ClientPacket, packetReader } from "../wire/parse";
import { malformed, protocolError, type Reason } from "./reason";

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

/** Returns a function that reads a connection's packets of MQTT 5, whole ones, in their order. It never throws. */
export function packetReader5(): (frame: Buffer) => ClientPacket | Reason {
  return packetReader(5, faultOf);
}

/** What the parser lets pass, and the standard does not. */
function faultOf(packet: ClientPacket): Reason | undefined {
  const properties = "properties" in packet ? packet.properties : undefined;
  const fault = propertyFault(PROPERTIES[packet.cmd], properties);
  if (fault) return fault;
  if (packet.cmd !== "connect") return undefined;
  const { authenticationMethod, authenticationData } = packet.properties ?? {};
  if (authenticationData !== undefined && authenticationMethod === undefined)
    return protocolError("authentication data without a method");
  if ((packet.will?.qos ?? 0) > 2) return malformed("a last will has no QoS 3");
  return propertyFault(WILL_PROPERTIES, packet.will?.properties);
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

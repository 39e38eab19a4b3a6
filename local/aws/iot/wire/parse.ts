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
import { malformed, protocolError, type Reason } from "../mqtt5/reason";
import { malformation } from "./well-formed";

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

/**
 * Returns a function that reads a connection's packets, whole ones, in their order. It never throws.
 * @param faultOf What the parser lets pass, and this version's standard does not.
 */
export function packetReader(
  protocolVersion: 4 | 5,
  faultOf: (packet: ClientPacket) => Reason | undefined = () => undefined,
): (frame: Buffer) => ClientPacket | Reason {
  const reader = parser({ protocolVersion });
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
    return malformation(frame, protocolVersion) ?? faultOf(packet) ?? identifierFault(packet) ?? packet;
  };
}

function identifierFault(packet: ClientPacket): Reason | undefined {
  const needsId = packet.cmd === "subscribe" || packet.cmd === "unsubscribe" || packet.cmd === "puback";
  return (needsId || (packet.cmd === "publish" && packet.qos > 0)) && !(packet.messageId ?? 0)
    ? protocolError("a packet identifier is not 0")
    : undefined;
}

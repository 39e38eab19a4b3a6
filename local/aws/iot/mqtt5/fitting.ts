import { generate, type IPublishPacket, type Packet } from "mqtt-packet";
import { secondsLeft, unwrap } from "./message";

/**
 * The broker's message as a client of MQTT 5 gets it; undefined where it has expired or is too large for the client, which counts as
 * delivered: https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html#_Toc3901050
 */
export function fitting(packet: IPublishPacket, maximumPacketSize: number, now: number): IPublishPacket | undefined {
  const { annotations, payload, expiry } = unwrap(Buffer.from(packet.payload));
  const left = expiry === undefined ? undefined : secondsLeft(expiry, now);
  const properties = { ...annotations, ...(left !== undefined && { messageExpiryInterval: left }) };
  const message: IPublishPacket = { ...packet, payload, properties };
  return (left ?? 0) < 0 || isTooLarge(message, maximumPacketSize) ? undefined : message;
}

/** Whether a client takes no packet of this size. */
export function isTooLarge(packet: Packet, maximumPacketSize: number): boolean {
  return Number.isFinite(maximumPacketSize) && generate(packet, { protocolVersion: 5 }).length > maximumPacketSize;
}

import { REASON, Reason } from "../mqtt5/reason";
import { type ClientPacket, packetReader } from "../wire/parse";

const CONNECT = 0x10;
const PROTOCOL = { name: "MQTT", level: 4 };
/** What 3.1 called itself. */
const OLDER_NAME = "MQIsdp";

/** Returns a function that reads a connection's packets of MQTT 3.1.1, whole ones, in their order. It never throws. */
export function packetReader3(): (frame: Buffer) => ClientPacket | Reason {
  const read = packetReader(4);
  return (frame) => protocolFault(frame) ?? read(frame);
}

/** Why a CONNECT is refused that speaks neither 3.1.1 nor 5: https://docs.aws.amazon.com/iot/latest/developerguide/mqtt.html */
function protocolFault(frame: Buffer): Reason | undefined {
  if (frame[0] !== CONNECT) return undefined;
  const { name, level } = protocolOf(frame);
  const isOther = name === OLDER_NAME || (name === PROTOCOL.name && level !== PROTOCOL.level);
  return isOther
    ? new Reason(REASON.unsupportedProtocolVersion, `AWS IoT speaks MQTT 3.1.1 and 5, not "${name}" of level ${level}`)
    : undefined;
}

/** https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html#_Toc398718030 */
function protocolOf(connect: Buffer): { readonly name: string; readonly level: number | undefined } {
  let length = 1;
  while ((connect[length] ?? 0) >= 0x80) length += 1;
  const start = length + 3;
  const end = start + (connect[start - 1] ?? 0);
  return { name: connect.toString("latin1", start, end), level: connect[end] };
}

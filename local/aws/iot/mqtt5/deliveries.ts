import { generate, type IPublishPacket, type Packet } from "mqtt-packet";
import type { Step } from "../wire/step";
import type { Agreement } from "./agreement";
import { secondsLeft, unwrap } from "./message";

/** The broker's messages on their way to a client: no more at a time than it takes, none that has expired or is too large for it. */
export class Deliveries {
  readonly #agreed: Pick<Agreement, "receiveMaximum" | "maximumPacketSize">;
  readonly #now: () => number;
  /** Publishes at QoS 1 without a PUBACK. */
  readonly #inFlight = new Set<number>();
  readonly #held: IPublishPacket[] = [];

  constructor(agreed: Pick<Agreement, "receiveMaximum" | "maximumPacketSize">, now: () => number) {
    this.#agreed = agreed;
    this.#now = now;
  }

  deliver(packet: IPublishPacket): Step[] {
    if (packet.qos === 0 || this.#inFlight.size < this.#agreed.receiveMaximum) return this.#send(packet);
    this.#held.push(packet);
    return [];
  }

  /** The client has acknowledged one: there is room for another. */
  acknowledged(messageId: number): Step[] {
    this.#inFlight.delete(messageId);
    const steps: Step[] = [];
    while (this.#inFlight.size < this.#agreed.receiveMaximum) {
      const packet = this.#held.shift();
      if (packet === undefined) break;
      steps.push(...this.#send(packet));
    }
    return steps;
  }

  #send(packet: IPublishPacket): Step[] {
    const { annotations, payload, expiry } = unwrap(Buffer.from(packet.payload));
    const left = expiry === undefined ? undefined : secondsLeft(expiry, this.#now());
    const properties = { ...annotations, ...(left !== undefined && { messageExpiryInterval: left }) };
    const message: IPublishPacket = { ...packet, payload, properties };
    const { messageId } = packet;
    if ((left ?? 0) < 0 || isTooLarge(message, this.#agreed.maximumPacketSize))
      // It counts as delivered: https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html#_Toc3901050
      return messageId === undefined ? [] : [{ toBroker: { cmd: "puback", messageId } }];
    if (messageId !== undefined) this.#inFlight.add(messageId);
    return [{ toClient: message }];
  }
}

/** Whether a client takes no packet of this size. */
export function isTooLarge(packet: Packet, maximumPacketSize: number): boolean {
  return Number.isFinite(maximumPacketSize) && generate(packet, { protocolVersion: 5 }).length > maximumPacketSize;
}

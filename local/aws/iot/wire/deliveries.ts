import type { IPublishPacket } from "mqtt-packet";
import type { Step } from "./step";

/** The broker's messages on their way to a client: no more at a time than it takes. */
export class Deliveries {
  readonly #receiveMaximum: number;
  readonly #prepare: (packet: IPublishPacket) => IPublishPacket | undefined;
  /** Publishes at QoS 1 without a PUBACK. */
  readonly #inFlight = new Set<number>();
  readonly #held: IPublishPacket[] = [];
  /** What earlier connections of the session were sent and have not acknowledged, until it is sent again. */
  #sentBefore = new Set<number>();

  /**
   * @param receiveMaximum Publishes at QoS 1 that the client has not acknowledged, at most.
   * @param prepare Makes of a broker's message the client's. Undefined: the client does not get it, and it counts as delivered.
   */
  constructor(receiveMaximum: number, prepare: (packet: IPublishPacket) => IPublishPacket | undefined) {
    this.#receiveMaximum = receiveMaximum;
    this.#prepare = prepare;
  }

  /** The packet identifiers of the publishes that the session's client was sent, and has not acknowledged. */
  get unacknowledged(): ReadonlySet<number> {
    return new Set([...this.#sentBefore, ...this.#inFlight]);
  }

  /** Takes up a session. What it was sent before is marked so when it is sent again: https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html#_Toc398718038 */
  resume(sent: ReadonlySet<number>): void {
    this.#sentBefore = new Set(sent);
  }

  deliver(packet: IPublishPacket): Step[] {
    if (packet.qos === 0 || this.#inFlight.size < this.#receiveMaximum) return this.#send(packet);
    this.#held.push(packet);
    return [];
  }

  /** The client has acknowledged one: there is room for another. */
  acknowledged(messageId: number): Step[] {
    this.#inFlight.delete(messageId);
    this.#sentBefore.delete(messageId);
    const steps: Step[] = [];
    while (this.#inFlight.size < this.#receiveMaximum) {
      const packet = this.#held.shift();
      if (packet === undefined) break;
      steps.push(...this.#send(packet));
    }
    return steps;
  }

  #send(packet: IPublishPacket): Step[] {
    const message = this.#prepare(packet);
    const { messageId } = packet;
    if (message === undefined) return messageId === undefined ? [] : [{ toBroker: { cmd: "puback", messageId } }];
    if (messageId === undefined) return [{ toClient: message }];
    this.#inFlight.add(messageId);
    return [{ toClient: this.#sentBefore.delete(messageId) ? { ...message, dup: true } : message }];
  }
}

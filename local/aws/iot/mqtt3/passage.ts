import type { IConnackPacket, IConnectPacket, Packet } from "mqtt-packet";
import { MAX_INFLIGHT } from "../limits";
import { protocolError, REASON, Reason } from "../mqtt5/reason";
import { filterFault } from "../mqtt5/topics";
import { Deliveries } from "../wire/deliveries";
import type { Dialect } from "../wire/dialect";
import { grantedTo, Outstanding } from "../wire/outstanding";
import type { ClientPacket } from "../wire/parse";
import type { Step } from "../wire/step";
import { returnCodeOf } from "./return-code";

/** One connection's packets of MQTT 3.1.1, which pass as they are where AWS IoT takes them. */
export class Passage implements Dialect {
  readonly #outstanding = new Outstanding();
  readonly #deliveries = new Deliveries(MAX_INFLIGHT, (packet) => packet);
  #state: "silent" | "asking" | "connected" | "refused" = "silent";
  #reason: Reason | undefined;

  /**
   * 3.1.1 cannot refuse a publish. AWS IoT accepts no more than so many before it has acknowledged one, and does not say what becomes of
   * the others (https://docs.aws.amazon.com/general/latest/gr/iot-core.html#message-broker-limits): here they wait.
   */
  get isWaiting(): boolean {
    return this.#state === "asking" || this.#outstanding.isFull;
  }

  get isConnected(): boolean {
    return this.#state === "connected";
  }

  get isRefused(): boolean {
    return this.#state === "refused";
  }

  get isSettled(): boolean {
    return this.#outstanding.isEmpty;
  }

  get unacknowledged(): ReadonlySet<number> {
    return this.#deliveries.unacknowledged;
  }

  resume(sent: ReadonlySet<number>): void {
    this.#deliveries.resume(sent);
  }

  endBecause(reason: Reason): void {
    this.#reason ??= reason;
  }

  /** Only a CONNACK has words for a reason, and only for some. */
  farewell(): Packet | undefined {
    const returnCode = this.#reason && returnCodeOf(this.#reason);
    const isUnanswered = this.#state === "silent" || this.#state === "asking";
    return isUnanswered && returnCode ? { cmd: "connack", returnCode, sessionPresent: false } : undefined;
  }

  fromClient(packet: ClientPacket, frame: Buffer): Step[] {
    if (packet.cmd === "connect") return this.#asked(packet, frame);
    if (this.#state === "silent") return [{ refuse: protocolError("the first packet is a CONNECT") }];
    const fault = faultOf(packet);
    if (fault) return [{ refuse: fault }];
    this.#outstanding.asked(packet);
    const freed = packet.cmd === "puback" ? this.#deliveries.acknowledged(packet.messageId ?? 0) : [];
    return [{ toBroker: frame }, ...freed];
  }

  fromBroker(packet: Packet): Step[] {
    const filters = this.#outstanding.answered(packet);
    if (packet.cmd === "connack") this.#answered(packet);
    if (packet.cmd === "publish") return this.#deliveries.deliver(packet);
    if (packet.cmd === "suback") return [{ toClient: { ...packet, granted: grantedTo(filters, packet) } }];
    return [{ toClient: packet }];
  }

  #asked({ clientId, clean = true }: IConnectPacket, frame: Buffer): Step[] {
    if (this.#state !== "silent") return [{ refuse: protocolError("a second CONNECT") }];
    if (clientId === "" && !clean)
      return [{ refuse: new Reason(REASON.clientIdNotValid, "a session that is kept needs a client id") }];
    this.#state = "asking";
    return [{ toBroker: frame }];
  }

  #answered({ returnCode = 0 }: IConnackPacket): void {
    this.#state = returnCode === 0 ? "connected" : "refused";
  }
}

function faultOf(packet: ClientPacket): Reason | undefined {
  return packet.cmd === "subscribe" || packet.cmd === "unsubscribe" ? filterFault(packet) : undefined;
}

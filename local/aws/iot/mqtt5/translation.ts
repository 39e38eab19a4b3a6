import type {
  IConnackPacket,
  IConnectPacket,
  IDisconnectPacket,
  IPublishPacket,
  ISubscribePacket,
  IUnsubscribePacket,
  Packet,
} from "mqtt-packet";
import { MAX_INFLIGHT } from "../limits";
import { Deliveries } from "../wire/deliveries";
import type { Dialect } from "../wire/dialect";
import { grantedTo, Outstanding } from "../wire/outstanding";
import type { ClientPacket } from "../wire/parse";
import type { Step } from "../wire/step";
import { type Agreement, agreementOn, grantedExpiry, welcome } from "./agreement";
import { connectFault, connectOf } from "./connect";
import { fitting, isTooLarge } from "./fitting";
import { annotationsOf, wrap } from "./message";
import { protocolError, REASON, Reason, type ReasonCode } from "./reason";
import { filterFault, responseTopicFault, topicOf } from "./topics";

/** What a CONNACK of 3.1.1 means in 5, where no reason is known: https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html#_Table_3.1_- */
const CONNECT_REASONS: Readonly<Record<number, ReasonCode>> = {
  2: REASON.clientIdNotValid,
  3: REASON.serverUnavailable,
  4: REASON.badUserNameOrPassword,
};
const REFUSED_SUBSCRIPTION = 0x80;
/** Characters of a reason in words, which may quote what the client sent. */
const MAX_REASON_LENGTH = 500;

/** One connection's packets, from MQTT 5 to 3.1.1 and back, and what 3.1.1 has no words for. */
export class Translation implements Dialect {
  readonly #now: () => number;
  readonly #aliases = new Map<number, string>();
  readonly #outstanding = new Outstanding();
  #deliveries: Deliveries | undefined;
  #connect: IConnectPacket | undefined;
  #agreed: Agreement | undefined;
  #state: "connecting" | "connected" | "refused" = "connecting";
  #reason: Reason | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Undefined before the CONNECT. */
  get agreed(): Agreement | undefined {
    return this.#agreed;
  }

  /** What it sends before its CONNACK waits for that. */
  get isWaiting(): boolean {
    return this.#state === "connecting" && this.#connect !== undefined;
  }

  /** Whether the client was told why it is not let in. */
  get isRefused(): boolean {
    return this.#state === "refused";
  }

  get unacknowledged(): ReadonlySet<number> {
    return this.#deliveries?.unacknowledged ?? new Set();
  }

  resume(sent: ReadonlySet<number>): void {
    this.#deliveries?.resume(sent);
  }

  /** Remembers why the connection is about to end; the first reason counts. */
  endBecause(reason: Reason): void {
    this.#reason ??= reason;
  }

  /** The packet that tells the client why its connection ends, where there is something to tell and it was not told yet. */
  farewell(): Packet | undefined {
    if (this.#reason === undefined || this.#state === "refused") return undefined;
    if (this.#state === "connecting") return this.#refusal(this.#reason.code);
    return this.#explained({ cmd: "disconnect", reasonCode: this.#reason.code });
  }

  get isConnected(): boolean {
    return this.#state === "connected";
  }

  get isSettled(): boolean {
    return this.#outstanding.isEmpty;
  }

  fromClient(packet: ClientPacket): Step[] {
    if (packet.cmd === "connect") return this.#asked(packet);
    if (this.#connect === undefined) return [{ refuse: protocolError("the first packet is a CONNECT") }];
    switch (packet.cmd) {
      case "publish":
        return this.#published(packet);
      case "subscribe":
      case "unsubscribe":
        return this.#subscribed(packet);
      case "puback": {
        const { messageId = 0 } = packet;
        return [{ toBroker: { cmd: "puback", messageId } }, ...(this.#deliveries?.acknowledged(messageId) ?? [])];
      }
      case "disconnect":
        return this.#disconnected(packet);
      case "pingreq":
        this.#outstanding.asked(packet);
        return [{ toBroker: { cmd: "pingreq" } }];
    }
  }

  fromBroker(packet: Packet): Step[] {
    const filters = this.#outstanding.answered(packet);
    switch (packet.cmd) {
      case "connack":
        return [{ toClient: this.#answer(packet) }];
      case "publish":
        return this.#deliveries?.deliver(packet) ?? [];
      case "puback":
        return [{ toClient: { ...packet, reasonCode: REASON.success } }];
      case "suback":
        return [{ toClient: { ...packet, granted: grantedTo(filters, packet).map(reasonOfGrant) } }];
      case "unsuback":
        return [{ toClient: { ...packet, granted: filters.map(() => REASON.success) } }];
      default:
        return [{ toClient: packet }];
    }
  }

  #asked(packet: IConnectPacket): Step[] {
    if (this.#connect) return [{ refuse: protocolError("a second CONNECT") }];
    this.#connect = packet;
    this.#agreed = agreementOn(packet);
    const { receiveMaximum, maximumPacketSize } = this.#agreed;
    this.#deliveries = new Deliveries(receiveMaximum, (message) => fitting(message, maximumPacketSize, this.#now()));
    const fault = connectFault(packet);
    return fault ? [{ refuse: fault }] : [{ toBroker: connectOf(packet, this.#agreed) }];
  }

  #answer({ returnCode = 0, sessionPresent }: IConnackPacket): Packet {
    if (returnCode === 0 && this.#agreed && this.#connect) {
      this.#state = "connected";
      return welcome(this.#agreed, this.#connect, sessionPresent);
    }
    this.#state = "refused";
    return this.#refusal(this.#reason?.code ?? CONNECT_REASONS[returnCode] ?? REASON.notAuthorized);
  }

  #published(packet: IPublishPacket): Step[] {
    const { qos, retain, dup, messageId, properties } = packet;
    const topic = topicOf(packet, this.#aliases);
    if (topic instanceof Reason) return [{ refuse: topic }];
    const fault = responseTopicFault(properties?.responseTopic) ?? this.#excess(packet);
    if (fault) return [{ refuse: fault }];
    this.#outstanding.asked(packet);
    const payload = wrap({ annotations: annotationsOf(properties), payload: Buffer.from(packet.payload) });
    const id = messageId === undefined ? {} : { messageId };
    return [{ toBroker: { cmd: "publish", topic, payload, qos, retain, dup, ...id } }];
  }

  #excess({ qos }: IPublishPacket): Reason | undefined {
    if (qos === 0 || !this.#outstanding.isFull) return undefined;
    return new Reason(REASON.receiveMaximumExceeded, `more than ${MAX_INFLIGHT} publishes wait for their PUBACK`);
  }

  #subscribed(packet: ISubscribePacket | IUnsubscribePacket): Step[] {
    const fault = filterFault(packet);
    if (fault) return [{ refuse: fault }];
    this.#outstanding.asked(packet);
    const { messageId = 0 } = packet;
    if (packet.cmd === "unsubscribe")
      return [{ toBroker: { cmd: "unsubscribe", messageId, unsubscriptions: packet.unsubscriptions } }];
    // AWS IoT does not name No Local, Retain As Published and Retain Handling among what it supports.
    const subscriptions = packet.subscriptions.map(({ topic, qos }) => ({ topic, qos }));
    return [{ toBroker: { cmd: "subscribe", messageId, subscriptions } }];
  }

  #disconnected({ reasonCode, properties }: IDisconnectPacket): Step[] {
    const expirySeconds = properties?.sessionExpiryInterval;
    if (this.#agreed && expirySeconds !== undefined) {
      // https://docs.aws.amazon.com/iot/latest/developerguide/mqtt.html#mqtt-persistent-sessions
      if (this.#agreed.sessionExpirySeconds === 0 && expirySeconds > 0)
        return [{ refuse: protocolError("a DISCONNECT does not keep a session that was to end with its connection") }];
      this.#agreed = { ...this.#agreed, sessionExpirySeconds: grantedExpiry(expirySeconds) };
    }
    // Only a normal end takes the last will back: https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html#_Toc3901205
    return [reasonCode ? { breakOff: true } : { toBroker: { cmd: "disconnect" } }];
  }

  #refusal(code: ReasonCode): Packet {
    // That it shuts down is told to those who are in.
    const reasonCode = code === REASON.serverShuttingDown ? REASON.serverUnavailable : code;
    return this.#explained({ cmd: "connack", sessionPresent: false, reasonCode });
  }

  /** The same with the reason in words, for a client that takes it. */
  #explained(packet: IConnackPacket | IDisconnectPacket): Packet {
    if (this.#reason === undefined || this.#agreed?.tellsWhy === false) return packet;
    const explained = { ...packet, properties: { reasonString: this.#reason.why.slice(0, MAX_REASON_LENGTH) } };
    return isTooLarge(explained, this.#agreed?.maximumPacketSize ?? Number.POSITIVE_INFINITY) ? packet : explained;
  }
}

/** The device policy is the only reason to refuse a subscription. */
function reasonOfGrant(granted: number): ReasonCode {
  return granted === REFUSED_SUBSCRIPTION ? REASON.notAuthorized : (granted as ReasonCode);
}

import type {
  IConnackPacket,
  IConnectPacket,
  IDisconnectPacket,
  IPublishPacket,
  ISubackPacket,
  ISubscribePacket,
  IUnsubscribePacket,
  Packet,
} from "mqtt-packet";
import { MAX_INFLIGHT } from "../limits";
import type { Step } from "../wire/step";
import { type Agreement, agreementOn, grantedExpiry, welcome } from "./agreement";
import { connectFault, connectOf } from "./connect";
import { Deliveries, isTooLarge } from "./deliveries";
import { annotationsOf, wrap } from "./message";
import type { ClientPacket } from "./parse";
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
export class Translation {
  readonly #now: () => number;
  readonly #aliases = new Map<number, string>();
  /** The client's publishes without a PUBACK. */
  readonly #unacknowledged = new Set<number>();
  /** The topic filters of each SUBSCRIBE and UNSUBSCRIBE without an answer. */
  readonly #filters = new Map<number, readonly string[]>();
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

  /** Whether the client has no CONNACK yet: what it sends meanwhile has to wait. */
  get isAsking(): boolean {
    return this.#state === "connecting" && this.#connect !== undefined;
  }

  /** Whether the client was told why it is not let in. */
  get isRefused(): boolean {
    return this.#state === "refused";
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
        return [{ toBroker: { cmd: "pingreq" } }];
    }
  }

  fromBroker(packet: Packet): Step[] {
    switch (packet.cmd) {
      case "connack":
        return [{ toClient: this.#answer(packet) }];
      case "publish":
        return this.#deliveries?.deliver(packet) ?? [];
      case "puback":
        this.#unacknowledged.delete(packet.messageId ?? 0);
        return [{ toClient: { ...packet, reasonCode: REASON.success } }];
      case "suback":
        return [{ toClient: { ...packet, granted: this.#granted(packet) } }];
      case "unsuback":
        return [{ toClient: { ...packet, granted: this.#answered(packet).map(() => REASON.success) } }];
      default:
        return [{ toClient: packet }];
    }
  }

  #asked(packet: IConnectPacket): Step[] {
    if (this.#connect) return [{ refuse: protocolError("a second CONNECT") }];
    this.#connect = packet;
    this.#agreed = agreementOn(packet);
    this.#deliveries = new Deliveries(this.#agreed, this.#now);
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
    const fault = responseTopicFault(properties?.responseTopic);
    if (fault) return [{ refuse: fault }];
    if (qos === 1 && messageId !== undefined) this.#unacknowledged.add(messageId);
    if (this.#unacknowledged.size > MAX_INFLIGHT) {
      const why = `more than ${MAX_INFLIGHT} publishes wait for their PUBACK`;
      return [{ refuse: new Reason(REASON.receiveMaximumExceeded, why) }];
    }
    const payload = wrap({ annotations: annotationsOf(properties), payload: Buffer.from(packet.payload) });
    const id = messageId === undefined ? {} : { messageId };
    return [{ toBroker: { cmd: "publish", topic, payload, qos, retain, dup, ...id } }];
  }

  #subscribed(packet: ISubscribePacket | IUnsubscribePacket): Step[] {
    const fault = filterFault(packet);
    if (fault) return [{ refuse: fault }];
    const { messageId = 0 } = packet;
    if (packet.cmd === "unsubscribe") {
      this.#filters.set(messageId, packet.unsubscriptions);
      return [{ toBroker: { cmd: "unsubscribe", messageId, unsubscriptions: packet.unsubscriptions } }];
    }
    const filters = packet.subscriptions.map(({ topic }) => topic);
    this.#filters.set(messageId, filters);
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

  /** A code for each filter as it was sent: the broker answers once for one that stands twice. */
  #granted(packet: ISubackPacket): ReasonCode[] {
    const filters = this.#answered(packet);
    const distinct = [...new Set(filters)];
    return filters.map((filter) => {
      const granted = packet.granted[distinct.indexOf(filter)];
      // The device policy is the only reason to refuse one.
      return granted === REFUSED_SUBSCRIPTION ? REASON.notAuthorized : (granted as ReasonCode);
    });
  }

  #answered({ messageId = 0 }: Packet): readonly string[] {
    const filters = this.#filters.get(messageId) ?? [];
    this.#filters.delete(messageId);
    return filters;
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

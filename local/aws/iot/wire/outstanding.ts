import type { ISubackPacket, Packet } from "mqtt-packet";
import { MAX_INFLIGHT } from "../limits";
import type { ClientPacket } from "./parse";

/** What a client has asked for and has no answer to. */
export class Outstanding {
  /** Publishes at QoS 1 without a PUBACK. */
  readonly #publishes = new Set<number>();
  /** The topic filters of each SUBSCRIBE and UNSUBSCRIBE. A client may give one packet identifier to several: the oldest is first. */
  readonly #filters = new Map<number, (readonly string[])[]>();
  #pings = 0;

  get isEmpty(): boolean {
    return this.#publishes.size === 0 && this.#filters.size === 0 && this.#pings === 0;
  }

  /** Whether AWS IoT takes no further publish at QoS 1 before it has acknowledged one. */
  get isFull(): boolean {
    return this.#publishes.size >= MAX_INFLIGHT;
  }

  /** Takes note of what a client sends. */
  asked(packet: ClientPacket): void {
    const { messageId = 0 } = packet;
    if (packet.cmd === "publish") {
      if (packet.qos > 0) this.#publishes.add(messageId);
    } else if (packet.cmd === "subscribe")
      this.#askedFor(
        messageId,
        packet.subscriptions.map(({ topic }) => topic),
      );
    else if (packet.cmd === "unsubscribe") this.#askedFor(messageId, packet.unsubscriptions);
    else if (packet.cmd === "pingreq") this.#pings += 1;
  }

  /** Takes note of the broker's answer. Returns the topic filters that were asked for, as they were sent. */
  answered({ cmd, messageId = 0 }: Packet): readonly string[] {
    if (cmd === "puback") this.#publishes.delete(messageId);
    if (cmd === "pingresp") this.#pings -= 1;
    if (cmd !== "suback" && cmd !== "unsuback") return [];
    const [filters = [], ...others] = this.#filters.get(messageId) ?? [];
    if (others.length > 0) this.#filters.set(messageId, others);
    else this.#filters.delete(messageId);
    return filters;
  }

  #askedFor(messageId: number, filters: readonly string[]): void {
    this.#filters.set(messageId, [...(this.#filters.get(messageId) ?? []), filters]);
  }
}

/** A code for each of the filters as they were sent: the broker answers once for one that stands twice. */
export function grantedTo(filters: readonly string[], { granted }: ISubackPacket): number[] {
  const distinct = [...new Set(filters)];
  return filters.map((filter) => Number(granted[distinct.indexOf(filter)]));
}

import type { Packet } from "mqtt-packet";
import type { Reason } from "../mqtt5/reason";
import type { ClientPacket } from "./parse";
import type { Step } from "./step";

/** How the packets of a version of MQTT go between one client and the broker, which speaks 3.1.1. */
export interface Dialect {
  /** Whether the client's next packet has to wait for an answer of the broker's. */
  readonly isWaiting: boolean;
  readonly isConnected: boolean;
  /** Whether the client was told why it is not let in. */
  readonly isRefused: boolean;
  /** Whether the broker has answered all that the client has asked for. */
  readonly isSettled: boolean;
  /** @param frame The packet's bytes. */
  fromClient(packet: ClientPacket, frame: Buffer): Step[];
  fromBroker(packet: Packet): Step[];
  /** The packet identifiers of the publishes that the session's client was sent, and has not acknowledged. */
  readonly unacknowledged: ReadonlySet<number>;
  /** Takes up a session that was sent these, and has not acknowledged them. */
  resume(sent: ReadonlySet<number>): void;
  /** Remembers why the connection is about to end; the first reason counts. */
  endBecause(reason: Reason): void;
  /** The packet that tells the client why its connection ends, where there is something to tell and it was not told yet. */
  farewell(): Packet | undefined;
}

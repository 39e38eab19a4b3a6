import type { Duplex } from "node:stream";
import type { IConnectPacket, IPublishPacket } from "mqtt-packet";
import { ClientConnection } from "../wire/connection";
import { Mqtt5Connection } from "./connection";
import { type Annotations, expiresAt, secondsLeft, unwrap, wrap } from "./message";
import type { Reason } from "./reason";
import type { Session } from "./sessions";

/** A session of 3.1.1 that outlives its connection: https://docs.aws.amazon.com/iot/latest/developerguide/mqtt.html#mqtt-persistent-sessions */
const MQTT3_SESSION_SECONDS = 3600;

/** A publish within the broker: beside its payload stands what an MQTT 5 client said of it, and when it expires. aedes keeps both. */
type Carried = Pick<IPublishPacket, "payload"> & { properties?: Annotations; messageExpiry?: number };

/** Remembers why a connection is about to end, so that the client is told, as far as its version has words. */
export function endBecause(conn: Duplex, reason: Reason): void {
  if (conn instanceof ClientConnection) conn.endBecause(reason);
}

/** The client takes up a session that was kept, and has not acknowledged the publishes with these packet identifiers. */
export function resumeSession(conn: Duplex, sent: ReadonlySet<number>): void {
  if (conn instanceof ClientConnection) conn.resumeSession(sent);
}

/** A client's session, from its connection. */
export function sessionOf(conn: Duplex, clean: boolean): Session & { readonly cleanStart: boolean } {
  const unacknowledged = conn instanceof ClientConnection ? conn.unacknowledged : new Set<number>();
  if (!(conn instanceof Mqtt5Connection))
    return { version: 4, cleanStart: clean, expirySeconds: clean ? 0 : MQTT3_SESSION_SECONDS, unacknowledged };
  const { cleanStart = true, sessionExpirySeconds = 0 } = conn.agreed ?? {};
  return { version: 5, cleanStart, expirySeconds: sessionExpirySeconds, unacknowledged };
}

/** A last will as its client has sent it. */
export function willOf(conn: Duplex, will: NonNullable<IConnectPacket["will"]>): NonNullable<IConnectPacket["will"]> {
  return conn instanceof Mqtt5Connection ? { ...will, payload: unwrap(Buffer.from(will.payload)).payload } : will;
}

/** Takes what a connection hands in, in place: aedes goes on with the packet that it has. */
export function takeIn(conn: Duplex, packet: Carried, now: number): void {
  if (!(conn instanceof Mqtt5Connection)) return;
  const { annotations, payload } = unwrap(Buffer.from(packet.payload));
  Object.assign(packet, { payload, ...annotated(annotations, now) });
}

/** What stands beside the payload of a publish that arrives now. */
export function annotated(annotations: Annotations, now: number): Omit<Carried, "payload"> {
  const { messageExpiryInterval } = annotations;
  return {
    properties: annotations,
    ...(messageExpiryInterval !== undefined && { messageExpiry: expiresAt(messageExpiryInterval, now) }),
  };
}

/** Makes a subscriber's own packet fit for its connection, in place; false where the message has expired, for either version. */
export function handOut(conn: Duplex, packet: Carried, now: number): boolean {
  const { messageExpiry: expiry, properties: annotations = {}, payload } = packet;
  if (expiry !== undefined && secondsLeft(expiry, now) < 0) return false;
  if (conn instanceof Mqtt5Connection)
    packet.payload = wrap({ annotations, payload: Buffer.from(payload), ...(expiry !== undefined && { expiry }) });
  return true;
}

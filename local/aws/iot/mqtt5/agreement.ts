import type { IConnackPacket, IConnectPacket } from "mqtt-packet";
import { MAX_INFLIGHT, MAX_PACKET_BYTES } from "../limits";
import { REASON } from "./reason";

/** Aliases of a topic's name that a client may have: https://docs.aws.amazon.com/iot/latest/developerguide/mqtt.html#mqtt5-topic-alias */
export const MAX_TOPIC_ALIAS = 8;
/** The longest session that an account has without asking for more: https://docs.aws.amazon.com/general/latest/gr/iot-core.html#message-broker-limits */
export const MAX_SESSION_EXPIRY_SECONDS = 3600;
/** Keep-alive, in seconds; 0 and what is longer become the longest: https://docs.aws.amazon.com/general/latest/gr/iot-core.html#message-broker-limits */
const MIN_KEEP_ALIVE_SECONDS = 30;
const MAX_KEEP_ALIVE_SECONDS = 1200;
/** What a client that says nothing takes: https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html#_Toc3901049 */
const DEFAULT_RECEIVE_MAXIMUM = 65_535;

/** What client and broker have agreed on for a connection. */
export interface Agreement {
  /** Whether an earlier session ends. */
  readonly cleanStart: boolean;
  /** How long the session outlives the connection; 0: not at all. */
  readonly sessionExpirySeconds: number;
  readonly keepAliveSeconds: number;
  /** Publishes at QoS 1 that the client has not acknowledged, at most. */
  readonly receiveMaximum: number;
  /** Bytes of a packet that the client takes. */
  readonly maximumPacketSize: number;
  /** Whether the client wants to read why it is refused. */
  readonly tellsWhy: boolean;
}

/** What AWS IoT makes of a CONNECT. */
export function agreementOn({ clean = true, keepalive = 0, properties = {} }: IConnectPacket): Agreement {
  return {
    cleanStart: clean,
    sessionExpirySeconds: grantedExpiry(properties.sessionExpiryInterval ?? 0),
    keepAliveSeconds:
      keepalive === 0 || keepalive > MAX_KEEP_ALIVE_SECONDS
        ? MAX_KEEP_ALIVE_SECONDS
        : Math.max(keepalive, MIN_KEEP_ALIVE_SECONDS),
    receiveMaximum: Math.min(properties.receiveMaximum ?? DEFAULT_RECEIVE_MAXIMUM, MAX_INFLIGHT),
    maximumPacketSize: properties.maximumPacketSize ?? Number.POSITIVE_INFINITY,
    tellsWhy: properties.requestProblemInformation ?? true,
  };
}

/** The session expiry that AWS IoT grants, in seconds: what is asked for, up to its limit. */
export function grantedExpiry(askedSeconds: number): number {
  return Math.min(askedSeconds, MAX_SESSION_EXPIRY_SECONDS);
}

/** The CONNACK that lets a client in, with the properties that AWS IoT sends: https://docs.aws.amazon.com/iot/latest/developerguide/mqtt.html#mqtt5-properties */
export function welcome(agreed: Agreement, asked: IConnectPacket, sessionPresent: boolean): IConnackPacket {
  const { sessionExpirySeconds, keepAliveSeconds } = agreed;
  const isAdjusted = (asked.properties?.sessionExpiryInterval ?? 0) !== sessionExpirySeconds;
  return {
    cmd: "connack",
    sessionPresent,
    reasonCode: REASON.success,
    properties: {
      ...(isAdjusted && { sessionExpiryInterval: sessionExpirySeconds }),
      receiveMaximum: MAX_INFLIGHT,
      maximumQoS: 1,
      retainAvailable: true,
      maximumPacketSize: MAX_PACKET_BYTES,
      topicAliasMaximum: MAX_TOPIC_ALIAS,
      wildcardSubscriptionAvailable: true,
      subscriptionIdentifiersAvailable: false,
      sharedSubscriptionAvailable: true,
      serverKeepAlive: keepAliveSeconds,
    },
  };
}

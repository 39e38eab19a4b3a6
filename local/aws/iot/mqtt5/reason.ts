/** What MQTT 5 calls the outcomes that are used here: https://docs.aws.amazon.com/iot/latest/developerguide/mqtt.html#mqtt5-reason-codes */
export const REASON = {
  success: 0x00,
  /** A DISCONNECT of the client's that wants its last will published all the same. */
  disconnectWithWill: 0x04,
  malformedPacket: 0x81,
  protocolError: 0x82,
  unsupportedProtocolVersion: 0x84,
  clientIdNotValid: 0x85,
  badUserNameOrPassword: 0x86,
  notAuthorized: 0x87,
  serverUnavailable: 0x88,
  serverShuttingDown: 0x8b,
  badAuthenticationMethod: 0x8c,
  keepAliveTimeout: 0x8d,
  sessionTakenOver: 0x8e,
  topicFilterInvalid: 0x8f,
  topicNameInvalid: 0x90,
  receiveMaximumExceeded: 0x93,
  topicAliasInvalid: 0x94,
  packetTooLarge: 0x95,
  quotaExceeded: 0x97,
  qosNotSupported: 0x9b,
  subscriptionIdentifiersNotSupported: 0xa1,
} as const;

/** A reason code of MQTT 5 that is used here. */
export type ReasonCode = (typeof REASON)[keyof typeof REASON];

/** Why a connection is refused or ended: for the program, and for the person. */
export class Reason {
  constructor(
    readonly code: ReasonCode,
    readonly why: string,
  ) {}
}

/** A packet that cannot be parsed. */
export function malformed(why: string): Reason {
  return new Reason(REASON.malformedPacket, why);
}

/** A packet that MQTT 5 forbids at this point. */
export function protocolError(why: string): Reason {
  return new Reason(REASON.protocolError, why);
}

import { REASON, type Reason, type ReasonCode } from "../mqtt5/reason";

/** Return codes of a CONNACK: https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html#_Table_3.1_- */
export const CONNACK = {
  unacceptableProtocolVersion: 1,
  identifierRejected: 2,
  serverUnavailable: 3,
  notAuthorized: 5,
} as const;

const RETURN_CODES: Partial<Record<ReasonCode, number>> = {
  [REASON.unsupportedProtocolVersion]: CONNACK.unacceptableProtocolVersion,
  [REASON.clientIdNotValid]: CONNACK.identifierRejected,
  [REASON.serverUnavailable]: CONNACK.serverUnavailable,
  [REASON.serverShuttingDown]: CONNACK.serverUnavailable,
  [REASON.notAuthorized]: CONNACK.notAuthorized,
};

/** What a CONNACK says of a reason; undefined where it has no word for it. */
export function returnCodeOf({ code }: Reason): number | undefined {
  return RETURN_CODES[code];
}

import type { IPublishPacket, UserProperties } from "mqtt-packet";

/** A message's expiry, in seconds: https://docs.aws.amazon.com/iot/latest/developerguide/mqtt.html#mqtt5-message-expiry */
const MIN_EXPIRY_SECONDS = 1;
const MAX_EXPIRY_SECONDS = 7 * 24 * 3600;
const LENGTH_BYTES = 4;

/** What MQTT 5 says of a message, and 3.1.1 has no place for. */
export interface Annotations {
  readonly payloadFormatIndicator?: boolean;
  readonly contentType?: string;
  readonly responseTopic?: string;
  readonly correlationData?: Buffer;
  /** By name: of several names that alternate, the order between the names is lost, which is mqtt-packet's doing. */
  readonly userProperties?: UserProperties;
  /** Seconds that the message may wait. */
  readonly messageExpiryInterval?: number;
}

/** The annotations among a publish's or a last will's properties. */
export function annotationsOf(properties: IPublishPacket["properties"] = {}): Annotations {
  const { payloadFormatIndicator, contentType, responseTopic, correlationData, userProperties, messageExpiryInterval } =
    properties;
  return {
    ...(payloadFormatIndicator !== undefined && { payloadFormatIndicator }),
    ...(contentType !== undefined && { contentType }),
    ...(responseTopic !== undefined && { responseTopic }),
    ...(correlationData !== undefined && { correlationData }),
    ...(userProperties !== undefined && { userProperties }),
    ...(messageExpiryInterval !== undefined && { messageExpiryInterval }),
  };
}

/** A message as it travels between a connection and the broker, which speak 3.1.1 to each other. */
export interface Message {
  readonly annotations: Annotations;
  readonly payload: Buffer;
  /** When it expires, milliseconds since the epoch; on its way to a client only. */
  readonly expiry?: number;
}

/** One payload of 3.1.1 with everything in it. Nobody outside sees it. */
export function wrap({ annotations: { correlationData, ...rest }, payload, expiry }: Message): Buffer {
  const base64 = correlationData?.toString("base64");
  const json = Buffer.from(JSON.stringify({ annotations: { ...rest, correlationData: base64 }, expiry }));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json, payload]);
}

/** The message that `wrap` has made a payload of. */
export function unwrap(wrapped: Buffer): Message {
  const end = LENGTH_BYTES + wrapped.readUInt32BE();
  const { annotations, expiry } = JSON.parse(wrapped.toString("utf8", LENGTH_BYTES, end));
  const { correlationData, ...rest } = annotations;
  const data = correlationData === undefined ? {} : { correlationData: Buffer.from(correlationData, "base64") };
  return { annotations: { ...rest, ...data }, payload: wrapped.subarray(end), ...(expiry !== undefined && { expiry }) };
}

/** When a message that arrives now expires, milliseconds since the epoch. */
export function expiresAt(expirySeconds: number, now: number): number {
  return now + Math.min(Math.max(expirySeconds, MIN_EXPIRY_SECONDS), MAX_EXPIRY_SECONDS) * 1000;
}

/** What a subscriber is told: whole seconds, 0 in the last one. Negative: it gets the message no more. */
export function secondsLeft(expiry: number, now: number): number {
  return Math.floor((expiry - now) / 1000);
}

import { type EncodedMap, encodeMetadata } from "./attribute-value";
import { isStorableNumber } from "./dynamodb-limits";
import type { Fields } from "./payload";
import { describe, quote, type Rejection, reject } from "./rejection";

/** One value of one sensor, checked. */
export interface Reading {
  readonly ok: true;
  readonly deviceId: string;
  readonly sensorType: string;
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** Whether the device sent the timestamp; else it is the arrival's. */
  readonly hasOwnTimestamp: boolean;
  readonly metadata: EncodedMap | undefined;
}

/** A thing's name. https://docs.aws.amazon.com/iot/latest/apireference/API_CreateThing.html */
const DEVICE_ID = /^[A-Za-z0-9:_-]{1,128}$/;
/** 1 to 64 characters, whichever, but no control character and not the `#` that parts the range key. */
const SENSOR_TYPE = /^[^\p{Cc}#]{1,64}$/u;
/** The earliest time of 13 digits, 2001: what is below is seconds, or a clock that was never set. */
export const MIN_TIMESTAMP = 1_000_000_000_000;
/** How far a device's clock may be ahead of the arrival. */
export const MAX_AHEAD_MS = 24 * 60 * 60 * 1000;

/** The reading in a payload that `publisher` sent and that arrived at `arrivedAt` (milliseconds), or the first rule that it breaks. */
export function parseReading(fields: Fields, publisher: string, arrivedAt: number): Reading | Rejection {
  const { deviceId, sensorType, value, timestamp, metadata } = fields;
  const problem =
    checkDeviceId(deviceId, publisher) ??
    checkSensorType(sensorType) ??
    checkValue(value) ??
    checkTimestamp(timestamp, arrivedAt);
  if (problem) return problem;
  const encoded = metadata === undefined ? undefined : checkMetadata(metadata);
  if (encoded?.ok === false) return encoded;
  return {
    ok: true,
    deviceId: deviceId as string,
    sensorType: sensorType as string,
    value: value as number,
    timestamp: (timestamp as number | undefined) ?? arrivedAt,
    hasOwnTimestamp: timestamp !== undefined,
    metadata: encoded,
  };
}

function checkDeviceId(deviceId: unknown, publisher: string): Rejection | undefined {
  if (deviceId === undefined)
    return reject("device_id_missing", '"deviceId" must be the name of the thing that publishes; it is missing.');
  if (typeof deviceId !== "string" || !DEVICE_ID.test(deviceId)) {
    const rule = "1 to 128 letters, digits, colons, underscores and hyphens";
    return reject("device_id_invalid", `"deviceId" must be a thing's name of ${rule}, was ${describe(deviceId)}.`);
  }
  // The partition key is the thing that published, by the rule's ${topic(3)}: no device writes in another's name.
  if (deviceId !== publisher) {
    return reject(
      "device_id_spoofed",
      `"deviceId" must be the thing that published, ${quote(publisher)}, was ${quote(deviceId)}.`,
    );
  }
  return undefined;
}

function checkSensorType(sensorType: unknown): Rejection | undefined {
  if (sensorType === undefined)
    return reject("sensor_type_missing", '"sensorType" must name what is measured; it is missing.');
  if (typeof sensorType === "string" && SENSOR_TYPE.test(sensorType) && sensorType.isWellFormed()) {
    if (sensorType === sensorType.normalize("NFC")) return undefined;
    return reject(
      "sensor_type_invalid",
      `"sensorType" must be in Unicode's composed form (NFC), was ${quote(sensorType)}.`,
    );
  }
  const rule = "1 to 64 characters without control characters and #";
  return reject("sensor_type_invalid", `"sensorType" must be text of ${rule}, was ${describe(sensorType)}.`);
}

function checkValue(value: unknown): Rejection | undefined {
  if (value === undefined) return reject("value_missing", '"value" must be a number; it is missing.');
  if (typeof value !== "number") return reject("value_invalid", `"value" must be a number, was ${describe(value)}.`);
  if (isStorableNumber(value)) return undefined;
  return reject("value_out_of_range", `"value" must be zero, or 1E-130 to 9.9E+125 in size, was ${describe(value)}.`);
}

function checkTimestamp(timestamp: unknown, arrivedAt: number): Rejection | undefined {
  if (timestamp === undefined) return undefined;
  const rule = '"timestamp" must be whole milliseconds since the epoch';
  if (!Number.isInteger(timestamp)) return reject("timestamp_invalid", `${rule}, was ${describe(timestamp)}.`);
  if (Number(timestamp) < MIN_TIMESTAMP) {
    return reject(
      "timestamp_out_of_range",
      `${rule}, from ${MIN_TIMESTAMP} on, was ${describe(timestamp)}; are these seconds?`,
    );
  }
  if (Number(timestamp) > arrivedAt + MAX_AHEAD_MS) {
    return reject(
      "timestamp_out_of_range",
      `${rule}, at most 24 hours after the arrival (${arrivedAt}), was ${describe(timestamp)}.`,
    );
  }
  return undefined;
}

function checkMetadata(metadata: unknown): EncodedMap | Rejection {
  if (typeof metadata === "object" && metadata !== null && !Array.isArray(metadata)) return encodeMetadata(metadata);
  return reject("metadata_invalid", `"metadata" must be an object where it is sent, was ${describe(metadata)}.`);
}

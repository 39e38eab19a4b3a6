import { isObject } from "../../contract/json";
import { SENSOR_TYPE } from "../../contract/sensor-type";
import { MAX_THING_NAME_LENGTH, THING_NAME } from "../../contract/thing-name";
import { type EncodedMap, encodeMetadata } from "./attribute-value";
import { isStorableNumber } from "./dynamodb-limits";
import type { Entry } from "./entry";
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

/** The earliest time of 13 digits, 2001: what is below is seconds, or a clock that was never set. */
export const MIN_TIMESTAMP = 1_000_000_000_000;
/** How far a device's clock may be ahead of the arrival. */
export const MAX_AHEAD_MS = 24 * 60 * 60 * 1000;

/** Where a reading comes from, and how it is taken. */
export interface Provenance {
  /** The thing that published. */
  readonly publisher: string;
  /** Milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** A wrong timestamp counts as missing: the reading is stored at its arrival. */
  readonly asArrived: boolean;
}

/** Checks of what the entries of one message have in common, each made once while the same thing comes again and again. */
export class SharedChecks {
  #metadata: { readonly source: unknown; readonly encoded: EncodedMap | Rejection } | undefined;
  #sensorType: { readonly text: unknown; readonly problem: Rejection | undefined } | undefined;

  metadata(source: unknown): EncodedMap | Rejection {
    if (this.#metadata === undefined || this.#metadata.source !== source)
      this.#metadata = { source, encoded: checkMetadata(source) };
    return this.#metadata.encoded;
  }

  sensorType(text: unknown): Rejection | undefined {
    if (this.#sensorType === undefined || this.#sensorType.text !== text)
      this.#sensorType = { text, problem: checkSensorType(text) };
    return this.#sensorType.problem;
  }
}

/** The reading in an entry, or the first rule that it breaks. A field that is null is a missing one. */
export function parseReading(
  { fields, isInexact }: Pick<Entry, "fields" | "isInexact">,
  { publisher, arrivedAt, asArrived }: Provenance,
  shared = new SharedChecks(),
): Reading | Rejection {
  const { deviceId, sensorType, value, metadata } = fields;
  const wrongTime = checkTimestamp(fields.timestamp ?? undefined, arrivedAt);
  const timestamp = asArrived && wrongTime ? undefined : (fields.timestamp ?? undefined);
  const problem =
    checkDeviceId(deviceId ?? undefined, publisher) ??
    shared.sensorType(sensorType ?? undefined) ??
    checkValue(value ?? undefined, isInexact) ??
    (asArrived ? undefined : wrongTime);
  if (problem) return problem;
  const encoded = metadata === undefined || metadata === null ? undefined : shared.metadata(metadata);
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

/** Why this is not the name of the thing that published; undefined where it is. */
export function checkDeviceId(deviceId: unknown, publisher: string): Rejection | undefined {
  if (deviceId === undefined)
    return reject("device_id_missing", '"deviceId" must be the name of the thing that publishes; it is missing.');
  if (typeof deviceId !== "string" || !THING_NAME.test(deviceId)) {
    const rule = `1 to ${MAX_THING_NAME_LENGTH} letters, digits, colons, underscores and hyphens`;
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
    if (sensorType !== sensorType.trim())
      return reject(
        "sensor_type_invalid",
        `"sensorType" must not begin or end with a blank, was ${quote(sensorType)}; did you mean ${quote(sensorType.trim())}?`,
      );
    if (sensorType === sensorType.normalize("NFC")) return undefined;
    return reject(
      "sensor_type_invalid",
      `"sensorType" must be in Unicode's composed form (NFC), was ${quote(sensorType)}.`,
    );
  }
  const rule = "1 to 64 characters, none of them invisible, a blank other than the space, or #";
  return reject("sensor_type_invalid", `"sensorType" must be text of ${rule}, was ${describe(sensorType)}.`);
}

function checkValue(value: unknown, isInexact: boolean): Rejection | undefined {
  if (value === undefined) return reject("value_missing", '"value" must be a number; it is missing.');
  if (typeof value !== "number") return reject("value_invalid", `"value" must be a number, was ${describe(value)}.`);
  if (isInexact)
    return reject(
      "value_inexact",
      `"value" must be a number that a double holds, was one that it would store as ${describe(value)}. Send long numbers as text in "metadata".`,
    );
  if (isStorableNumber(value)) return undefined;
  return reject("value_out_of_range", `"value" must be zero, or 1E-130 to 9.9E+125 in size, was ${describe(value)}.`);
}

function checkTimestamp(timestamp: unknown, arrivedAt: number): Rejection | undefined {
  if (timestamp === undefined) return undefined;
  const rule = '"timestamp" must be whole milliseconds since the epoch';
  if (typeof timestamp !== "number" || !Number.isInteger(timestamp))
    return reject("timestamp_invalid", `${rule}, was ${describe(timestamp)}${lookAt(timestamp, arrivedAt)}.`);
  const wrong = (bound: string) =>
    reject("timestamp_out_of_range", `${rule}, ${bound}, was ${describe(timestamp)}${lookAt(timestamp, arrivedAt)}.`);
  if (timestamp < MIN_TIMESTAMP) return wrong(`from ${MIN_TIMESTAMP} on`);
  if (timestamp > arrivedAt + MAX_AHEAD_MS) return wrong(`at most 24 hours after the arrival (${arrivedAt})`);
  return undefined;
}

const YEAR_MS = 365 * MAX_AHEAD_MS;
/** Units that clocks count in, in milliseconds. */
const UNITS = [
  ["seconds", 1000],
  ["microseconds", 1e-3],
  ["nanoseconds", 1e-6],
] as const;

/** What a wrong timestamp looks like, for the person who mends the device. */
function lookAt(timestamp: unknown, arrivedAt: number): string {
  if (typeof timestamp !== "number") return "";
  if (timestamp === 0) return ": a clock that was never set";
  if (timestamp < 0) return ": a time before 1970";
  // Within a year of the arrival, the other unit is the likely one.
  const unit = UNITS.find(([, inMs]) => Math.abs(timestamp * inMs - arrivedAt) < YEAR_MS);
  if (unit) return `: these look like ${unit[0]}`;
  if (timestamp < MIN_TIMESTAMP / 1000) return ": a count since the device was started, not a time";
  if (timestamp < MIN_TIMESTAMP) return ": these may be seconds";
  if (timestamp > arrivedAt) return `: a clock that is ${Math.round((timestamp - arrivedAt) / 3_600_000)} hours ahead`;
  return "";
}

function checkMetadata(metadata: unknown): EncodedMap | Rejection {
  if (isObject(metadata)) return encodeMetadata(metadata);
  return reject("metadata_invalid", `"metadata" must be an object where it is sent, was ${describe(metadata)}.`);
}

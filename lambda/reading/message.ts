import { isObject } from "../../contract/json";
import { type Entry, entryInvalid, type Message, type Source } from "./entry";
import { EntryTexts, isInexact } from "./inexact-value";
import type { Fields, Payload } from "./payload";
import { checkDeviceId } from "./reading";
import { describe, type Rejection, reject } from "./rejection";
import { senmlEntries } from "./senml";

/** Most readings of one message. */
export const MAX_ENTRIES = 1000;
/** Largest message of several readings: what MQTT takes. https://docs.aws.amazon.com/general/latest/gr/iot-core.html */
export const MAX_MESSAGE_BYTES = 128 * 1024;

/** The entries of a payload, in one of the three forms: one reading, a list under `readings`, or SenML; or why it has none. */
export function readMessage({ value, text }: Payload, source: Source): Message | Rejection {
  if (isList(value)) return checkSize(value, source) ?? senmlEntries(value, new EntryTexts(text), source);
  const { readings } = value;
  if (readings === undefined || readings === null)
    return {
      ok: true,
      isList: false,
      entries: [{ ok: true, fields: value, isInexact: isInexact(value.value, text, "value") }],
    };
  if (value.value !== undefined && value.value !== null)
    return reject("value_beside_readings", '"value" must be absent beside "readings": send one or the other.');
  if (!isList(readings))
    return reject("readings_invalid", `"readings" must be a list of readings, was ${describe(readings)}.`);
  const problem = checkDeviceId(value.deviceId ?? undefined, source.publisher) ?? checkSize(readings, source);
  return problem ?? { ok: true, isList: true, entries: listEntries(value, readings, new EntryTexts(text, "readings")) };
}

/** The entries of a list. What stands beside it holds for those that have none of their own. */
function listEntries(message: Fields, readings: readonly unknown[], texts: EntryTexts): (Entry | Rejection)[] {
  const { deviceId, sensorType, timestamp, metadata } = message;
  return readings.map((entry, index) => {
    if (!isObject(entry)) return entryInvalid(entry);
    const fields = {
      deviceId: entry.deviceId ?? deviceId,
      sensorType: entry.sensorType ?? sensorType,
      value: entry.value,
      timestamp: entry.timestamp ?? timestamp,
      metadata: entry.metadata ?? metadata,
    };
    return { ok: true, fields, isInexact: texts.isInexact(entry.value, index, "value") };
  });
}

function checkSize(list: readonly unknown[], { bytes }: Source): Rejection | undefined {
  if (list.length === 0)
    return reject("readings_empty", "The message must have at least one reading, was an empty list.");
  if (list.length > MAX_ENTRIES)
    return reject("readings_too_many", `A message must have at most ${MAX_ENTRIES} readings, was ${list.length}.`);
  if (bytes > MAX_MESSAGE_BYTES)
    return reject(
      "message_too_large",
      `A message of several readings must have at most ${MAX_MESSAGE_BYTES} bytes, was ${bytes}.`,
    );
  return undefined;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

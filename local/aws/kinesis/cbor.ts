import { cbor, tag } from "@smithy/core/cbor";
import { isObject } from "../../../contract/json";

/** A time: https://www.rfc-editor.org/rfc/rfc8949#name-epoch-based-date-time. AWS counts it in milliseconds. */
const TIME_TAG = 1;

/**
 * The members of a request in CBOR, which the SDK for Java and what is built on it speak unless told otherwise, as they are in JSON:
 * blobs in base64, times in seconds since the epoch.
 * @throws Error where it is no CBOR
 */
export function fromCbor(body: Uint8Array): unknown {
  return inJson(cbor.deserialize(body));
}

/** An answer, given as it is in JSON, in CBOR. */
export function toCbor(answer: unknown): Uint8Array {
  return cbor.serialize(inCbor(answer, ""));
}

function inJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(inJson);
  if (!isObject(value)) return value;
  if (value.tag === TIME_TAG && typeof value.value === "number") return value.value / 1000;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, inJson(member)]));
}

function inCbor(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((each) => inCbor(each, name));
  if (isObject(value))
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([key, member]) => [key, inCbor(member, key)]),
    );
  if (name === "Data") return Buffer.from(String(value), "base64");
  if (name.endsWith("Timestamp")) return tag({ tag: TIME_TAG, value: Math.round(Number(value) * 1000) });
  return value;
}

import { isUtf8 } from "node:buffer";
import { jsonFault } from "./json-fault";
import { describe, quote, type Rejection, reject } from "./rejection";

/** The fields of a JSON object, as sent: nothing is known about them yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** First bytes of a gzip member. https://www.rfc-editor.org/rfc/rfc1952 */
const GZIP = [0x1f, 0x8b];
/** First bytes of an aggregated record. https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md */
const KPL = [0xf3, 0x89, 0x9a, 0xc2];
const UTF8_BOM = [0xef, 0xbb, 0xbf];

/** Sizes that clients' buffers have, and that a message which is cut there has. */
const BUFFER_BYTES = [64, 128, 256, 512, 1024, 2048, 4096];
/** Characters of the text before and after a fault that a detail shows. */
const SHOWN = 24;

/** A payload's JSON: an object, or an array. */
export interface Payload {
  readonly ok: true;
  readonly value: Fields | readonly unknown[];
  readonly text: string;
}

/** The JSON object or array in a record's bytes, or why there is none. */
export function parsePayload(bytes: Buffer): Payload | Rejection {
  if (bytes.length === 0) return reject("empty_payload", "The payload is empty.");
  // JSON begins with an ASCII character: what does not is worth a closer look, and only that.
  if ((bytes[0] ?? 0) < 0x20 || (bytes[0] ?? 0) > 0x7e) {
    if (startsWith(bytes, GZIP))
      return reject("gzip_payload", "The payload is compressed with gzip; send it as plain JSON.");
    if (startsWith(bytes, KPL)) {
      return reject(
        "aggregated_payload",
        "The payload is a Kinesis Producer Library aggregate; turn its aggregation off.",
      );
    }
    // https://www.rfc-editor.org/rfc/rfc8259#section-8.1
    if (startsWith(bytes, UTF8_BOM)) {
      return reject("byte_order_mark", "The payload begins with a byte order mark (EF BB BF), which JSON forbids.");
    }
  }
  if (!isUtf8(bytes)) return reject("not_utf8", notUtf8(bytes));
  const text = bytes.toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return reject("not_json", notJson(text, bytes));
  }
  if (typeof value !== "object" || value === null) {
    return reject("not_an_object", `The payload must be a JSON object or an array in SenML, was ${describe(value)}.`);
  }
  return { ok: true, value: value as Payload["value"], text };
}

function notUtf8(bytes: Buffer): string {
  const at = firstInvalidByte(bytes);
  const where = `byte 0x${hex(bytes[at])} at offset ${at} of ${bytes.length}, after ${before(bytes.toString("utf8", 0, at))}`;
  return `The payload is not UTF-8 text: ${where}. ${encodingHint(bytes, at)}`;
}

/** What the bytes may be instead, for the person who mends the device. */
function encodingHint(bytes: Buffer, at: number): string {
  if (startsWith(bytes, [0xff, 0xfe]) || startsWith(bytes, [0xfe, 0xff])) return "It is UTF-16: send UTF-8.";
  // A character of several bytes that lacks its last ones.
  if (at >= bytes.length - 3 && isUtf8(bytes.subarray(0, at)) && !isJson(bytes.toString("latin1")))
    return `It ends in the middle of a character. ${cutHint(bytes.length)}`;
  if (isJson(bytes.toString("latin1"))) return "It is JSON in Latin-1 (ISO 8859-1 or Windows-1252): send UTF-8.";
  return "Send UTF-8.";
}

function notJson(text: string, bytes: Buffer): string {
  const index = jsonFault(text);
  const at = Buffer.byteLength(text.slice(0, index));
  if (index >= text.length)
    return `The payload is not JSON: it ends too early, at offset ${at}, after ${before(text)}. ${cutHint(bytes.length)}`;
  const where = `byte 0x${hex(bytes[at])} at offset ${at} of ${bytes.length}`;
  const around =
    index === 0 ? quote(text, 2 * SHOWN) : `${quote(text.slice(index), SHOWN)} after ${before(text.slice(0, index))}`;
  return `The payload is not JSON: ${where}, ${around}. ${jsonHint(text, index)}`.trimEnd();
}

function jsonHint(text: string, index: number): string {
  const rest = text.slice(index);
  if (index <= 1 && text.includes("\0")) return "It is UTF-16: send UTF-8.";
  if (/^\0+$/.test(rest)) return "The JSON ends before it: send the text without C's trailing NUL.";
  if (isJson(text.slice(0, index))) return "A whole JSON value ends before it: send one a message.";
  return "";
}

function cutHint(bytes: number): string {
  // A buffer may end with a NUL that is not sent.
  const buffer = BUFFER_BYTES.find((size) => bytes === size || bytes === size - 1);
  return buffer === undefined
    ? "Is it cut at the client's buffer?"
    : `It is cut at ${bytes} bytes: the client's buffer holds ${buffer}.`;
}

/** The last characters before a fault: the good start says nothing about it. */
function before(text: string): string {
  return text.length > SHOWN ? `…${quote(text.slice(-SHOWN), SHOWN)}` : quote(text, SHOWN);
}

function firstInvalidByte(bytes: Buffer): number {
  let at = 0;
  for (const character of bytes.toString("utf8")) {
    const length = Buffer.byteLength(character);
    // A replacement character that the payload itself holds is sound.
    if (character === "\uFFFD" && !startsWith(bytes.subarray(at), [0xef, 0xbf, 0xbd])) return at;
    at += length;
  }
  return at;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function hex(byte = 0): string {
  return byte.toString(16).toUpperCase().padStart(2, "0");
}

function startsWith(bytes: Buffer, magic: readonly number[]): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

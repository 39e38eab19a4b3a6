import { isUtf8 } from "node:buffer";
import { describe, quote, type Rejection, reject } from "./rejection";

/** The fields of a JSON object, as sent: nothing is known about them yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** First bytes of a gzip member. https://www.rfc-editor.org/rfc/rfc1952 */
const GZIP = [0x1f, 0x8b];
/** First bytes of an aggregated record. https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md */
const KPL = [0xf3, 0x89, 0x9a, 0xc2];
const UTF8_BOM = [0xef, 0xbb, 0xbf];

/** The JSON object in a record's bytes, or why there is none. */
export function parsePayload(bytes: Buffer): { readonly ok: true; readonly fields: Fields } | Rejection {
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
  if (!isUtf8(bytes)) {
    return reject("not_utf8", `The payload is not UTF-8 text; its first bytes are ${bytes.toString("hex", 0, 8)}.`);
  }
  const text = bytes.toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return reject("not_json", `The payload is not JSON: ${quote(text)}.`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return reject("not_an_object", `The payload must be a JSON object, was ${describe(value)}.`);
  }
  return { ok: true, fields: value as Fields };
}

function startsWith(bytes: Buffer, magic: readonly number[]): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

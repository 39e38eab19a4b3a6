import { isStorableNumber, MAX_DEPTH } from "./dynamodb-limits";
import { describe, quote, type Rejection, reject } from "./rejection";

/** A JSON object as DynamoDB's own JSON (`{"location":{"S":"line-1"}}`), and its size by DynamoDB's rules. */
export interface EncodedMap {
  readonly ok: true;
  readonly json: string;
  /** Bytes that it adds to an item, without the attribute's own name. */
  readonly bytes: number;
  /** The object as it was sent. */
  readonly source: object;
}

/** Bytes of a map or list itself. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const CONTAINER_BYTES = 3;
/** Bytes of each element of a map or list, beside its name and value. */
const ELEMENT_BYTES = 1;

/** `metadata` as an attribute value, or why DynamoDB would not take it. */
export function encodeMetadata(metadata: object): EncodedMap | Rejection {
  const encoder = new Encoder();
  const json = encoder.map(metadata, 1);
  return encoder.problem ?? { ok: true, json, bytes: encoder.bytes, source: metadata };
}

/** Text and size in one pass. After a problem what it returns means nothing. */
class Encoder {
  bytes = 0;
  problem: Rejection | undefined;

  map(map: object, depth: number): string {
    if (!this.#enter(depth)) return "";
    let json = "";
    // Own keys, as text: a key such as `__proto__` is one like any other.
    for (const [key, value] of Object.entries(map)) {
      if (key === "") this.problem ??= reject("metadata_invalid", '"metadata" must not hold an empty key.');
      if (!key.isWellFormed()) this.problem ??= brokenText(key);
      this.bytes += ELEMENT_BYTES + Buffer.byteLength(key);
      json += `${json === "" ? "" : ","}${JSON.stringify(key)}:${this.#value(value, key, depth)}`;
      if (this.problem) return "";
    }
    return `{${json}}`;
  }

  #list(list: readonly unknown[], key: string, depth: number): string {
    if (!this.#enter(depth)) return "";
    let json = "";
    for (const value of list) {
      this.bytes += ELEMENT_BYTES;
      json += `${json === "" ? "" : ","}${this.#value(value, key, depth)}`;
      if (this.problem) return "";
    }
    return `[${json}]`;
  }

  #value(value: unknown, key: string, depth: number): string {
    switch (typeof value) {
      case "string":
        if (!value.isWellFormed()) this.problem ??= brokenText(key);
        this.bytes += Buffer.byteLength(value);
        return `{"S":${JSON.stringify(value)}}`;
      case "number":
        return this.#number(value, key);
      case "boolean":
        this.bytes += 1;
        return value ? '{"BOOL":true}' : '{"BOOL":false}';
      default:
        if (value === null) {
          this.bytes += 1;
          return '{"NULL":true}';
        }
        if (Array.isArray(value)) return `{"L":${this.#list(value, key, depth + 1)}}`;
        return `{"M":${this.map(value as object, depth + 1)}}`;
    }
  }

  #number(value: number, key: string): string {
    if (!isStorableNumber(value)) {
      const range = "a number that DynamoDB holds (zero, or 1E-130 to 9.9E+125 in size)";
      this.problem ??= reject(
        "metadata_invalid",
        `${quote(key)} in "metadata" must be ${range}, was ${describe(value)}.`,
      );
    }
    this.bytes += numberBytes(value);
    return `{"N":"${value}"}`;
  }

  #enter(depth: number): boolean {
    this.bytes += CONTAINER_BYTES;
    if (depth > MAX_DEPTH) {
      this.problem ??= reject("metadata_too_deep", `"metadata" must not be nested deeper than ${MAX_DEPTH} levels.`);
    }
    return this.problem === undefined;
  }
}

/** Bytes of a number: one for every two significant digits, one more, and one for a minus sign; DynamoDB says "approximately". */
export function numberBytes(value: number): number {
  const digits = String(Math.abs(value))
    .replace(/e.*$/, "")
    .replace(".", "")
    .replace(/^0+|0+$/g, "").length;
  return Math.ceil(digits / 2) + 1 + (value < 0 ? 1 : 0);
}

function brokenText(key: string): Rejection {
  return reject("metadata_invalid", `${quote(key)} in "metadata" holds half of a surrogate pair, which is no text.`);
}

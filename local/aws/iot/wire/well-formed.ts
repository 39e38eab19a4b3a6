import { malformed, type Reason } from "../mqtt5/reason";
import { Cursor } from "./cursor";

/** Reads a property's value. */
type Value = (cursor: Cursor) => void;

const byte: Value = (cursor) => cursor.skip(1);
const flag: Value = (cursor) => cursor.flag();
const twoBytes: Value = (cursor) => cursor.skip(2);
const fourBytes: Value = (cursor) => cursor.skip(4);
const text: Value = (cursor) => cursor.text();
const data: Value = (cursor) => void cursor.data();

/** The properties by their identifiers: https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html#_Toc3901029 */
const PROPERTIES: Readonly<Record<number, Value>> = {
  1: flag,
  2: fourBytes,
  3: text,
  8: text,
  9: data,
  11: (cursor) => void cursor.length(),
  17: fourBytes,
  18: text,
  19: twoBytes,
  21: text,
  22: data,
  23: flag,
  24: fourBytes,
  25: flag,
  26: text,
  28: text,
  31: text,
  33: twoBytes,
  34: twoBytes,
  35: twoBytes,
  36: byte,
  37: byte,
  38: (cursor) => {
    cursor.text();
    cursor.text();
  },
  39: fourBytes,
  40: byte,
  41: byte,
  42: byte,
};

/** Bits of the CONNECT's flags. */
const [USER_NAME, PASSWORD, WILL] = [0x80, 0x40, 0x04];
const QOS = 0x06;

/** Reads properties; undefined in 3.1.1, which has none. */
type Properties = (() => void) | undefined;

/** Reads what a type of packet has behind its length. `first` is the packet's first byte. */
type Body = (cursor: Cursor, properties: Properties, first: number) => void;

const BODIES: Readonly<Record<number, Body>> = {
  1: readConnect,
  3: readPublish,
  4: (cursor, properties) => {
    cursor.skip(2);
    readReason(cursor, properties);
  },
  8: (cursor, properties) => {
    readFilters(cursor, properties, 1);
  },
  10: (cursor, properties) => {
    readFilters(cursor, properties, 0);
  },
  14: readReason,
};

/**
 * What the parser of packets does not see in one that it has read: a text that is not UTF-8 or has U+0000, a flag of another value than 0
 * and 1, and bytes behind the packet's end. Undefined where there is nothing of that.
 */
export function malformation(frame: Buffer, protocolVersion: 4 | 5): Reason | undefined {
  const cursor = new Cursor(frame);
  const first = cursor.byte();
  cursor.length();
  const properties = protocolVersion === 5 ? () => readProperties(cursor) : undefined;
  BODIES[first >> 4]?.(cursor, properties, first);
  return cursor.fault ?? (cursor.isAtEnd ? undefined : malformed("bytes behind a packet's end"));
}

function readConnect(cursor: Cursor, properties: Properties): void {
  cursor.text();
  cursor.skip(1);
  const flags = cursor.byte();
  cursor.skip(2);
  properties?.();
  cursor.text();
  if (flags & WILL) {
    properties?.();
    cursor.text();
    cursor.data();
  }
  if (flags & USER_NAME) cursor.text();
  if (flags & PASSWORD) cursor.data();
}

function readPublish(cursor: Cursor, properties: Properties, first: number): void {
  cursor.text();
  if (first & QOS) cursor.skip(2);
  properties?.();
  cursor.skipRest();
}

function readFilters(cursor: Cursor, properties: Properties, optionBytes: number): void {
  cursor.skip(2);
  properties?.();
  for (; !cursor.isAtEnd; cursor.skip(optionBytes)) cursor.text();
}

/** A reason and properties, which MQTT 5 has where there is something to say. */
function readReason(cursor: Cursor, properties: Properties): void {
  if (properties === undefined || cursor.isAtEnd) return;
  cursor.skip(1);
  if (!cursor.isAtEnd) properties();
}

function readProperties(cursor: Cursor): void {
  const length = cursor.length();
  const end = cursor.at + length;
  while (cursor.at < end && !cursor.fault) {
    const value = PROPERTIES[cursor.length()];
    if (value) value(cursor);
    else cursor.fail(malformed("a property that no one knows"));
  }
}

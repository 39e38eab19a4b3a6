import { hash } from "node:crypto";
import { ATTRIBUTE, MAX_PACKED_SPAN_MS } from "../../contract/item";
import { numberText } from "../../contract/number-text";
import type { EncodedMap } from "../reading/attribute-value";
import type { CheckedReading } from "../reading/checked-reading";
import { MAX_ITEM_BYTES } from "../reading/dynamodb-limits";
import { type ItemFacts, itemJson, sensorTypeShard } from "../reading/item";

/** An item to write, and the readings in it. */
export interface ItemDraft {
  readonly deviceId: string;
  readonly range: string;
  /** The item in DynamoDB's JSON, UTF-8. */
  readonly item: Buffer;
  /** At least one, in the order of their times. */
  readonly readings: readonly CheckedReading[];
}

/** Character codes. */
const [ZERO, NINE, LOWER_E] = [48, 57, 101];

/** What a write unit pays for. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html */
const UNIT_BYTES = 1024;
/** An item whose readings share more than this takes as many bytes again for them: else each would need an item of its own. */
const LARGE_SHARE_BYTES = 768;

/**
 * The items of one message's readings: those of one sensor type that share their metadata go together, up to ten minutes and one write
 * unit. A reading without a time of its own has an item of its own. The keys depend on the message alone, so that a retry writes the
 * same items.
 * @param processedAt Milliseconds since the epoch, noted on each item.
 */
export function packItems(readings: readonly CheckedReading[], facts: ItemFacts, processedAt: number): ItemDraft[] {
  const [first] = readings;
  if (first && readings.length === 1) return [single(first, facts, processedAt)];
  return groupsOf(readings).flatMap((group) => partsOf(group).map((part) => draftOf(part, facts, processedAt)));
}

/** Readings that may share an item, in the order of their times. */
function groupsOf(readings: readonly CheckedReading[]): CheckedReading[][] {
  const byType = new Map<string, { readonly metadata: EncodedMap | undefined; readonly group: CheckedReading[] }[]>();
  const groups: CheckedReading[][] = [];
  for (const checked of readings) {
    const { sensorType, metadata, hasOwnTimestamp } = checked.reading;
    if (!hasOwnTimestamp) {
      groups.push([checked]);
      continue;
    }
    const known = byType.get(sensorType) ?? [];
    byType.set(sensorType, known);
    const same = known.find((other) => other.metadata === metadata || other.metadata?.json === metadata?.json);
    if (same) {
      same.group.push(checked);
      continue;
    }
    const group = [checked];
    known.push({ metadata, group });
    groups.push(group);
  }
  for (const group of groups) group.sort((a, b) => a.reading.timestamp - b.reading.timestamp);
  return groups;
}

/** A group in parts, each of which is an item. */
function partsOf(group: readonly CheckedReading[]): CheckedReading[][] {
  const [first] = group;
  if (first === undefined) return [];
  const shared = sharedBytes(first);
  const limit = limitOf(shared);
  const parts: CheckedReading[][] = [];
  let part: CheckedReading[] = [];
  let bytes = shared;
  for (const checked of group) {
    const { timestamp } = checked.reading;
    const start = part[0]?.reading.timestamp ?? timestamp;
    const more = entryBytes(checked, start);
    if (part.length > 0 && (bytes + more > limit || timestamp - start > MAX_PACKED_SPAN_MS)) {
      parts.push(part);
      part = [];
      bytes = shared;
    }
    part.push(checked);
    bytes += more;
  }
  parts.push(part);
  return parts;
}

function draftOf(part: readonly CheckedReading[], facts: ItemFacts, processedAt: number): ItemDraft {
  const [first, second] = part;
  if (first && second === undefined) return single(first, facts, processedAt);
  return packed(part, facts, processedAt);
}

function single(checked: CheckedReading, facts: ItemFacts, processedAt: number): ItemDraft {
  const { deviceId } = checked.reading;
  // As bytes: a string concatenated from pieces takes ten times the memory until it is sent.
  const item = Buffer.from(itemJson(checked, facts, processedAt));
  return { deviceId, range: checked.range, item, readings: [checked] };
}

function packed(readings: readonly CheckedReading[], facts: ItemFacts, processedAt: number): ItemDraft {
  const { deviceId, sensorType, timestamp: first, metadata } = (readings[0] as CheckedReading).reading;
  const offsets = readings.map(({ reading }) => reading.timestamp - first);
  const last = first + (offsets.at(-1) ?? 0);
  const range = packedRange(first, sensorType, last, offsets);
  const anomalies = readings.flatMap(({ isAnomaly }, place) => (isAnomaly ? [String(place)] : []));
  const json =
    `{"${ATTRIBUTE.deviceId}":{"S":"${deviceId}"},` +
    `"${ATTRIBUTE.timestampSensorType}":{"S":${JSON.stringify(range)}},` +
    `"${ATTRIBUTE.timestamp}":{"N":"${first}"},` +
    `"${ATTRIBUTE.lastTimestamp}":{"N":"${last}"},` +
    `"${ATTRIBUTE.sensorType}":{"S":${JSON.stringify(sensorType)}},` +
    `"${ATTRIBUTE.sensorTypeShard}":{"S":${JSON.stringify(sensorTypeShard(sensorType, deviceId))}},` +
    `"${ATTRIBUTE.offsets}":${numberList(offsets.map(String))},` +
    `"${ATTRIBUTE.values}":${numberList(readings.map(({ reading }) => numberText(reading.value)))},` +
    `${anomalies.length > 0 ? `"${ATTRIBUTE.anomalies}":${numberList(anomalies)},` : ""}` +
    `"${ATTRIBUTE.isAnomaly}":{"BOOL":${anomalies.length > 0}},` +
    `"${ATTRIBUTE.expirationTime}":{"N":"${facts.expirationTime}"},` +
    `"${ATTRIBUTE.arrivedAt}":{"N":"${facts.arrivedAt}"},` +
    `"${ATTRIBUTE.processedAt}":{"N":"${processedAt}"}` +
    `${metadata ? `,"${ATTRIBUTE.metadata}":{"M":${metadata.json}}` : ""}}`;
  return { deviceId, range, item: Buffer.from(json), readings };
}

function numberList(numbers: readonly string[]): string {
  return `{"L":[${numbers.map((number) => `{"N":"${number}"}`).join(",")}]}`;
}

/**
 * The range key of a packed item. First, last and count say all of readings that are evenly spaced; of others a hash of their offsets
 * stands behind, so that no two packings which differ in a time share a key.
 */
function packedRange(first: number, sensorType: string, last: number, offsets: readonly number[]): string {
  const range = `${first}#${sensorType}#${last}#${offsets.length}`;
  const step = (last - first) / (offsets.length - 1);
  const isEven = offsets.every((offset, place) => offset === place * step);
  return isEven ? range : `${range}#${hash("sha256", offsets.join(), "hex").slice(0, 12)}`;
}

/** Bytes of the attributes that a packed item has whatever it holds: names, five numbers, three lists, a truth value. */
const FIXED_BYTES =
  Object.values(ATTRIBUTE).reduce((sum, name) => sum + name.length, 0) - ATTRIBUTE.value.length + 5 * 8 + 3 * 3 + 1;
/** Of a range key, beside the sensor type. */
const RANGE_BYTES = "1767225600000##1767225619000#1000#0123456789ab".length;

/** Bytes of a packed item without its readings, by DynamoDB's rules; it errs on the safe side. */
function sharedBytes({ reading: { deviceId, sensorType, metadata } }: CheckedReading): number {
  const texts = deviceId.length + 3 * Buffer.byteLength(sensorType) + "#00".length;
  return FIXED_BYTES + RANGE_BYTES + texts + (metadata?.bytes ?? 0);
}

/** Bytes of an anomaly's place, with the byte that each element of a list takes. */
const PLACE_BYTES = 4;

/** Bytes that a reading adds to a packed item whose first reading was at `start`. */
function entryBytes({ reading, isAnomaly }: CheckedReading, start: number): number {
  const offset = elementBytes(String(reading.timestamp - start));
  return offset + elementBytes(numberText(reading.value)) + (isAnomaly ? PLACE_BYTES : 0);
}

/** Bytes of a number in a list. Two digits take a byte; where the point is between the two, one more. */
function elementBytes(number: string): number {
  return Math.ceil((significantDigits(number) + 1) / 2) + 2;
}

/** Digits of a number's text without the zeros at its ends, and one for a minus sign. */
function significantDigits(text: string): number {
  let [digits, zeros] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === LOWER_E) break;
    if (code === ZERO) zeros += digits > 0 ? 1 : 0;
    else if (code > ZERO && code <= NINE) {
      digits += zeros + 1;
      zeros = 0;
    }
  }
  return text.startsWith("-") ? digits + 1 : digits;
}

function limitOf(shared: number): number {
  if (shared <= LARGE_SHARE_BYTES) return UNIT_BYTES;
  return Math.min(MAX_ITEM_BYTES, 2 * Math.ceil(shared / UNIT_BYTES) * UNIT_BYTES);
}

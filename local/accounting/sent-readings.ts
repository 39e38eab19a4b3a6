import { isObject } from "../../contract/json";
/** A reading that a message asks to be stored. */
export interface SentReading {
  readonly deviceId: string;
  readonly sensorType: string;
  readonly value: number;
  /** The range key of an item that holds it alone. */
  readonly range: string;
}

/** The record that carries a message. */
export interface Carrier {
  readonly partitionKey: string;
  readonly arrivedAt: number;
  readonly sequenceNumber: string;
}

const FIRST_TIMESTAMP = 1_000_000_000_000;
const DAY_MS = 24 * 60 * 60 * 1000;
/** https://www.rfc-editor.org/rfc/rfc8428#section-4.5.3 */
const RELATIVE_BELOW = 2 ** 28;

type Fields = Readonly<Record<string, unknown>>;

/**
 * The readings that a message asks for, an element each; undefined where it asks for none that could be stored. A message that is no
 * reading counts as one. This is no verdict: what the function refuses has no item, and is found elsewhere. It is read apart from the
 * function's own code, so that a fault there does not hide itself.
 */
export function sentReadings(text: string, carrier: Carrier): readonly (SentReading | undefined)[] {
  const entries = entriesOf(text, carrier.arrivedAt);
  if (entries.length === 0) return [undefined];
  return entries.map((entry, index) => sentReading(entry, entries.length > 1 ? `.${index}` : "", carrier));
}

function entriesOf(text: string, arrivedAt: number): readonly Fields[] {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return [];
  }
  if (Array.isArray(message)) return senmlEntries(message, arrivedAt);
  if (!isObject(message)) return [];
  const { readings, deviceId, sensorType, timestamp, metadata } = message;
  if (!Array.isArray(readings)) return [message];
  return readings.map((entry) => {
    const own = Object.fromEntries(Object.entries(isObject(entry) ? entry : {}).filter(([, value]) => value !== null));
    return { deviceId, sensorType, timestamp, metadata, ...own };
  });
}

function senmlEntries(pack: readonly unknown[], arrivedAt: number): readonly Fields[] {
  let [name, time, value]: [string, number | undefined, number] = ["", undefined, 0];
  return pack.map((record) => {
    const { bn, bt, bv, n = "", t, v } = isObject(record) ? record : {};
    if (typeof bn === "string") name = bn;
    if (typeof bt === "number") time = bt;
    if (typeof bv === "number") value = bv;
    const [, deviceId, sensorType] = /^([^/]*)\/(.*)$/.exec(`${name}${n}`) ?? /^(.*):(.*)$/.exec(`${name}${n}`) ?? [];
    const seconds = time === undefined && t === undefined ? undefined : (time ?? 0) + Number(t ?? 0);
    const ms = seconds !== undefined && seconds < RELATIVE_BELOW ? arrivedAt + seconds * 1000 : Number(seconds) * 1000;
    return {
      deviceId,
      sensorType,
      value: typeof v === "number" ? v + value : v,
      timestamp: seconds === undefined ? undefined : Math.round(ms),
    };
  });
}

/**
 * A reading without a time of its own, and one whose wrong time is replayed as its arrival, has the sequence number in its key, and its
 * place where the message has several.
 */
function sentReading(entry: Fields, place: string, carrier: Carrier): SentReading | undefined {
  const { deviceId, sensorType, value, timestamp } = entry;
  const { partitionKey, arrivedAt, sequenceNumber } = carrier;
  if (deviceId !== partitionKey || typeof sensorType !== "string" || typeof value !== "number") return undefined;
  const hasOwnTime =
    Number.isSafeInteger(timestamp) && Number(timestamp) >= FIRST_TIMESTAMP && Number(timestamp) <= arrivedAt + DAY_MS;
  const range = hasOwnTime ? `${timestamp}#${sensorType}` : `${arrivedAt}#${sensorType}#${sequenceNumber}${place}`;
  return { deviceId, sensorType, value, range };
}

import type { FleetReading } from "./readings";

/** How a message of several readings is written: this project's own list, or SenML (RFC 8428). */
export const FORMS = ["list", "senml"] as const;
/** A form of a message of several readings. */
export type Form = (typeof FORMS)[number];

/** A reading of a message, and what it is sent as in place of a good one. */
export interface Gathered {
  readonly reading: FleetReading;
  /** Sent without a time of its own; SenML's base time holds for every record, so there it is not. */
  readonly isTimeless: boolean;
  /** Sent so that it breaks a rule, in the way of this number from 0 to below 1. */
  readonly spoiled?: number | undefined;
}

/** The message of readings that a device has gathered. */
export function messageOf(gathered: readonly Gathered[], form: Form): string {
  return JSON.stringify(form === "senml" ? senmlOf(gathered) : listOf(gathered));
}

function listOf(gathered: readonly Gathered[]): object {
  const { deviceId, sensorType, metadata } = (gathered[0] as Gathered).reading;
  const readings = gathered.map(({ reading, isTimeless, spoiled }) => {
    const { value, timestamp } = reading;
    const type = reading.sensorType === sensorType ? {} : { sensorType: reading.sensorType };
    const entry = { ...type, value, ...(isTimeless ? {} : { timestamp }) };
    return spoiled === undefined ? entry : pick(BAD_ENTRIES, spoiled)(entry, timestamp);
  });
  return { deviceId, sensorType, metadata, readings };
}

function senmlOf(gathered: readonly Gathered[]): object[] {
  const { deviceId, timestamp: first } = (gathered[0] as Gathered).reading;
  return gathered.map(({ reading, spoiled }, place) => {
    const { sensorType, value, timestamp } = reading;
    const base = place === 0 ? { bn: `${deviceId}/`, bt: first / 1000 } : {};
    const record = { ...base, n: sensorType, t: (timestamp - first) / 1000, v: value };
    return spoiled === undefined ? record : pick(BAD_RECORDS, spoiled)(record);
  });
}

type Entry = Readonly<Record<string, unknown>>;

/** What devices get wrong in an entry of a list. */
const BAD_ENTRIES: readonly ((entry: Entry, timestamp: number) => unknown)[] = [
  () => "not an object",
  (entry) => ({ ...entry, value: undefined }),
  (entry) => ({ ...entry, value: String(entry.value) }),
  (entry) => ({ ...entry, value: 1e300 }),
  (entry) => ({ ...entry, sensorType: "line#4" }),
  (entry, timestamp) => ({ ...entry, timestamp: Math.floor(timestamp / 1000) }),
  (entry, timestamp) => ({ ...entry, timestamp: timestamp + 1e11 }),
  (entry) => ({ ...entry, metadata: [1] }),
  (entry) => ({ ...entry, deviceId: "sensor-of-another" }),
];

/** What devices get wrong in a SenML record. */
const BAD_RECORDS: readonly ((record: Entry) => object)[] = [
  (record) => ({ ...record, v: undefined }),
  (record) => ({ ...record, v: undefined, vs: "on" }),
  (record) => ({ ...record, v: undefined, vb: true }),
  (record) => ({ ...record, s: 12 }),
  (record) => ({ ...record, n: "line#4" }),
  (record) => ({ ...record, gap_: 1 }),
];

function pick<Way>(ways: readonly [Way, ...Way[]] | readonly Way[], choice: number): Way {
  return ways[Math.floor(choice * ways.length)] as Way;
}

/** Breaks a message as a whole, so that none of its readings can be stored. `mark` makes it unlike any other. */
export function spoilMessage(message: string, mark: string, choice: number): Buffer {
  const whole: readonly (() => string | Buffer)[] = [
    () => `${message.slice(0, -3)}${mark}`,
    () => Buffer.concat([Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0xff, 0xfe]), Buffer.from(mark)]),
    () => JSON.stringify({ deviceId: "sensor-of-another", mark, readings: [{ sensorType: "t", value: 1 }] }),
    () => JSON.stringify({ mark, readings: [] }),
    () => JSON.stringify([{ bver: 11, n: mark, v: 1 }]),
  ];
  return Buffer.from(pick(whole, choice)());
}

import type { FleetReading } from "./readings";

/** A way to break a rule: a good reading in, a payload out that must be rejected. `mark` makes the payload unlike any other. */
type Spoiler = (reading: FleetReading, mark: string) => string | Buffer;

const json = (body: unknown): string => JSON.stringify(body);
const without = (reading: FleetReading, field: keyof FleetReading, mark: string): string =>
  json({ ...reading, [field]: undefined, metadata: { mark } });
const withField = (reading: FleetReading, field: keyof FleetReading, value: unknown, mark: string): string =>
  json({ ...reading, [field]: value, metadata: { mark } });

/** What devices get wrong, by name. */
export const SPOILERS: Readonly<Record<string, Spoiler>> = {
  "not JSON": (_reading, mark) => `not json ${mark}`,
  "cut off": (reading, mark) => json({ mark, ...reading }).slice(0, -12),
  binary: (_reading, mark) => Buffer.concat([Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0xff, 0xfe]), Buffer.from(mark)]),
  "an array": (_reading, mark) => json([mark]),
  "a text": (_reading, mark) => json(mark),
  "spoofed deviceId": (reading, mark) => withField(reading, "deviceId", "sensor-of-another", mark),
  "deviceId missing": (reading, mark) => without(reading, "deviceId", mark),
  "deviceId a number": (reading, mark) => withField(reading, "deviceId", 17, mark),
  "sensorType missing": (reading, mark) => without(reading, "sensorType", mark),
  "sensorType empty": (reading, mark) => withField(reading, "sensorType", "", mark),
  "sensorType too long": (reading, mark) => withField(reading, "sensorType", "t".repeat(65), mark),
  "sensorType with #": (reading, mark) => withField(reading, "sensorType", "line#4", mark),
  "value missing": (reading, mark) => without(reading, "value", mark),
  "value a text": (reading, mark) => withField(reading, "value", "25.5", mark),
  "value null": (reading, mark) => withField(reading, "value", null, mark),
  "value beyond DynamoDB": (reading, mark) => withField(reading, "value", 1e300, mark),
  "timestamp a text": (reading, mark) => withField(reading, "timestamp", "yesterday", mark),
  "timestamp in seconds": (reading, mark) =>
    withField(reading, "timestamp", Math.floor(reading.timestamp / 1000), mark),
  "timestamp years ahead": (reading, mark) => withField(reading, "timestamp", reading.timestamp + 1e11, mark),
  "metadata an array": (reading, mark) => json({ ...reading, metadata: [mark] }),
};

const NAMES = Object.keys(SPOILERS);

/** Spoils a good reading, in a way that chance chooses. */
export function spoil(reading: FleetReading, mark: string, random: () => number): Buffer {
  const spoiler = SPOILERS[NAMES[Math.floor(random() * NAMES.length)] ?? ""];
  return Buffer.from(spoiler ? spoiler(reading, mark) : mark);
}

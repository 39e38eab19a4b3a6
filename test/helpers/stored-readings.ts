import type { StoredReading } from "../../stores/unpacked";

/** The time of the first reading, milliseconds since the epoch. */
export const T = 1_767_225_600_000;

/** A reading as the hot tier holds it. */
export const reading = (timestamp: number, deviceId = "sensor-001", sensorType = "temperature"): StoredReading => ({
  deviceId,
  key: `${timestamp}#${sensorType}`,
  timestamp,
  sensorType,
  value: 1,
  isAnomaly: false,
});

/** These readings, as a query gives them. */
export async function* each(...readings: StoredReading[]): AsyncGenerator<StoredReading> {
  yield* readings;
}

/** All readings of a query. */
export async function all(readings: AsyncIterable<StoredReading>): Promise<StoredReading[]> {
  const found: StoredReading[] = [];
  for await (const next of readings) found.push(next);
  return found;
}

import type { Reading } from "./reading";

/**
 * Most bytes that the archive's rows of one message may take as JSON. The transform's answer carries them in base64, and all the records
 * of its buffer, within 6 MB: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const MAX_ROWS_BYTES = 1_400_000;

/** The names and signs of a row, its times, its number and its place in the stream: all of them have a bound. */
const FIXED_BYTES = 380;

/** Bytes that the rows of these readings take as JSON, at most. */
export function rowsBytes(readings: readonly Reading[]): number {
  const metadataBytes = new Map<object, number>();
  let bytes = 0;
  for (const { deviceId, sensorType, metadata } of readings) {
    // The sensor type stands in the row's key too, and JSON may escape each of its characters.
    bytes += FIXED_BYTES + deviceId.length + 4 * Buffer.byteLength(sensorType);
    if (metadata === undefined) continue;
    // In a row it is text: its own JSON, escaped once more.
    const known = metadataBytes.get(metadata) ?? Buffer.byteLength(JSON.stringify(JSON.stringify(metadata.source)));
    metadataBytes.set(metadata, known);
    bytes += known;
  }
  return bytes;
}

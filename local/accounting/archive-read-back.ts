import { itemKey, type PayloadId, payloadId } from "./ledger";

/** What the cold tier holds at the end. */
export interface ArchiveReadBack {
  /** Readings in Parquet, by `itemKey`. */
  readonly items: ReadonlySet<string>;
  /** Payloads, and readings by `itemKey`, that the delivery has set aside. */
  readonly setAside: ReadonlySet<PayloadId | string>;
}

/** The readings of a Parquet object. */
export async function archivedReadings(body: Uint8Array): Promise<string[]> {
  // Loaded when it is needed: jest does not load it.
  const { parquetReadObjects } = await import("hyparquet");
  const file = new Uint8Array(body).buffer;
  const rows = await parquetReadObjects({ file, columns: ["device_id", "reading_key"] });
  return rows.map((row) => itemKey({ deviceId: row.device_id, timestampSensorType: row.reading_key }));
}

/** What an object under the error prefix holds: the stream's own payloads, or rows that have no place in the table. */
export function setAsidePayloads(jsonLines: string): string[] {
  const lines = jsonLines.split("\n").filter((line) => line !== "");
  return lines.flatMap((line) => {
    const { rawData } = JSON.parse(line) as { rawData: string };
    return [payloadId(rawData), ...readingOf(Buffer.from(rawData, "base64").toString("utf8"))];
  });
}

function readingOf(json: string): string[] {
  try {
    const { device_id, reading_key } = JSON.parse(json) as { device_id?: string; reading_key?: string };
    if (device_id === undefined || reading_key === undefined) return [];
    return [itemKey({ deviceId: device_id, timestampSensorType: reading_key })];
  } catch {
    return [];
  }
}

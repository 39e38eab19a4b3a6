import { aheadMs } from "../../stores/hot-readings";
import type { StoredReading } from "../../stores/unpacked";
import { type Format, rowWriter } from "../kit/output";
import type { Io } from "../kit/terminal";

const COLUMNS = [
  { name: "time", width: 24 },
  { name: "device", width: 20 },
  { name: "sensorType", width: 20 },
  { name: "value", width: 12 },
  { name: "anomaly", width: 7 },
  { name: "ahead", width: 5 },
  { name: "metadata", width: 0 },
];
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Writes readings as they come. "ahead" is how far a reading's time is in the future: words in a table, else milliseconds or null. */
export function readingWriter(format: Format, io: Io, now: () => number = Date.now): (reading: StoredReading) => void {
  const write = rowWriter(COLUMNS, format, io.result);
  return ({ timestamp, deviceId, sensorType, value, isAnomaly, metadata }) => {
    const isTable = format === "table";
    const ahead = aheadMs(timestamp, now());
    const anomaly = isTable ? (isAnomaly ? "yes" : "") : isAnomaly;
    const time = new Date(timestamp).toISOString();
    write([time, deviceId, sensorType, value, anomaly, isTable ? aheadInWords(ahead) : ahead || null, metadata]);
  };
}

/** A time ahead in words, such as `20 h` or `5 min`; empty for 0. */
export function aheadInWords(ms: number): string {
  if (ms === 0) return "";
  return ms >= 2 * HOUR_MS ? `${Math.round(ms / HOUR_MS)} h` : `${Math.round(ms / MINUTE_MS)} min`;
}

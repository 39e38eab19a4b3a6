import type { Io } from "../command";
import { type Format, rowWriter } from "../output";
import type { StoredReading } from "./stored-reading";

const COLUMNS = [
  { name: "time", width: 24 },
  { name: "device", width: 20 },
  { name: "sensorType", width: 20 },
  { name: "value", width: 12 },
  { name: "anomaly", width: 7 },
  { name: "metadata", width: 0 },
];

/** Writes readings as they come. */
export function readingWriter(format: Format, io: Io): (reading: StoredReading) => void {
  const write = rowWriter(COLUMNS, format, io.result);
  return ({ timestamp, deviceId, sensorType, value, isAnomaly, metadata }) => {
    const anomaly = format === "table" ? (isAnomaly ? "yes" : "") : isAnomaly;
    write([new Date(timestamp).toISOString(), deviceId, sensorType, value, anomaly, metadata]);
  };
}

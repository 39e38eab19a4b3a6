import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { aheadMs, END_OF_TIME, HotReadings } from "../../stores/hot-readings";
import type { StoredReading } from "../../stores/unpacked";
import { defineCommand } from "../kit/command";
import { required } from "../kit/options";
import { FORMAT_OPTIONS, formatOf } from "../kit/output";
import { clientConfig, TARGET_OPTIONS, targetOf } from "../kit/target";
import { text } from "../kit/values";
import { readingWriter } from "./reading-writer";

/** A sensor type that was silent for this long before the device's last reading is not part of its present state. */
const PRESENT_MS = 3_600_000;

/** `iot latest`: a device's present state. Its status is 1 where the hot tier has no reading of the device. */
export const latest = defineCommand({
  name: "latest",
  summary: "show a device's latest readings",
  description:
    "Shows a device's latest reading of each sensor type that it reported in the hour before its last one. Readings whose " +
    'time is in the future are not its present state: they come last, marked "ahead".',
  examples: ["sensor-001"],
  positionals: { device: required(text("DEVICE", "a device's name"), "the device's name") },
  options: { ...TARGET_OPTIONS, ...FORMAT_OPTIONS },
  async run({ device, ...values }, io) {
    const target = await targetOf(values);
    const hot = new HotReadings(new DynamoDBClient(clientConfig(target)), target.output("dynamodb_table_name"));
    const span = { from: 0, until: END_OF_TIME, now: Date.now() };
    const found = await latestOfEachType(hot.ofDevice(device, span, undefined, true), span.now);
    if (found.length === 0) throw new Error(`The hot tier has no reading of "${device}"`);
    const write = readingWriter(formatOf(values), io);
    for (const reading of found) write(reading);
    return 0;
  },
});

/**
 * The first reading of each sensor type, of readings that come newest first, and after these the first of each type whose time is
 * ahead of now.
 */
export async function latestOfEachType(
  newestFirst: AsyncIterable<StoredReading>,
  now: number,
): Promise<StoredReading[]> {
  const found = new Map<string, StoredReading>();
  const ahead = new Map<string, StoredReading>();
  let newest = Number.NEGATIVE_INFINITY;
  for await (const reading of newestFirst) {
    if (aheadMs(reading.timestamp, now) > 0) {
      if (!ahead.has(reading.sensorType)) ahead.set(reading.sensorType, reading);
      continue;
    }
    newest = Math.max(newest, reading.timestamp);
    if (reading.timestamp < newest - PRESENT_MS) break;
    if (!found.has(reading.sensorType)) found.set(reading.sensorType, reading);
  }
  return [...found.values(), ...ahead.values()];
}

import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { aheadMs, END_OF_TIME, HotReadings } from "../../stores/hot-readings";
import type { StoredReading } from "../../stores/unpacked";
import { FLAG, parsed } from "../kit/arguments";
import { type Command, UsageError } from "../kit/command";
import { formatOf } from "../kit/output";
import { clientConfig, TARGET_HELP, TARGET_OPTIONS, targetOf } from "../kit/target";
import { readingWriter } from "./reading-writer";

/** Sensor types that were silent this long before the device's last reading are not its present state. */
const PRESENT_MS = 3_600_000;

const HELP = `Usage: npx iot latest DEVICE [options]

The device's latest reading of each sensor type that it has reported in the hour before its last one. Readings whose time is ahead
of now are not its present state: they come after it, with "ahead".

${TARGET_HELP}  --json           one JSON object a line
  --csv            comma-separated values
  --help           this text
`;

/** `iot latest`: a device's present state. Its status is 1 where the hot tier has nothing of the device. */
export const latest: Command = {
  name: "latest",
  summary: "prints a device's latest readings",
  help: HELP,
  async run(args, io) {
    const { values, positionals } = parsed({
      args: [...args],
      allowPositionals: true,
      options: { ...TARGET_OPTIONS, json: FLAG, csv: FLAG },
    });
    const [device, ...others] = positionals;
    if (device === undefined || others.length > 0) throw new UsageError("name one device");
    const format = formatOf(values);
    const target = await targetOf(values);
    const hot = new HotReadings(new DynamoDBClient(clientConfig(target)), target.output("dynamodb_table_name"));
    const span = { from: 0, until: END_OF_TIME, now: Date.now() };
    const found = await latestOfEachType(hot.ofDevice(device, span, undefined, true), span.now);
    if (found.length === 0) throw new Error(`the hot tier has no reading of "${device}"`);
    const write = readingWriter(format, io);
    for (const reading of found) write(reading);
    return 0;
  },
};

/** The first of each sensor type, of readings that come newest first; after these, of each the first whose time is ahead of now. */
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

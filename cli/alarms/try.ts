import { readFile } from "node:fs/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { HotReadings, type Span } from "../../stores/hot-readings";
import { inTimeOrder } from "../../stores/in-time-order";
import type { StoredReading } from "../../stores/unpacked";
import { matchesGlob } from "../../watch/rules/device-glob";
import { defineCommand } from "../kit/command";
import { optional, repeated, required, withDefault } from "../kit/options";
import { counted, FORMAT_OPTIONS, formatAnswer, formatOf } from "../kit/output";
import { clientConfig, TARGET_OPTIONS, targetOf } from "../kit/target";
import type { Io } from "../kit/terminal";
import { periodOf } from "../kit/time";
import { UsageError } from "../kit/usage-error";
import { text, time } from "../kit/values";
import { writeLines } from "./history";
import { DEVICES } from "./list";
import { type TriedRules, triedRules } from "./rules-file";
import { TriedDevices, type TriedEvent } from "./tried";
import { occurrenceRows, ruleRows, triedLines, triedOccurrences } from "./tried-report";

const HOUR_MS = 3_600_000;
const REPORT_EVERY = 10_000;

/** `iot alarms try`: what rules would have raised. It needs no watch. */
export const tryAlarmRules = defineCommand({
  name: "try",
  summary: "show what rules would have raised, over stored readings",
  description:
    "Runs rules over the hot tier's readings and shows what they would have raised. It changes nothing, and the stack needs no " +
    "device watch.\n\n" +
    "FILE is YAML or JSON with watchRules and, where needed, watchQuiet and anomalyLimits, such as a stack's own Pulumi.dev.yaml. " +
    "Every problem of the rules is reported together.\n\n" +
    "Readings are read by the sensor types that the rules name and, where a rule names none, by those of anomalyLimits and --type; " +
    "or all of one device's. Nobody acknowledges, resets or shelves in a trial; a device without a stored reading is not in it, " +
    "nor are rejected records, and the plant is never silent as a whole.",
  examples: ["--rules Pulumi.dev.yaml", "--rules rules.yaml --since 24h --device boiler-7"],
  options: {
    rules: required(text("FILE", "a file of rules"), "the rules"),
    since: withDefault(time, "7d", "over readings from then on"),
    until: optional(time, "over readings before then"),
    device: optional(DEVICES, "over these devices only; * and ? stand for any characters"),
    type: repeated(text("TYPE", "a sensor type"), "read this sensor type, too"),
    ...TARGET_OPTIONS,
    ...FORMAT_OPTIONS,
  },
  async run({ rules: file, device, type: types, ...values }, io) {
    const now = Date.now();
    const { from, until } = periodOf(values, { open: now });
    const tried = triedRules(await textOf(file), file);
    const target = await targetOf(values);
    const hot = new HotReadings(new DynamoDBClient(clientConfig(target)), target.output("dynamodb_table_name"));
    const span = { from, until, now };
    const isOne = device !== undefined && !/[*?]/.test(device);
    const read = isOne ? [hot.ofDevice(device, span)] : ofTypes(hot, typesOf(tried, types), span, io);
    const devices = new TriedDevices(tried.rules);
    const events = await judged(inTimeOrder(read), device ?? "*", devices, io);
    events.push(...devices.end(until));
    const format = formatOf(values);
    if (format === "table") showTables(events, tried, { from, until }, io);
    else await writeLines(triedLines(events), format, io);
    const { devices: count, readings } = devices.counts;
    io.note(`${counted(readings, "reading")} of ${counted(count, "device")}`);
    return 0;
  },
});

async function textOf(file: string): Promise<string> {
  return readFile(file, "utf8").catch((error: Error) => {
    throw new UsageError(`"--rules" must be a file that can be read, got "${file}": ${error.message}`);
  });
}

/** The sensor types that the rules could say something about, as far as they are known. */
function typesOf({ rules: { rules }, boundedTypes }: TriedRules, more: readonly string[]): ReadonlySet<string> {
  const named = rules.flatMap(({ sensorType }) => sensorType ?? []);
  const isAny = rules.some(({ sensorType }) => sensorType === undefined);
  // A rule's type fits readings of another case; the index does not.
  const all = [...named, ...named.map((type) => type.toLowerCase()), ...(isAny ? boundedTypes : []), ...more];
  return new Set(all);
}

function ofTypes(hot: HotReadings, types: ReadonlySet<string>, span: Span, io: Io): AsyncGenerator<StoredReading>[] {
  io.note(`tried over the readings of ${[...types].join(", ") || "no sensor type"}; add others with --type`);
  return [...types].map((type) => hot.ofType(type, span));
}

async function judged(
  readings: AsyncIterable<StoredReading>,
  wanted: string,
  devices: TriedDevices,
  io: Io,
): Promise<TriedEvent[]> {
  const events: TriedEvent[] = [];
  for await (const reading of readings) {
    io.signal.throwIfAborted();
    if (!matchesGlob(wanted, reading.deviceId)) continue;
    events.push(...devices.read(reading));
    const { readings: count } = devices.counts;
    if (count % REPORT_EVERY === 0)
      io.progress(`${counted(count, "reading")}, to ${new Date(reading.timestamp).toISOString()}`);
  }
  return events;
}

function showTables(
  events: readonly TriedEvent[],
  { rules: { rules } }: TriedRules,
  { from, until }: { readonly from: number; readonly until: number },
  io: Io,
): void {
  const occurrences = triedOccurrences(events);
  if (occurrences.length > 0) io.result(`${formatAnswer(occurrenceRows(occurrences, until), "table")}\n`);
  const names = rules.map(({ name }) => name);
  io.result(formatAnswer(ruleRows(occurrences, names, Math.max(1, (until - from) / HOUR_MS)), "table"));
}

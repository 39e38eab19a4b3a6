import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { END_OF_TIME, HotReadings } from "../../stores/hot-readings";
import type { StoredReading } from "../../stores/unpacked";
import { defineCommand } from "../kit/command";
import { flag, optional } from "../kit/options";
import { counted, FORMAT_OPTIONS, formatOf, printable } from "../kit/output";
import { clientConfig, TARGET_OPTIONS, targetOf } from "../kit/target";
import type { Io } from "../kit/terminal";
import { type GivenTime, periodOf, timeOf } from "../kit/time";
import { UsageError } from "../kit/usage-error";
import { text, time } from "../kit/values";
import { follow } from "./follow";
import { readingWriter } from "./reading-writer";

const LOOK_EVERY_MS = 2000;

/** `iot readings`: what sensors have reported. */
export const readings = defineCommand({
  name: "readings",
  summary: "show the readings of a device or of a sensor type",
  description:
    "Shows the hot tier's readings, oldest first: those of a device, of a sensor type, or of one type of a device. A reading's " +
    "time is the device's own: a late reading appears at its own time, and one from a clock that is ahead is marked.",
  examples: ["sensor-001 --since 1h", "--type temperature --follow"],
  usage: ["DEVICE [--type TYPE] [options]", "--type TYPE [options]"],
  positionals: { device: optional(text("DEVICE", "a device's name"), "the device's name") },
  options: {
    type: optional(text("TYPE", "a sensor type"), "readings of this sensor type only"),
    since: optional(time, "from then on", { absent: "1h; with --follow, now" }),
    until: optional(time, "before then"),
    follow: flag("go on with new readings, until Ctrl-C; those over a minute late are not shown", {
      excludes: ["until"],
    }),
    ...TARGET_OPTIONS,
    ...FORMAT_OPTIONS,
  },
  async run({ device, type, follow: goesOn, ...values }, io) {
    if (device === undefined && type === undefined)
      throw new UsageError('"DEVICE" or "--type" is required, for example sensor-001, or --type temperature');
    const since = values.since ?? sinceAbsent(goesOn);
    const period = periodOf({ since, until: values.until }, { open: END_OF_TIME });
    const target = await targetOf(values);
    const hot = new HotReadings(new DynamoDBClient(clientConfig(target)), target.output("dynamodb_table_name"));
    const from = (ms: number) => {
      const span = { from: ms, until: period.until, now: Date.now() };
      return device === undefined ? hot.ofType(type ?? "", span) : hot.ofDevice(device, span, type);
    };
    const pause = () => sleep(LOOK_EVERY_MS, undefined, { signal: io.signal });
    const found = goesOn ? follow(period.from, { from, now: Date.now, pause }) : from(period.from);
    const count = await show(found, readingWriter(formatOf(values), io), io);
    io.note(counted(count, "reading"));
    if (count === 0) io.note(await hintOfOlder(hot, { device, type }, period.from));
    return 0;
  },
});

/** Where `--since` is left out. */
function sinceAbsent(goesOn: boolean): GivenTime | undefined {
  return timeOf(goesOn ? "0s" : "1h", Date.now());
}

async function show(
  found: AsyncIterable<StoredReading>,
  write: (reading: StoredReading) => void,
  io: Io,
): Promise<number> {
  let count = 0;
  for await (const reading of found) {
    io.signal.throwIfAborted();
    await io.ready();
    write(reading);
    count += 1;
  }
  return count;
}

/** Where nothing was found: what a wider range would show, such as a backlog that was sent late. */
async function hintOfOlder(
  hot: HotReadings,
  asked: { readonly device: string | undefined; readonly type: string | undefined },
  since: number,
): Promise<string> {
  const name = asked.device ?? asked.type ?? "";
  const older = await hot.newestBefore(asked, since, Date.now());
  if (older === undefined) return `the hot tier has no older reading of "${printable(name)}" either`;
  const [time, arrival] = [older.timestamp, older.arrivedAt].map((ms) => ms && new Date(ms).toISOString());
  return `the newest reading before that is of ${time}${arrival ? `, and arrived at ${arrival}` : ""}; show it with --since ${time}`;
}

import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { END_OF_TIME, HotReadings } from "../../stores/hot-readings";
import { FLAG, moment, orderedPeriod, parsed, TEXT } from "../kit/arguments";
import { type Command, UsageError } from "../kit/command";
import { counted, formatOf, printable } from "../kit/output";
import { clientConfig, TARGET_HELP, TARGET_OPTIONS, targetOf } from "../kit/target";
import { follow } from "./follow";
import { readingWriter } from "./reading-writer";

const LOOK_EVERY_MS = 2000;

const HELP = `Usage: npx iot readings DEVICE [--type TYPE] [options]
       npx iot readings --type TYPE [options]

The hot tier's readings, oldest first: one device's, or all of one sensor type. The time is the device's own, so what arrives
late stands where it belongs; a clock that is ahead shows as "ahead".

  --type TYPE      this sensor type only
  --since TIME     from then on: so long ago (15m, 1h, 7d), or 2026-01-31T08:00Z (default 1h; with --follow now)
  --until TIME     before then
  --follow         goes on with what arrives, until Ctrl-C; what comes more than a minute late is not shown
${TARGET_HELP}  --json           one JSON object a line
  --csv            comma-separated values
  --help           this text
`;

/** `iot readings`: what a sensor said. */
export const readings: Command = {
  name: "readings",
  summary: "prints the readings of a device or of a sensor type",
  help: HELP,
  async run(args, io) {
    const { values, positionals } = parsed({
      args: [...args],
      allowPositionals: true,
      options: {
        ...TARGET_OPTIONS,
        type: TEXT,
        since: TEXT,
        until: TEXT,
        follow: FLAG,
        json: FLAG,
        csv: FLAG,
      },
    });
    const [device, ...others] = positionals;
    const { type } = values;
    if (others.length > 0) throw new UsageError(`one device at a time, got "${positionals.join('" and "')}"`);
    if (device === undefined && type === undefined)
      throw new UsageError('name a device, or a sensor type with "--type"');
    if (values.follow && values.until !== undefined)
      throw new UsageError('"--follow" and "--until" exclude each other');
    const now = Date.now();
    const { from: since, until } = orderedPeriod({
      options: ["--since", "--until"],
      texts: [values.since, values.until],
      from: moment("--since", values.since ?? (values.follow ? "0s" : "1h"), now),
      until: values.until === undefined ? END_OF_TIME : moment("--until", values.until, now),
    });
    const format = formatOf(values);
    const target = await targetOf(values);
    const write = readingWriter(format, io);
    const hot = new HotReadings(new DynamoDBClient(clientConfig(target)), target.output("dynamodb_table_name"));
    const from = (ms: number) => {
      const span = { from: ms, until, now: Date.now() };
      return device === undefined ? hot.ofType(type ?? "", span) : hot.ofDevice(device, span, type);
    };
    const pause = () => sleep(LOOK_EVERY_MS, undefined, { signal: io.signal });
    let count = 0;
    for await (const reading of values.follow ? follow(since, { from, now: Date.now, pause }) : from(since)) {
      io.signal.throwIfAborted();
      await io.ready();
      write(reading);
      count += 1;
    }
    io.note(counted(count, "reading"));
    if (count === 0) io.note(await whatIsBefore(hot, { device, type }, since));
    return 0;
  },
};

/** Where nothing was found: what a wider range would show, such as a backlog that was sent late. */
async function whatIsBefore(
  hot: HotReadings,
  who: { readonly device: string | undefined; readonly type: string | undefined },
  since: number,
): Promise<string> {
  const name = who.device ?? who.type ?? "";
  const before = await hot.newestBefore(who, since, Date.now());
  if (before === undefined) return `the hot tier has nothing older of "${printable(name)}" either`;
  const [time, arrival] = [before.timestamp, before.arrivedAt].map((ms) => ms && new Date(ms).toISOString());
  return `the newest before that is of ${time}${arrival ? `, and arrived at ${arrival}` : ""}; show it with --since ${time}`;
}

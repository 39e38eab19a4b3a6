import { S3Client } from "@aws-sdk/client-s3";
import { REJECT_REASONS } from "../../contract/rejected";
import { recordId } from "../../contract/stream-record";
import { type Listed, setAsideInOrder } from "../../stores/arrival-order";
import { findSetAside, type SetAside, setAside } from "../../stores/rejected-records";
import { FLAG, moment, orderedPeriod, parsed, TEXT } from "../kit/arguments";
import { type Command, type Io, UsageError } from "../kit/command";
import { counted, type Format, formatAnswer, formatOf, rowWriter } from "../kit/output";
import { clientConfig, TARGET_HELP, TARGET_OPTIONS, targetOf } from "../kit/target";
import { UnreadableObjects } from "../kit/unreadable-objects";
import { statistics } from "./statistics";

const HELP = `Usage: npx iot rejected list [options]
       npx iot rejected stats [options]
       npx iot rejected show ID [options]

What was set aside because it can never be stored: a line a record in the order of arrival, how many by reason, or one record with
its original bytes. ID is what "list" shows. A record that is set aside twice counts once.

  --since TIME     arrived from then on: so long ago (15m, 1h, 7d), or 2026-01-31T08:00Z (default 24h)
  --until TIME     arrived before then
  --reason CODE    for this reason only
  --device NAME    published by this device only
  --by device      "stats": by reason and device, in the place of reasons with their total
${TARGET_HELP}  --json           one JSON object a line
  --csv            comma-separated values
  --help           this text

The reasons:
${Object.entries(REJECT_REASONS)
  .map(([code, meaning]) => `  ${code.padEnd(24)} ${meaning}`)
  .join("\n")}
`;

const COLUMNS = [
  { name: "arrived", width: 24 },
  { name: "device", width: 20 },
  { name: "reason", width: 22 },
  { name: "id", width: 0 },
  { name: "detail", width: 0 },
];

/** `iot rejected`: what was set aside, and why. */
export const rejected: Command = {
  name: "rejected",
  summary: "lists and counts rejected records, with their reasons",
  help: HELP,
  async run(args, io) {
    const { values, positionals } = parsed({
      args: [...args],
      allowPositionals: true,
      options: {
        ...TARGET_OPTIONS,
        since: TEXT,
        until: TEXT,
        reason: TEXT,
        device: TEXT,
        by: TEXT,
        json: FLAG,
        csv: FLAG,
      },
    });
    const [what, id, ...others] = positionals;
    if ((what !== "list" && what !== "stats" && what !== "show") || others.length > 0)
      throw new UsageError('say what to do: "list", "stats" or "show ID"');
    if ((what === "show") !== (id !== undefined))
      throw new UsageError(what === "show" ? '"show" needs an ID, as "list" shows it' : `"${what}" takes no "${id}"`);
    const format = formatOf(values);
    const { reason, device, by } = values;
    if (by !== undefined && (by !== "device" || what !== "stats"))
      throw new UsageError(`"--by" must be device, with "stats", got "${by}" with "${what}"`);
    if (reason !== undefined && !Object.hasOwn(REJECT_REASONS, reason))
      throw new UsageError(`"--reason" must be a code that --help lists, got "${reason}"`);
    const now = Date.now();
    const { from, until } = orderedPeriod({
      options: ["--since", "--until"],
      texts: [values.since, values.until],
      from: moment("--since", values.since ?? "24h", now),
      until: values.until === undefined ? Number.POSITIVE_INFINITY : moment("--until", values.until, now),
    });
    const target = await targetOf(values);
    const s3 = new S3Client(clientConfig(target));
    const bucket = target.output("s3_bucket_name");
    const unreadable = new UnreadableObjects(io.note);
    if (id !== undefined) {
      const found = await findSetAside(s3, bucket, id, unreadable.add);
      if (found === undefined) throw new Error(`no record "${id}" was set aside, or its 90 days are over`);
      io.result(shown(found, format));
      return 0;
    }
    const filter = { from, until, reason, device };
    if (what === "list") await list(setAsideInOrder(s3, bucket, filter, unreadable.add), format, io);
    else {
      const records = setAside(s3, bucket, filter, unreadable.add);
      io.result(
        formatAnswer(
          await statistics(records, { byDevice: by === "device", withTotal: format === "table" }, (count) =>
            io.progress(`${count} records`),
          ),
          format,
        ),
      );
    }
    unreadable.conclude();
    return 0;
  },
};

async function list(records: AsyncIterable<Listed>, format: Format, io: Io): Promise<void> {
  const write = rowWriter(COLUMNS, format, io.result);
  let count = 0;
  for await (const record of records) {
    io.signal.throwIfAborted();
    await io.ready();
    const { arrivedAt, partitionKey, reason, detail } = record;
    write([new Date(arrivedAt).toISOString(), partitionKey, reason, recordId(record), detail]);
    count += 1;
  }
  io.note(counted(count, "record"));
}

function shown(record: SetAside, format: Format): string {
  const { arrivedAt, partitionKey, reason, detail, key, data } = record;
  const bytes = Buffer.from(data, "base64");
  const text = bytes.toString("utf8");
  const fields: readonly (readonly [string, unknown])[] = [
    ["id", recordId(record)],
    ["arrived", new Date(arrivedAt).toISOString()],
    ["device", partitionKey],
    ["reason", reason],
    ["detail", detail],
    ["object", key],
    ["bytes", bytes.length],
    Buffer.from(text).equals(bytes) ? ["payload", text] : ["payloadBase64", data],
  ];
  if (format !== "table")
    return formatAnswer({ columns: fields.map(([name]) => name), rows: [fields.map(([, value]) => value)] }, format);
  return formatAnswer({ columns: ["field", "value"], rows: fields }, format);
}

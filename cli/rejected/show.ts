import type { RejectedEntry } from "../../contract/rejected";
import { recordId } from "../../contract/stream-record";
import { findRejectedRecord, type RejectedRecord } from "../../stores/rejected-records";
import { defineCommand } from "../kit/command";
import { required } from "../kit/options";
import { FORMAT_OPTIONS, type Format, formatAnswer, formatOf } from "../kit/output";
import { TARGET_OPTIONS } from "../kit/target";
import { text } from "../kit/values";
import { archiveOf } from "./filter";

/** `iot rejected show`: a rejected record with its original bytes. Its status is 1 where there is no such record. */
export const showRejected = defineCommand({
  name: "show",
  summary: "show a rejected record with its original bytes",
  description: "Shows one rejected record whole: its reason, its object in the archive and its original bytes.",
  examples: ["shardId-000000000000:49590338271490256608559692538361"],
  positionals: {
    id: required(text("ID", 'an id that "npx iot rejected list" shows'), 'the record\'s id, as "list" shows it'),
  },
  options: { ...TARGET_OPTIONS, ...FORMAT_OPTIONS },
  async run({ id, ...values }, io) {
    const { s3, bucket, unreadable } = await archiveOf(values, io);
    const found = await findRejectedRecord(s3, bucket, id, unreadable.add);
    if (found === undefined) throw new Error(`No rejected record has the id "${id}": they are kept for 90 days`);
    io.result(shown(found, formatOf(values)));
    return 0;
  },
});

function shown(record: RejectedRecord, format: Format): string {
  const { arrivedAt, partitionKey, reason, detail, entries, key, data } = record;
  const bytes = Buffer.from(data, "base64");
  const payload = bytes.toString("utf8");
  const fields: readonly (readonly [string, unknown])[] = [
    ["id", recordId(record)],
    ["arrived", new Date(arrivedAt).toISOString()],
    ["device", partitionKey],
    ["reason", reason],
    ["detail", detail],
    ...(entries === undefined ? [] : ([["entries", entriesShown(entries, format)]] as const)),
    ["object", key],
    ["bytes", bytes.length],
    Buffer.from(payload).equals(bytes) ? ["payload", payload] : ["payloadBase64", data],
  ];
  if (format !== "table")
    return formatAnswer({ columns: fields.map(([name]) => name), rows: [fields.map(([, value]) => value)] }, format);
  return formatAnswer({ columns: ["field", "value"], rows: fields }, format);
}

/** The rejected entries: one per line for a person. */
function entriesShown(entries: readonly RejectedEntry[], format: Format): unknown {
  if (format !== "table") return entries;
  return entries.map(({ index, reason, detail }) => `${index} ${reason}: ${detail}`).join("; ");
}

import { recordId } from "../../contract/stream-record";
import { type ListedRecord, rejectedInArrivalOrder } from "../../stores/arrival-order";
import { rejectionsOf } from "../../stores/rejected-records";
import { defineCommand } from "../kit/command";
import { counted, FORMAT_OPTIONS, type Format, formatOf, rowWriter } from "../kit/output";
import type { Io } from "../kit/terminal";
import { archiveOf, FILTER_OPTIONS, filterOf } from "./filter";

const COLUMNS = [
  { name: "arrived", width: 24 },
  { name: "device", width: 20 },
  { name: "reason", width: 22 },
  { name: "id", width: 0 },
  { name: "entry", width: 5 },
  { name: "detail", width: 0 },
];

/** `iot rejected list`: rejected records, in the order of arrival. */
export const listRejected = defineCommand({
  name: "list",
  summary: "list rejected records in the order of arrival",
  description:
    "Lists rejected records in the order of arrival, one per line; of a message with many readings, each rejected entry with " +
    'its place from 0. "npx iot rejected show ID" shows a record whole.',
  examples: ["--since 1h", "--device sensor-001 --json"],
  options: { ...FILTER_OPTIONS, ...FORMAT_OPTIONS },
  async run(values, io) {
    const filter = filterOf(values);
    const { s3, bucket, unreadable } = await archiveOf(values, io);
    await write(rejectedInArrivalOrder(s3, bucket, filter, unreadable.add), filter.reason, formatOf(values), io);
    unreadable.conclude();
    return 0;
  },
});

async function write(
  records: AsyncIterable<ListedRecord>,
  wanted: string | undefined,
  format: Format,
  io: Io,
): Promise<void> {
  const writeRow = rowWriter(COLUMNS, format, io.result);
  let count = 0;
  for await (const record of records) {
    io.signal.throwIfAborted();
    await io.ready();
    const { arrivedAt, partitionKey } = record;
    for (const { index, reason, detail } of rejectionsOf(record)) {
      if (wanted !== undefined && reason !== wanted) continue;
      const entry = index ?? (format === "table" ? "" : null);
      writeRow([new Date(arrivedAt).toISOString(), partitionKey, reason, recordId(record), entry, detail]);
    }
    count += 1;
  }
  io.note(counted(count, "record"));
}

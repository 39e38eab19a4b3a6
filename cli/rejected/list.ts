import { recordId } from "../../contract/stream-record";
import { type ListedRecord, rejectedInArrivalOrder } from "../../stores/arrival-order";
import { defineCommand } from "../kit/command";
import { counted, FORMAT_OPTIONS, type Format, formatOf, rowWriter } from "../kit/output";
import type { Io } from "../kit/terminal";
import { archiveOf, FILTER_OPTIONS, filterOf } from "./filter";

const COLUMNS = [
  { name: "arrived", width: 24 },
  { name: "device", width: 20 },
  { name: "reason", width: 22 },
  { name: "id", width: 0 },
  { name: "detail", width: 0 },
];

/** `iot rejected list`: rejected records, in the order of arrival. */
export const listRejected = defineCommand({
  name: "list",
  summary: "list rejected records in the order of arrival",
  description:
    'Lists rejected records in the order of arrival, one per line. "npx iot rejected show ID" shows one whole.',
  examples: ["--since 1h", "--device sensor-001 --json"],
  options: { ...FILTER_OPTIONS, ...FORMAT_OPTIONS },
  async run(values, io) {
    const filter = filterOf(values);
    const { s3, bucket, unreadable } = await archiveOf(values, io);
    await write(rejectedInArrivalOrder(s3, bucket, filter, unreadable.add), formatOf(values), io);
    unreadable.conclude();
    return 0;
  },
});

async function write(records: AsyncIterable<ListedRecord>, format: Format, io: Io): Promise<void> {
  const writeRow = rowWriter(COLUMNS, format, io.result);
  let count = 0;
  for await (const record of records) {
    io.signal.throwIfAborted();
    await io.ready();
    const { arrivedAt, partitionKey, reason, detail } = record;
    writeRow([new Date(arrivedAt).toISOString(), partitionKey, reason, recordId(record), detail]);
    count += 1;
  }
  io.note(counted(count, "record"));
}

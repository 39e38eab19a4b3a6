import type { StreamRecord } from "../../../contract/stream-record";
import type { KinesisReader } from "./kinesis-reader";

/** Is called with each record that is read, also if it is read again. */
export type RecordListener = (record: StreamRecord) => void;

/** The same reader, which also calls `onRead` with each record. */
export function watched(reader: KinesisReader, onRead: RecordListener): KinesisReader {
  return {
    ...reader,
    async getRecords(shardId, iterator, signal) {
      const page = await reader.getRecords(shardId, iterator, signal);
      for (const record of page.records) onRead(record);
      return page;
    },
  };
}

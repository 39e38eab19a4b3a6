import type { StreamRecord } from "../../../../contract/stream-record";
import type { KinesisReader } from "./ports";

/** Hears a record, once or again. */
export type RecordListener = (record: StreamRecord) => void;

/** The same reader, whose records someone else hears of too. */
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

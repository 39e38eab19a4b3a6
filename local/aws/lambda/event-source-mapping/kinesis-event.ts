import { eventRecord, type StreamRecord } from "../../../../contract/stream-record";
import type { MappingSettings } from "./settings";

/** The event of a batch, as the function receives it. */
export function kinesisEvent(records: readonly StreamRecord[], source: Pick<MappingSettings, "roleArn" | "streamArn">) {
  return { Records: records.map((record) => eventRecord(record, source)) };
}

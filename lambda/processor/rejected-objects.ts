import { arrivalHour } from "../../contract/arrival-hour";
import type { RejectedLine } from "../../contract/rejected";
import type { StreamRecord } from "../../contract/stream-record";
import type { Rejection } from "../reading/rejection";
import type { ObjectWrite } from "./batch-plan";
import type { Fate } from "./fates";
import { rejectedKey } from "./object-keys";

/**
 * The objects that keep what is rejected before the checkpoint, a line per record: one for each hour of arrival, by which they are found.
 * A batch of a quiet shard, or after an outage, can span many hours.
 */
export function rejectedObjects(
  records: readonly StreamRecord[],
  fates: readonly Fate[],
  checkpoint: number,
): ObjectWrite[] {
  const rejected = records.slice(0, checkpoint).flatMap((record, place) => {
    const rejection = fates[place]?.rejection;
    return rejection === undefined ? [] : [{ place, line: lineOf(record, rejection) }];
  });
  const hours = Map.groupBy(rejected, ({ line }) => arrivalHour(line.arrivedAt));
  return [...hours].map(([hour, kept]) => {
    const lines = kept.map(({ line }) => line);
    return {
      key: rejectedKey(hour, lines),
      body: lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
      records: kept.map(({ place }) => place),
    };
  });
}

function lineOf(record: StreamRecord, { reason, detail, entries }: Rejection): RejectedLine {
  return { reason, detail, ...(entries && { entries }), ...record };
}

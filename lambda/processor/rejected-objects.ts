import { arrivalHour } from "../../contract/arrival-hour";
import type { RejectedLine } from "../../contract/rejected";
import type { StreamRecord } from "../../contract/stream-record";
import type { ObjectWrite } from "./batch-plan";
import type { Fate } from "./fates";
import { rejectedKey } from "./object-keys";

/** The lines of an hour. */
interface Hour {
  readonly first: StreamRecord;
  last: StreamRecord;
  readonly places: number[];
  readonly lines: string[];
}

/**
 * The objects that keep what is rejected before the checkpoint, a line per record: one for each hour of arrival, by which they are found.
 * A batch of a quiet shard, or after an outage, can span many hours.
 */
export function rejectedObjects(
  records: readonly StreamRecord[],
  fates: readonly Fate[],
  checkpoint: number,
): ObjectWrite[] {
  const hours = new Map<string, Hour>();
  records.slice(0, checkpoint).forEach((record, place) => {
    const rejection = fates[place]?.rejection;
    if (rejection === undefined) return;
    const { reason, detail, entries } = rejection;
    const line: RejectedLine = { reason, detail, ...(entries && { entries }), ...record };
    const name = arrivalHour(record.arrivedAt);
    const hour = hours.get(name) ?? { first: record, last: record, places: [], lines: [] };
    hours.set(name, hour);
    hour.last = record;
    hour.places.push(place);
    hour.lines.push(`${JSON.stringify(line)}\n`);
  });
  return [...hours].map(([hour, { first, last, places, lines }]) => ({
    key: rejectedKey(first.shardId, first.sequenceNumber, last.sequenceNumber, hour),
    body: lines.join(""),
    records: places,
  }));
}

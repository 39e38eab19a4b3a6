import type { RejectedLine } from "../../contract/rejected";
import type { StreamRecord } from "../../contract/stream-record";
import type { ObjectWrite } from "./batch-plan";
import type { Fate } from "./fates";
import { rejectedKey } from "./object-keys";

/** The object that keeps what is rejected before the checkpoint, a line per record; undefined where nothing is. */
export function rejectedObject(
  records: readonly StreamRecord[],
  fates: readonly Fate[],
  checkpoint: number,
): ObjectWrite | undefined {
  const places: number[] = [];
  const lines: string[] = [];
  records.slice(0, checkpoint).forEach((record, place) => {
    const rejection = fates[place]?.rejection;
    if (rejection === undefined) return;
    const { reason, detail, entries } = rejection;
    const line: RejectedLine = { reason, detail, ...(entries && { entries }), ...record };
    places.push(place);
    lines.push(`${JSON.stringify(line)}\n`);
  });
  const first = records[places[0] ?? -1];
  const last = records[places.at(-1) ?? -1];
  if (first === undefined || last === undefined) return undefined;
  const key = rejectedKey(first.shardId, first.sequenceNumber, last.sequenceNumber, first.arrivedAt);
  return { key, body: lines.join(""), records: places };
}

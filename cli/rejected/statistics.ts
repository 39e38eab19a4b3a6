import { type RejectedRecord, rejectionsOf } from "../../stores/rejected-records";
import type { Answer } from "../kit/output";

const REPORT_EVERY = 1000;

interface Group {
  readonly keys: readonly string[];
  /** Rejected readings; a message that is rejected as a whole counts as one. */
  readings: number;
  records: number;
  latest: number;
  readonly devices: Set<string>;
}

/** Counts of rejected records, the most frequent first: by reason, with a total for a person, or by reason and device. */
export async function statistics(
  records: AsyncIterable<RejectedRecord>,
  { byDevice, withTotal }: { readonly byDevice: boolean; readonly withTotal: boolean },
  onProgress: (count: number) => void,
): Promise<Answer> {
  const groups = new Map<string, Group>();
  const all: Group = { keys: ["total"], readings: 0, records: 0, latest: 0, devices: new Set() };
  for await (const record of records) {
    const { partitionKey, arrivedAt } = record;
    const touched = new Set([all]);
    for (const { reason } of rejectionsOf(record)) {
      const keys = byDevice ? [reason, partitionKey] : [reason];
      const id = keys.join(" ");
      const group = groups.get(id) ?? { keys, readings: 0, records: 0, latest: 0, devices: new Set() };
      groups.set(id, group);
      touched.add(group);
      group.readings += 1;
      all.readings += 1;
    }
    for (const each of touched) {
      each.records += 1;
      each.latest = Math.max(each.latest, arrivedAt);
      if (!byDevice) each.devices.add(partitionKey);
    }
    if (all.records % REPORT_EVERY === 0) onProgress(all.records);
  }
  const sorted = [...groups.values()].sort((a, b) => b.readings - a.readings || b.latest - a.latest);
  const timeOf = ({ latest }: Group) => new Date(latest).toISOString();
  if (byDevice)
    return {
      columns: ["reason", "device", "readings", "records", "latest"],
      rows: sorted.map((group) => [...group.keys, group.readings, group.records, timeOf(group)]),
    };
  return {
    columns: ["reason", "readings", "records", "devices", "latest"],
    rows: [...sorted, ...(withTotal && all.records > 0 ? [all] : [])].map((group) => [
      ...group.keys,
      group.readings,
      group.records,
      group.devices.size,
      timeOf(group),
    ]),
  };
}

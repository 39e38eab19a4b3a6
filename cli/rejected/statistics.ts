import type { Answer } from "../output";
import type { SetAside } from "./set-aside";

const TELL_EVERY = 1000;

/** How many were set aside, by reason and device, the most frequent first. */
export async function statistics(
  records: AsyncIterable<SetAside>,
  onProgress: (count: number) => void,
): Promise<Answer> {
  const groups = new Map<string, { reason: string; device: string; count: number; latest: number }>();
  let count = 0;
  for await (const { reason, partitionKey, arrivedAt } of records) {
    const id = `${reason} ${partitionKey}`;
    const group = groups.get(id) ?? { reason, device: partitionKey, count: 0, latest: 0 };
    groups.set(id, { ...group, count: group.count + 1, latest: Math.max(group.latest, arrivedAt) });
    count += 1;
    if (count % TELL_EVERY === 0) onProgress(count);
  }
  const sorted = [...groups.values()].sort((a, b) => b.count - a.count || b.latest - a.latest);
  return {
    columns: ["reason", "device", "records", "latest"],
    rows: sorted.map((group) => [group.reason, group.device, group.count, new Date(group.latest).toISOString()]),
  };
}

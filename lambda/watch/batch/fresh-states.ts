import type { Decision } from "../../../watch/store/decide";
import type { StoredDevice } from "../../../watch/store/stored-device";
import type { WatchStore, Watermark } from "../../../watch/store/watch-store";

/** How long a read may miss a write: DynamoDB is usually consistent within a second. */
const MAY_MISS_MS = 30_000;
/** Most versions that a watermark holds: it is written for every batch. */
const MAX_WRITTEN = 200;

/**
 * The devices' states, no older than the shard's own last batches left them. An eventual read costs half; where it has missed a write of
 * these, it is made again. A write of a sweep or a command that it misses is as if it came after.
 */
export async function readStates(
  deviceIds: readonly string[],
  watermark: Watermark | undefined,
  store: Pick<WatchStore, "read">,
): Promise<ReadonlyMap<string, StoredDevice>> {
  // A shard without a past may be the child of one that has written just now.
  if (watermark === undefined || watermark.written.size >= MAX_WRITTEN) return store.read(deviceIds, "strong");
  const states = await store.read(deviceIds, "eventual");
  const missed = deviceIds.filter((id) => (watermark.written.get(id) ?? 0) > (states.get(id)?.version ?? 0));
  return missed.length === 0 ? states : new Map([...states, ...(await store.read(missed, "strong"))]);
}

/** The versions that the next batch's reads must not miss. A heartbeat may be missed: it decides nothing. */
export function nextWritten(
  before: Watermark | undefined,
  decisions: readonly Decision[],
  now: number,
): Pick<Watermark, "written" | "writtenAt"> {
  const isRecent = before !== undefined && now - before.writtenAt < MAY_MISS_MS;
  const written = new Map(isRecent ? before.written : []);
  const decided = decisions.filter(({ isWritten, visit }) => isWritten && isMoreThanSeen(visit));
  for (const { deviceId, stored } of decided) if (stored !== undefined) written.set(deviceId, stored.version);
  const writtenAt = decided.length > 0 || !isRecent ? now : before.writtenAt;
  return { written: new Map([...written].slice(0, MAX_WRITTEN)), writtenAt };
}

function isMoreThanSeen({ state, transitions, events }: Decision["visit"]): boolean {
  return (
    transitions.length > 0 ||
    events.length > 0 ||
    [...state.alarms.values()].some(({ phase, flat }) => phase !== "normal" || flat !== undefined)
  );
}

import type { Io } from "../kit/command";
import { printable } from "../kit/output";
import type { Verdict } from "./answer";

/** What is replayed together. */
export interface Batch<Item> {
  readonly items: readonly Item[];
  /** Notes that the first of them are replayed. */
  readonly mark: (verdict: Verdict) => Promise<void>;
}

/** Counts of a replay, in records unless it says otherwise. */
export interface Tally {
  /** Taken on: neither replayed before nor unusable. */
  records: number;
  /** Stored; of rule errors: put into the stream. */
  recovered: number;
  /** Set aside by the function, this time or once more. */
  rejected: number;
  /** Gave way to a reading with the same device, type and time that arrived later. */
  superseded: number;
  /** None of these: they can be replayed again. */
  failed: number;
  /** What cannot be replayed at all. */
  unusable: number;
  /** Passed over because a mark says that it was replayed: of failed batches, the batches. */
  replayedBefore: number;
}

/** The counts before anything is done. */
export const newTally = (): Tally => ({
  records: 0,
  recovered: 0,
  rejected: 0,
  superseded: 0,
  failed: 0,
  unusable: 0,
  replayedBefore: 0,
});

/** What became of the records of a batch that are done, by a replay's counts. */
export function outcomeOf({ done, rejected, superseded }: Verdict) {
  return { recovered: done - rejected - superseded, rejected, superseded };
}

/** What a replay takes from outside. */
export interface Ports {
  readonly io: Pick<Io, "note" | "progress" | "signal">;
  readonly now: () => number;
  /** Resolves after the time, or at once when the signal is given. Never rejects. */
  readonly sleep: (ms: number) => Promise<void>;
}

export interface Manner {
  readonly dryRun: boolean;
  /** Records a second at most. */
  readonly rate: number;
}

/** Tries of a batch, the first one included; what is handed back is tried from there on. */
export const TRIES = 4;
const FIRST_BACKOFF_MS = 1000;
const REASONS_SHOWN = 5;

/**
 * Replays batch after batch, one at a time: a device's records keep their order. Each is marked before the next begins, so that a
 * replay that is broken off goes on from there. After Ctrl-C the batch at hand is the last.
 */
export async function replayAll<Item>(
  batches: AsyncIterable<Batch<Item>>,
  deliver: (items: readonly Item[]) => Promise<Verdict>,
  tally: Tally,
  { dryRun, rate }: Manner,
  ports: Ports,
): Promise<void> {
  const { io, now, sleep } = ports;
  const startedAt = now();
  let reasons = 0;
  for await (const { items, mark } of batches) {
    if (!dryRun) await sleep(startedAt + (tally.records / rate) * 1000 - now());
    if (io.signal.aborted) return;
    tally.records += items.length;
    if (dryRun) {
      io.progress(`${tally.records} records`);
      continue;
    }
    const verdict = await deliverPatiently(items, deliver, ports);
    const { recovered, rejected, superseded } = outcomeOf(verdict);
    tally.recovered += recovered;
    tally.rejected += rejected;
    tally.superseded += superseded;
    tally.failed += items.length - verdict.done;
    if (verdict.done > 0) await mark(verdict);
    if (verdict.why !== undefined && reasons < REASONS_SHOWN) {
      reasons += 1;
      io.note(`${items.length - verdict.done} of ${items.length} records are not replayed: ${printable(verdict.why)}`);
    }
    io.progress(`${tally.records} records replayed, ${tally.rejected} rejected, ${tally.failed} failed`);
  }
}

async function deliverPatiently<Item>(
  items: readonly Item[],
  deliver: (items: readonly Item[]) => Promise<Verdict>,
  { io, sleep }: Ports,
): Promise<Verdict> {
  let [done, rejected, superseded] = [0, 0, 0];
  for (let tries = 1; ; tries += 1) {
    const verdict = await deliver(items.slice(done));
    done += verdict.done;
    rejected += verdict.rejected;
    superseded += verdict.superseded;
    const { why } = verdict;
    if (why === undefined) return { done, rejected, superseded };
    if (tries === TRIES || io.signal.aborted) return { done, rejected, superseded, why };
    await sleep(FIRST_BACKOFF_MS * 2 ** (tries - 1));
    if (io.signal.aborted) return { done, rejected, superseded, why };
  }
}

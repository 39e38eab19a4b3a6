import { printable } from "../kit/output";
import type { Io } from "../kit/terminal";
import { type Done, NOTHING_DONE, together, type Verdict } from "./answer";
import { mayPass } from "./invoker";
import { type Clock, RateLimit } from "./rate-limit";

/** Records that are replayed together. */
export interface Batch<Item> {
  /** The object that they come from, so that a person finds them; absent where they come from many or from none. */
  readonly key?: string;
  readonly items: readonly Item[];
  /** Marks the first of them as replayed; is called again where it failed. */
  readonly mark: (verdict: Verdict) => Promise<void>;
}

/** Counts of a replay, in records or in readings. */
export interface Tally {
  /** Records to be replayed: neither replayed before nor unusable. */
  records: number;
  /** Readings that are stored; of rule errors, messages that are in the stream. */
  recovered: number;
  /** Readings that the function rejected, for the first time or again. */
  rejected: number;
  /** Readings that gave way to one with the same device, type and time that arrived later. */
  superseded: number;
  /** Records of which nothing is known to be done: they can be replayed again. */
  failed: number;
  /** Records, messages or objects that cannot be replayed at all. */
  unusable: number;
  /** Skipped because a mark says that they were replayed; of failed batches, the batches. */
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

/** The outcome of a batch's records that are done, by a replay's counts. */
export function outcomeOf({ stored, rejected, superseded }: Done) {
  return { recovered: stored, rejected, superseded };
}

/** What a replay takes from outside. */
export interface ReplayDeps extends Clock {
  readonly io: Pick<Io, "note" | "progress" | "signal">;
}

/** How a replay goes on. */
export interface Manner {
  /** Whether records are only counted. */
  readonly dryRun: boolean;
  /** Records per second at most; infinity for no limit. */
  readonly rate: number;
}

/** Tries of a batch, the first one included, each of which starts with the first record that was handed back; and of its mark. */
export const TRIES = 4;
const FIRST_BACKOFF_MS = 1000;
/** Batches whose failure is shown: many have one cause. What no other try can help is always shown. */
const REASONS_SHOWN = 5;

/**
 * Replays batch after batch, one at a time: a device's records keep their order. Each is marked before the next begins, so that a
 * replay that is interrupted goes on from there. After Ctrl-C the current delivery is the last.
 * @throws What a verdict has as `fatal`, when the records that are done are marked; the error that they cannot be marked for
 */
export async function replayAll<Item>(
  batches: AsyncIterable<Batch<Item>>,
  deliver: (items: readonly Item[]) => Promise<Verdict>,
  tally: Tally,
  { dryRun, rate }: Manner,
  deps: ReplayDeps,
): Promise<void> {
  const { io } = deps;
  const limit = new RateLimit(rate, deps);
  const onPart = (part: Done) => {
    addTo(tally, part);
    io.progress(`${tally.records} records replayed, ${tally.rejected} rejected, ${tally.failed} failed`);
  };
  let reasons = 0;
  for await (const { key, items, mark } of batches) {
    if (io.signal.aborted) return;
    if (dryRun) {
      tally.records += items.length;
      io.progress(`${tally.records} records`);
      continue;
    }
    const verdict = await deliverInParts(items, deliver, limit, onPart, deps);
    const failed = verdict.why === undefined ? 0 : items.length - verdict.done;
    tally.records += failed;
    tally.failed += failed;
    const unmarked = verdict.done > 0 ? await markPatiently(() => mark(verdict), deps) : undefined;
    if (unmarked !== undefined)
      io.note(
        `${verdict.done} of ${items.length} records${originOf(key)} are delivered but not marked: the next replay delivers them again`,
      );
    const end = verdict.fatal ?? unmarked?.error;
    if (end !== undefined) throw end;
    if (verdict.why !== undefined && (verdict.isLasting || reasons < REASONS_SHOWN)) {
      reasons += 1;
      io.note(`${failed} of ${items.length} records${originOf(key)} are not replayed: ${printable(verdict.why)}`);
    }
  }
}

function originOf(key: string | undefined): string {
  return key === undefined ? "" : ` of "${printable(key)}"`;
}

function addTo(tally: Tally, part: Done): void {
  const { recovered, rejected, superseded } = outcomeOf(part);
  tally.records += part.done;
  tally.recovered += recovered;
  tally.rejected += rejected;
  tally.superseded += superseded;
}

/** Delivers a batch in parts that keep to the rate. What is left of it at Ctrl-C is neither done nor failed. */
async function deliverInParts<Item>(
  items: readonly Item[],
  deliver: (items: readonly Item[]) => Promise<Verdict>,
  limit: RateLimit,
  onPart: (part: Done) => void,
  deps: ReplayDeps,
): Promise<Verdict> {
  const deliverCounted = (part: readonly Item[]) => {
    limit.count(part.length);
    return deliver(part);
  };
  let done = NOTHING_DONE;
  while (done.done < items.length) {
    const room = await limit.room();
    if (deps.io.signal.aborted) break;
    const verdict = await deliverPatiently(items.slice(done.done, done.done + room), deliverCounted, deps);
    onPart(verdict);
    done = together(done, verdict);
    if (verdict.why !== undefined) return { ...verdict, ...done };
  }
  return done;
}

async function deliverPatiently<Item>(
  items: readonly Item[],
  deliver: (items: readonly Item[]) => Promise<Verdict>,
  { io, sleep }: ReplayDeps,
): Promise<Verdict> {
  let done = NOTHING_DONE;
  for (let tries = 1; ; tries += 1) {
    const verdict = await deliver(items.slice(done.done));
    done = together(done, verdict);
    const all = { ...verdict, ...done };
    if (verdict.why === undefined || verdict.isLasting || verdict.fatal !== undefined) return all;
    if (tries === TRIES || io.signal.aborted) return all;
    await sleep(backoffMs(tries));
    if (io.signal.aborted) return all;
  }
}

/**
 * As many tries as a delivery has, and as long pauses, which end at Ctrl-C: a mark is not left out for it. Resolves with the last
 * error, and with undefined where the mark is written.
 */
async function markPatiently(
  mark: () => Promise<void>,
  { sleep }: ReplayDeps,
): Promise<{ readonly error: unknown } | undefined> {
  for (let tries = 1; ; tries += 1) {
    try {
      await mark();
      return undefined;
    } catch (error) {
      if (tries === TRIES || !mayPass(error)) return { error };
      await sleep(backoffMs(tries));
    }
  }
}

function backoffMs(tries: number): number {
  return FIRST_BACKOFF_MS * 2 ** (tries - 1);
}

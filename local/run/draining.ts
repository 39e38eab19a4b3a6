import { setTimeout as sleep } from "node:timers/promises";
import { LOCAL_PATHS } from "../../contract/local-paths";
import type { GaveUp } from "../accounting/places";
import type { Fleet } from "../fleet/fleet";
import type { Pipeline } from "../pipeline/pipeline";

const LOOK_EVERY_MS = 100;

/**
 * Whether the work came to its end. It may take as long as it likes while it gets on: false only where `steps` has not changed for
 * `patienceMs`.
 */
export async function untilStalled(work: Promise<void>, steps: () => number, patienceMs: number): Promise<boolean> {
  let ended = false;
  const done = work.then(() => {
    ended = true;
  });
  // It may fail after nobody waits for it any more.
  done.catch(() => {});
  let [last, changedAt] = [steps(), performance.now()];
  while (!ended) {
    await Promise.race([done, sleep(Math.min(LOOK_EVERY_MS, patienceMs))]);
    const now = steps();
    if (now !== last) [last, changedAt] = [now, performance.now()];
    else if (performance.now() - changedAt >= patienceMs) return ended;
  }
  return true;
}

/**
 * Lets everything reach its place, in the order of the flow: the broker acknowledges, the stream takes, the function deals with it, the
 * archive is written. Where one of them stands still, the others go on: the archive is written whatever else is stuck.
 */
export async function runDry(
  fleet: Fleet,
  pipeline: Pipeline,
  patienceMs: number,
  { onAcknowledged, note }: { readonly onAcknowledged: () => void; readonly note: (text: string) => void },
): Promise<GaveUp> {
  await untilStalled(acknowledged(fleet), () => fleet.inFlight, patienceMs);
  onAcknowledged();
  await fleet.stop();
  // From here on nothing new is let in: what goes on publishing would keep the run from its end.
  await pipeline.broker.stop();
  const steps = () => pipeline.steps;
  const processed = await untilStalled(pipeline.processed(), steps, patienceMs);
  if (!processed) {
    note(
      `Nothing has moved for ${patienceMs / 1000} s, and ${pipeline.ledger.waiting} messages are still on their way: ` +
        `the run gives up on them, and counts them as unfinished. Is a fault in force (${LOCAL_PATHS.faults})?`,
    );
    await pipeline.stopProcessing();
    pipeline.faults.set({});
  }
  if (!(await untilStalled(pipeline.watchSettled(), steps, patienceMs)))
    note(
      `The device watch has not moved for ${patienceMs / 1000} s: what it did not come to is missing in its history.`,
    );
  let archived = await untilStalled(pipeline.archived(), steps, patienceMs);
  if (!archived) {
    note(`The archive has not moved for ${patienceMs / 1000} s. Every fault is healed, and it is written once more.`);
    pipeline.faults.set({});
    archived = await untilStalled(pipeline.archived(), steps, patienceMs);
    if (!archived) await untilStalled(pipeline.flushed(), steps, patienceMs);
  }
  return { processing: !processed, archiving: !archived };
}

async function acknowledged(fleet: Fleet): Promise<void> {
  while (fleet.inFlight > 0) await sleep(20);
}

import { setTimeout as sleep } from "node:timers/promises";
import type { Faults } from "./endpoint-faults";
import { chaosEvents, describeEvent } from "./schedule";

/** What chaos depends on: the parts that it breaks, and the terminal. */
export interface ChaosDeps {
  readonly setFaults: (faults: Faults) => void;
  readonly breakDevices: (pick: () => boolean) => void;
  readonly breakBroker: (pick: () => boolean) => void;
  /** Splits or merges the stream's shards. Returns what it did, in words. */
  readonly reshard: () => string;
  readonly note: (text: string) => void;
  /** Whether somebody publishes to topics. */
  readonly breaksTopics: boolean;
}

/** Breaks one thing after the other until it is aborted, and leaves everything healed. */
export async function wreakHavoc(random: () => number, deps: ChaosDeps, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  try {
    for (const event of chaosEvents(random, deps.breaksTopics)) {
      await sleep(event.afterMs, undefined, { signal });
      const { breaks, reshards } = event;
      const words = reshards ? `${describeEvent(event)}: ${deps.reshard()}` : describeEvent(event);
      deps.note(`chaos at ${((performance.now() - startedAt) / 1000).toFixed(1)} s: ${words}`);
      if (breaks) {
        const pick = () => random() < breaks.share;
        if (breaks.side === "device") deps.breakDevices(pick);
        else deps.breakBroker(pick);
      }
      deps.setFaults(event.faults);
      await sleep(event.forMs, undefined, { signal });
      deps.setFaults({});
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    deps.setFaults({});
  }
}

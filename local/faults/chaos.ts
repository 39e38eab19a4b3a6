import { setTimeout as sleep } from "node:timers/promises";
import type { Faults } from "./endpoint-faults";
import { chaosEvents, describeEvent } from "./schedule";

/** What chaos depends on: the parts that it breaks, and the terminal. */
export interface ChaosDeps {
  readonly setFaults: (faults: Faults) => void;
  readonly breakDevices: (pick: () => boolean) => void;
  readonly breakBroker: (pick: () => boolean) => void;
  readonly note: (text: string) => void;
}

/** Breaks one thing after the other until it is aborted, and leaves everything healed. */
export async function wreakHavoc(random: () => number, deps: ChaosDeps, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  try {
    for (const event of chaosEvents(random)) {
      await sleep(event.afterMs, undefined, { signal });
      deps.note(`chaos at ${((performance.now() - startedAt) / 1000).toFixed(1)} s: ${describeEvent(event)}`);
      const { breaks } = event;
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

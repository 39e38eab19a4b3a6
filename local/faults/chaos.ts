import { setTimeout as sleep } from "node:timers/promises";
import type { Faults } from "./endpoint-faults";
import { chaosEvents, describeEvent } from "./schedule";

/** What chaos can break, and where it says so. */
export interface ChaosPorts {
  readonly setFaults: (faults: Faults) => void;
  readonly breakDevices: (pick: () => boolean) => void;
  readonly breakBroker: (pick: () => boolean) => void;
  readonly note: (text: string) => void;
  /** Whether somebody publishes to topics. */
  readonly breaksTopics: boolean;
}

/** Breaks one thing after the other until it is aborted, and leaves everything healed. */
export async function wreakHavoc(random: () => number, ports: ChaosPorts, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  try {
    for (const event of chaosEvents(random, ports.breaksTopics)) {
      await sleep(event.afterMs, undefined, { signal });
      ports.note(`chaos at ${((performance.now() - startedAt) / 1000).toFixed(1)} s: ${describeEvent(event)}`);
      const { breaks } = event;
      if (breaks) {
        const pick = () => random() < breaks.share;
        if (breaks.side === "device") ports.breakDevices(pick);
        else ports.breakBroker(pick);
      }
      ports.setFaults(event.faults);
      await sleep(event.forMs, undefined, { signal });
      ports.setFaults({});
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    ports.setFaults({});
  }
}

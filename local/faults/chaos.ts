import { setTimeout as sleep } from "node:timers/promises";
import type { Faults } from "./endpoint-faults";
import { chaosEvents, describeEvent } from "./schedule";

/** What chaos can break, and where it says so. */
export interface ChaosPorts {
  readonly setFaults: (faults: Faults) => void;
  readonly breakDevices: (pick: () => boolean) => void;
  readonly breakBroker: (pick: () => boolean) => void;
  /** Splits or merges the stream's shards. Returns what it did, in words. */
  readonly reshard: () => string;
  readonly note: (text: string) => void;
}

/** Breaks one thing after the other until it is aborted, and leaves everything healed. */
export async function wreakHavoc(random: () => number, ports: ChaosPorts, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  try {
    for (const event of chaosEvents(random)) {
      await sleep(event.afterMs, undefined, { signal });
      const { breaks, reshards } = event;
      const words = reshards ? `${describeEvent(event)}: ${ports.reshard()}` : describeEvent(event);
      ports.note(`chaos at ${((performance.now() - startedAt) / 1000).toFixed(1)} s: ${words}`);
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

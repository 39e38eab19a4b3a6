import { type Counters, noCounts } from "./counters";
import type { MappingDeps } from "./deps";
import { FailureDestination } from "./failure-destination";
import { Lane } from "./lane";
import type { MappingSettings } from "./settings";
import { StreamReader } from "./stream-reader";

/**
 * Feeds a function from a Kinesis stream as Lambda's event source mapping does. It starts at the oldest record (TRIM_HORIZON), and
 * follows the stream's shards as they split and merge.
 */
export class EventSourceMapping {
  readonly #deps: MappingDeps;
  readonly #counters = noCounts();
  readonly #stop = new AbortController();
  readonly #reader: StreamReader;
  readonly #lanes: Lane[] = [];

  constructor(settings: MappingSettings, deps: MappingDeps) {
    this.#deps = deps;
    const counters = this.#counters;
    const stopping = this.#stop.signal;
    const destination = new FailureDestination(settings, deps, counters, stopping);
    this.#reader = new StreamReader(deps, counters, stopping, () => {
      const lanes = Array.from(
        { length: settings.parallelizationFactor },
        () => new Lane(settings, deps, counters, destination, stopping),
      );
      this.#lanes.push(...lanes);
      return { sinks: lanes, idle: () => allIdle(lanes) };
    });
  }

  get counters(): Readonly<Counters> {
    // Without records there is nothing that could lag.
    return this.#lanes.some((lane) => lane.pending > 0) ? this.#counters : { ...this.#counters, lagMs: 0 };
  }

  start(): void {
    this.#reader.start();
  }

  /** Resolves when everything that is in the stream by now was read, and nothing is in flight. */
  async drained(): Promise<void> {
    await this.#reader.reachTip(this.#deps.now());
    await allIdle(this.#lanes);
  }

  /** Ends it. What is in flight is left to its fate: its records are neither processed nor given up. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#reader.stopped();
  }
}

async function allIdle(lanes: readonly Lane[]): Promise<void> {
  await Promise.all(lanes.map((lane) => lane.idle()));
}

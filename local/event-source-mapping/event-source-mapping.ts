import { type Counters, noCounts } from "./counters";
import { FailureDestination } from "./failure-destination";
import { Lane } from "./lane";
import type { MappingPorts } from "./ports";
import type { MappingSettings } from "./settings";
import { Shard } from "./shard";

const LIST_AGAIN_MS = 1000;

/**
 * Feeds a function from a Kinesis stream as Lambda's event source mapping does. It starts at the oldest record (TRIM_HORIZON). Not
 * emulated: shards that split or merge while it runs.
 */
export class EventSourceMapping {
  readonly #counters = noCounts();
  readonly #stop = new AbortController();
  #lanes: readonly Lane[] = [];
  #shards: Promise<readonly Shard[]> | undefined;
  #polling: Promise<unknown> | undefined;

  constructor(
    private readonly settings: MappingSettings,
    private readonly ports: MappingPorts,
  ) {}

  get counters(): Readonly<Counters> {
    // Without records there is nothing that could lag.
    return this.#lanes.some((lane) => lane.pending > 0) ? this.#counters : { ...this.#counters, lagMs: 0 };
  }

  start(): void {
    this.#shards ??= this.#open();
    this.#polling ??= this.#shards.then((shards) => Promise.all(shards.map((shard) => shard.poll())));
  }

  /** Resolves when everything that is in the stream by now was read, and nothing is in flight. */
  async drained(): Promise<void> {
    const shards = (await this.#shards) ?? [];
    const now = this.ports.now();
    await Promise.all(shards.map((shard) => shard.reachTip(now)));
    await Promise.all(this.#lanes.map((lane) => lane.idle()));
  }

  /** Ends it. What is in flight is left to its fate: its records are neither processed nor given up. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#polling;
  }

  async #open(): Promise<readonly Shard[]> {
    const { settings, ports } = this;
    const counters = this.#counters;
    const stopping = this.#stop.signal;
    const destination = new FailureDestination(settings, ports, counters, stopping);
    const shards = (await this.#listShards()).map((shardId) => {
      const lanes = Array.from(
        { length: settings.parallelizationFactor },
        () => new Lane(settings, ports, counters, destination, stopping),
      );
      return { lanes, shard: new Shard(shardId, lanes, ports, counters, stopping) };
    });
    this.#lanes = shards.flatMap(({ lanes }) => lanes);
    return shards.map(({ shard }) => shard);
  }

  async #listShards(): Promise<readonly string[]> {
    while (!this.#stop.signal.aborted) {
      try {
        return await this.ports.kinesis.listShards();
      } catch {
        await this.ports.sleep(LIST_AGAIN_MS, this.#stop.signal);
      }
    }
    return [];
  }
}

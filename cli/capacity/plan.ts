import type { StackConfig } from "../../lib/config";
import { invocationSeconds, messagesPerBatch, type PricedConfig, writeUnits } from "../cost/usage";
import { type Limit, limits, type Plant, shardsForThreeReaders, shardsNeeded } from "./limits";

/** What a plant needs. */
export interface Plan {
  /** The configuration that is large enough. */
  readonly config: PricedConfig;
  readonly readingsPerSecond: number;
  readonly messagesPerSecond: number;
  readonly shards: number;
  /** In the table and in its index together. */
  readonly writeUnitsPerSecond: number;
  /** Concurrent invocations of the processor that the event source mapping may make. */
  readonly functionsAtOnce: number;
  /** How many of them work on average. */
  readonly functionsBusy: number;
  /** Shards that three readers could share, where the watch needs fan-out with fewer. */
  readonly shardsWithoutFanOut?: number;
  /** The nearest first. */
  readonly limits: readonly Limit[];
  /** Arguments of `pulumi config set`: the settings that differ from the default configuration. */
  readonly settings: readonly string[];
}

/** AWS's write throughput of a new on-demand table; the table doubles its previous peak within half an hour. */
export const NEW_TABLE_WRITE_UNITS = 4_000;

/** Sizes the stack for a plant, from its default configuration. */
export function plan(plant: Plant, defaults: StackConfig): Plan {
  const shards = shardsNeeded(plant);
  // A third reader needs a connection of its own where the shards have no room for it.
  const shardsToShare = defaults.watchRules.length === 0 ? undefined : shardsForThreeReaders(plant);
  const watchFanOut = shardsToShare !== undefined && shardsToShare > shards;
  const config = { ...defaults, shardCount: shards, watchFanOut };
  const functionsAtOnce = shards * config.parallelizationFactor;
  const batchMessages = messagesPerBatch(plant, config);
  const invocationsPerSecond = plant.readingsPerSecond / plant.perMessage / batchMessages;
  return {
    config,
    readingsPerSecond: plant.readingsPerSecond,
    messagesPerSecond: plant.readingsPerSecond / plant.perMessage,
    shards,
    writeUnitsPerSecond: plant.readingsPerSecond * writeUnits(plant),
    functionsAtOnce,
    functionsBusy: invocationsPerSecond * invocationSeconds(batchMessages, plant),
    limits: limits(plant, config),
    ...(watchFanOut && { shardsWithoutFanOut: shardsToShare }),
    settings: [
      ...(watchFanOut ? ["watchFanOut true"] : []),
      ...(shards === defaults.shardCount ? [] : [`shardCount ${shards}`]),
      ...(functionsAtOnce > (defaults.reservedConcurrency ?? Number.POSITIVE_INFINITY)
        ? [`reservedConcurrency ${functionsAtOnce}`]
        : []),
    ],
  };
}

import type { StackConfig } from "../../lib/config";
import { invocationSeconds, type PricedConfig, readingsPerBatch, writeUnits } from "../cost/usage";
import { type Limit, limits, type Plant, shardsNeeded } from "./limits";

/** What a plant needs. */
export interface Plan {
  readonly config: PricedConfig;
  readonly readingsPerSecond: number;
  readonly shards: number;
  /** A second, in the table and in its index together. */
  readonly writeUnitsPerSecond: number;
  /** Invocations of the processor that the event source mapping may make at once. */
  readonly functionsAtOnce: number;
  /** Of them, how many work on average. */
  readonly functionsBusy: number;
  /** The nearest first. */
  readonly limits: readonly Limit[];
  /** What to set, for `pulumi config set`: what differs from the default configuration. */
  readonly settings: readonly string[];
}

/** What AWS's default write throughput of a new table is, on demand; it doubles what it has seen within half an hour. */
export const NEW_TABLE_WRITE_UNITS = 4_000;

/** Sizes the stack for a plant, from its default configuration. */
export function plan(plant: Plant, defaults: StackConfig): Plan {
  const shards = shardsNeeded(plant);
  const config = { ...defaults, shardCount: shards };
  const functionsAtOnce = shards * config.parallelizationFactor;
  const batchReadings = readingsPerBatch(plant, config);
  const invocationsPerSecond = plant.readingsPerSecond / batchReadings;
  return {
    config,
    readingsPerSecond: plant.readingsPerSecond,
    shards,
    writeUnitsPerSecond: plant.readingsPerSecond * writeUnits(plant.payloadBytes),
    functionsAtOnce,
    functionsBusy: invocationsPerSecond * invocationSeconds(batchReadings),
    limits: limits(plant, config),
    settings: [
      ...(shards === defaults.shardCount ? [] : [`shardCount ${shards}`]),
      ...(functionsAtOnce > (defaults.reservedConcurrency ?? Number.POSITIVE_INFINITY)
        ? [`reservedConcurrency ${functionsAtOnce}`]
        : []),
    ],
  };
}

import { type Load, type PricedConfig, writeUnits } from "../cost/usage";

/** Devices and what they send. */
export interface Plant extends Load {
  readonly devices: number;
  readonly secondsBetween: number;
}

/** Something that ends somewhere. */
export interface Limit {
  readonly what: string;
  /** How much of it the plant needs, in the limit's unit. */
  readonly needed: number;
  readonly limit: number;
  readonly unit: string;
  /** What to do when it is near. */
  readonly remedy: string;
}

/** A shard is planned for this much of what it takes: devices are spread over the shards by chance, and never evenly. */
export const SHARD_SHARE = 0.7;

/** What one shard takes a second. https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const SHARD = { records: 1_000, bytes: 1024 ** 2 };
/** A record counts with its partition key, which is the device's name. */
const KEY_BYTES = 20;

/** How full shards would be if there were but one. */
export function shardLoad({ readingsPerSecond, payloadBytes }: Load): number {
  return Math.max(readingsPerSecond / SHARD.records, (readingsPerSecond * (payloadBytes + KEY_BYTES)) / SHARD.bytes);
}

/** Shards that the plant needs, none of them fuller than planned. */
export function shardsNeeded(load: Load): number {
  return Math.max(1, Math.ceil(shardLoad(load) / SHARD_SHARE));
}

/**
 * Every limit that grows with the plant, the nearest first. Quotas are AWS's defaults, and most can be raised:
 * https://docs.aws.amazon.com/general/latest/gr/iot-core.html, https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html,
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export function limits(plant: Plant, config: PricedConfig): Limit[] {
  const { devices, secondsBetween, readingsPerSecond } = plant;
  const { shardCount, parallelizationFactor } = config;
  const units = writeUnits(plant.payloadBytes) / 2;
  const all: Limit[] = [
    {
      what: "the stream's shards",
      needed: shardLoad(plant),
      limit: shardCount,
      unit: "full shards",
      remedy: "pulumi config set shardCount",
    },
    {
      what: "shards of the account",
      needed: shardCount,
      limit: 200,
      unit: "shards",
      remedy: 'raise "Shards per Region" of Kinesis Data Streams in Service Quotas',
    },
    {
      what: "IoT Core: messages in of the account",
      needed: readingsPerSecond,
      // The smaller of the two defaults that AWS has, by region.
      limit: 2_000,
      unit: "per second",
      remedy: 'look up "Inbound publish requests per second per account" of IoT Core in Service Quotas, and raise it',
    },
    {
      what: "IoT Core: rules triggered of the account",
      needed: readingsPerSecond,
      limit: 2_000,
      unit: "per second",
      remedy: 'look up "Rule evaluations per second per AWS account" of IoT Core in Service Quotas, and raise it',
    },
    {
      what: "IoT Core: messages of one device",
      needed: 1 / secondsBetween,
      limit: 100,
      unit: "per second",
      remedy: "no quota to raise: let the device send less often, or through more than one thing",
    },
    {
      what: "IoT Core: devices connected",
      needed: devices,
      limit: 100_000,
      unit: "connections",
      remedy: 'look up "Maximum concurrent client connections per account" of IoT Core in Service Quotas, and raise it',
    },
    {
      what: "DynamoDB: writes of a table, on demand",
      needed: readingsPerSecond * units,
      limit: 40_000,
      unit: "write units per second",
      remedy: 'raise "Table-level write throughput limit" of DynamoDB in Service Quotas',
    },
    {
      what: "DynamoDB: writes of one device",
      needed: units / secondsBetween,
      limit: 1_000,
      unit: "write units per second",
      remedy: "no quota to raise: a device is one partition key",
    },
    {
      what: "DynamoDB: index writes, if all is one sensor type",
      needed: readingsPerSecond * units,
      limit: 10_000,
      unit: "write units per second",
      remedy: "no quota to raise: a sensor type has ten index keys of 1,000 each; more sensor types have more",
    },
    {
      what: "Lambda: invocations at once of the account",
      needed: shardCount * parallelizationFactor,
      limit: 1_000,
      unit: "at once",
      remedy: 'raise "Concurrent executions" of Lambda in Service Quotas; a new account has 10',
    },
  ];
  return all.sort((one, other) => other.needed / other.limit - one.needed / one.limit);
}

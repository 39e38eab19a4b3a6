import { type Load, messageBytes, type PricedConfig, writeUnits } from "../cost/usage";

/** Devices and what they send. */
export interface Plant extends Load {
  /** Devices that are connected all the time. */
  readonly devices: number;
  /** Time between two readings of a device. */
  readonly secondsBetween: number;
}

/** A limit of AWS that a plant uses a part of. */
export interface Limit {
  readonly name: string;
  /** How much of it the plant needs. */
  readonly needed: number;
  readonly limit: number;
  /** The unit of both. */
  readonly unit: string;
  /** How to raise it, or how to need less. */
  readonly remedy: string;
}

/** The share of a shard that is planned for: devices spread over the shards by chance, and never evenly. */
export const SHARD_SHARE = 0.7;

/** Write limits of a shard, per second. https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const SHARD = { records: 1_000, bytes: 1024 ** 2 };
/** A record counts with its partition key, which is the device's name. */
const KEY_BYTES = 20;

/** The load in full shards. */
export function shardLoad(load: Load): number {
  const messagesPerSecond = load.readingsPerSecond / load.perMessage;
  const bytes = messageBytes(load) + KEY_BYTES;
  return Math.max(messagesPerSecond / SHARD.records, (messagesPerSecond * bytes) / SHARD.bytes);
}

/** Shards that the plant needs so that none is fuller than planned. */
export function shardsNeeded(load: Load): number {
  return Math.max(1, Math.ceil(shardLoad(load) / SHARD_SHARE));
}

/**
 * A shard gives all its readers together twice what it takes: 2 MB or 2,000 records per second. The processor, the archive and the watch are
 * three: they can share 0.66 MB or 666 records. https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 */
const SHARED_READING = { readers: 3, times: 2 };

/** What three readers take from the shards together, in shards that are read in full. */
export function sharedReading(load: Load): number {
  return (shardLoad(load) * SHARED_READING.readers) / SHARED_READING.times;
}

/** Shards that three readers can share so that none is read more than planned. */
export function shardsForThreeReaders(load: Load): number {
  return Math.max(1, Math.ceil(sharedReading(load) / SHARD_SHARE));
}

/**
 * Every limit that grows with the plant, the nearest first. Quotas are AWS's defaults, and most can be raised:
 * https://docs.aws.amazon.com/general/latest/gr/iot-core.html, https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html,
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export function limits(plant: Plant, config: PricedConfig): Limit[] {
  return [
    ...streamLimits(plant, config),
    ...messageLimits(plant),
    ...tableLimits(plant),
    {
      name: "Lambda: concurrent invocations of the account",
      needed: config.shardCount * config.parallelizationFactor,
      limit: 1_000,
      unit: "invocations",
      remedy: 'raise "Concurrent executions" of Lambda in Service Quotas; a new account has 10',
    },
  ].sort((left, right) => right.needed / right.limit - left.needed / left.limit);
}

function streamLimits(plant: Plant, { shardCount, watchRules, watchFanOut }: PricedConfig): Limit[] {
  return [
    {
      name: "the stream's shards",
      needed: shardLoad(plant),
      limit: shardCount,
      unit: "full shards",
      remedy: "pulumi config set shardCount",
    },
    {
      name: "shards of the account",
      needed: shardCount,
      limit: 200,
      unit: "shards",
      remedy: 'raise "Shards per Region" of Kinesis Data Streams in Service Quotas',
    },
    ...(watchRules.length === 0 || watchFanOut
      ? []
      : [
          {
            name: "the shards' reading, shared by three",
            needed: sharedReading(plant),
            limit: shardCount,
            unit: "shards read in full",
            remedy: "pulumi config set watchFanOut true",
          },
        ]),
  ];
}

function messageLimits({ devices, secondsBetween, readingsPerSecond, perMessage }: Plant): Limit[] {
  const messagesPerSecond = readingsPerSecond / perMessage;
  return [
    {
      name: "IoT Core: messages in of the account",
      needed: messagesPerSecond,
      // The smaller of the two defaults that AWS has, by region.
      limit: 2_000,
      unit: "per second",
      remedy: 'look up "Inbound publish requests per second per account" of IoT Core in Service Quotas, and raise it',
    },
    {
      name: "IoT Core: rules triggered of the account",
      needed: messagesPerSecond,
      limit: 2_000,
      unit: "per second",
      remedy: 'look up "Rule evaluations per second per AWS account" of IoT Core in Service Quotas, and raise it',
    },
    {
      name: "IoT Core: messages of one device",
      needed: 1 / secondsBetween / perMessage,
      limit: 100,
      unit: "per second",
      remedy: "no quota to raise: let the device send less often, or through more than one thing",
    },
    {
      name: "IoT Core: devices connected",
      needed: devices,
      limit: 100_000,
      unit: "connections",
      remedy: 'look up "Maximum concurrent client connections per account" of IoT Core in Service Quotas, and raise it',
    },
  ];
}

function tableLimits(plant: Plant): Limit[] {
  const { secondsBetween, readingsPerSecond } = plant;
  const units = writeUnits(plant) / 2;
  return [
    {
      name: "DynamoDB: writes of a table, on demand",
      needed: readingsPerSecond * units,
      limit: 40_000,
      unit: "write units per second",
      remedy: 'raise "Table-level write throughput limit" of DynamoDB in Service Quotas',
    },
    {
      name: "DynamoDB: writes of one device",
      needed: units / secondsBetween,
      limit: 1_000,
      unit: "write units per second",
      remedy: "no quota to raise: a device is one partition key",
    },
    {
      name: "DynamoDB: index writes, if all is one sensor type",
      needed: readingsPerSecond * units,
      limit: 10_000,
      unit: "write units per second",
      remedy: "no quota to raise: a sensor type has ten index keys of 1,000 each; more sensor types have more",
    },
  ];
}

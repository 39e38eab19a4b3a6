import { parseArn } from "../arn";
import { descriptionOf, shapeOf, shardListOf, summaryOf } from "./describe";
import { HASH_KEYS } from "./hash-key";
import { KinesisError } from "./kinesis-error";
import {
  blob,
  choice,
  constraint,
  type Members,
  optionalText,
  optionalTime,
  optionalWhole,
  text,
  whole,
} from "./members";
import { MAX_READ, type Shard } from "./shard";
import { iteratorAt, positionOf } from "./shard-iterator";
import { MAX_RECORD_BYTES, type Stream } from "./stream";

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
const MAX_PUT = { records: 500, bytes: 10 * 1024 * 1024 } as const;
const RETENTION_HOURS = { min: 24, max: 8760 } as const;
const PLACES = ["AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER", "TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"] as const;
const MAX_SHARDS = 10_000;

type Operation = (stream: Stream, members: Members) => unknown;

/** The operations of https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Operations.html that a reader and an operator use. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  DescribeLimits: (stream) => ({
    ShardLimit: 500,
    OpenShardCount: stream.openShards.length,
    OnDemandStreamCount: stream.args.mode === "ON_DEMAND" ? 1 : 0,
    OnDemandStreamCountLimit: 50,
  }),
  DescribeStream: (stream, members) => descriptionOf(named(stream, members), members),
  DescribeStreamSummary: (stream, members) => summaryOf(named(stream, members)),
  ListStreams: listStreams,
  ListShards: (stream, members) =>
    shardListOf(optionalText(members, "NextToken") === undefined ? named(stream, members) : stream, members),
  ListStreamConsumers: (stream, members) => {
    named(stream, members);
    return { Consumers: [] };
  },
  ListTagsForStream: (stream, members) => ({ Tags: tagsOf(named(stream, members)), HasMoreTags: false }),
  ListTagsForResource: (stream, members) => {
    named(stream, { StreamARN: members.ResourceARN });
    return { Tags: tagsOf(stream) };
  },
  GetShardIterator: getShardIterator,
  GetRecords: getRecords,
  PutRecord: putRecord,
  PutRecords: putRecords,
  SplitShard: (stream, members) => {
    named(stream, members).split(text(members, "ShardToSplit", 128), hashKey(members, "NewStartingHashKey"));
  },
  MergeShards: (stream, members) => {
    named(stream, members).merge(text(members, "ShardToMerge", 128), text(members, "AdjacentShardToMerge", 128));
  },
  UpdateShardCount: updateShardCount,
  IncreaseStreamRetentionPeriod: (stream, members) => setRetention(stream, members, "increase"),
  DecreaseStreamRetentionPeriod: (stream, members) => setRetention(stream, members, "decrease"),
};

function listStreams({ args, status, createdAt }: Stream, members: Members) {
  const after = optionalText(members, "ExclusiveStartStreamName");
  const isListed = after === undefined || args.name > after;
  const summary = {
    StreamName: args.name,
    StreamARN: args.arn,
    StreamStatus: status,
    StreamModeDetails: { StreamMode: args.mode },
    StreamCreationTimestamp: createdAt / 1000,
  };
  return {
    StreamNames: isListed ? [args.name] : [],
    StreamSummaries: isListed ? [summary] : [],
    HasMoreStreams: false,
  };
}

async function getShardIterator(stream: Stream, members: Members) {
  const shard = named(stream, members).shard(text(members, "ShardId", 128));
  const place = await placeIn(shard, stream, members);
  return { ShardIterator: iteratorAt({ shardId: shard.id, place }, stream) };
}

async function placeIn(shard: Shard, stream: Stream, members: Members): Promise<number> {
  const type = choice(members, "ShardIteratorType", PLACES);
  switch (type) {
    case "TRIM_HORIZON":
      return shard.horizon;
    case "LATEST":
      return shard.tip;
    case "AT_TIMESTAMP": {
      const moment = optionalTime(members, "Timestamp");
      const now = stream.args.now();
      if (moment === undefined)
        throw new KinesisError(
          "InvalidArgumentException",
          "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.",
        );
      if (moment > now)
        throw new KinesisError(
          "InvalidArgumentException",
          `The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: ${moment}, currentTimestampInMillis: ${now}`,
        );
      return shard.placeAt(moment);
    }
    default: {
      const number = optionalText(members, "StartingSequenceNumber");
      if (number === undefined)
        throw new KinesisError(
          "InvalidArgumentException",
          `Must either specify (1) ${type} and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified ${type} and no StartingSequenceNumber.`,
        );
      const place = shard.placeOf(number);
      if (place === undefined)
        throw new KinesisError(
          "InvalidArgumentException",
          `StartingSequenceNumber ${number.slice(0, 100)} used in GetShardIterator on shard ${shard.id} in stream ${stream.args.name} under account ${accountOf(stream)} is invalid because it did not come from this stream.`,
        );
      return Math.max(0, type === "AFTER_SEQUENCE_NUMBER" ? place + 1 : place);
    }
  }
}

async function getRecords(stream: Stream, members: Members) {
  const token = text(members, "ShardIterator", 512);
  const limit = optionalWhole(members, "Limit", 1, MAX_READ.records) ?? MAX_READ.records;
  const { shardId, place } = positionOf(token, stream);
  const shard = stream.shard(shardId);
  const { records, nextPlace, millisBehindLatest } = await stream.read(shard, place, limit);
  return {
    Records: records.map(({ sequenceNumber, partitionKey, data, arrivedAt }) => ({
      SequenceNumber: sequenceNumber,
      PartitionKey: partitionKey,
      Data: data,
      ApproximateArrivalTimestamp: arrivedAt / 1000,
      ...encryption(stream),
    })),
    MillisBehindLatest: millisBehindLatest,
    ...(nextPlace === undefined
      ? { ChildShards: shard.children.map(childShape) }
      : { NextShardIterator: iteratorAt({ shardId, place: nextPlace }, stream) }),
  };
}

function childShape(shard: Shard) {
  return {
    ShardId: shard.id,
    ParentShards: shard.args.parents.map(({ id }) => id),
    HashKeyRange: shapeOf(shard).HashKeyRange,
  };
}

function putRecord(stream: Stream, members: Members) {
  return put(named(stream, members), members);
}

/** Records after one that is refused are tried all the same: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
function putRecords(stream: Stream, members: Members) {
  named(stream, members);
  const { Records: records } = members;
  if (!Array.isArray(records) || records.length === 0)
    throw constraint("Records", String(records ?? "null"), "Member must have length greater than or equal to 1");
  if (records.length > MAX_PUT.records)
    throw constraint(
      "Records",
      `${records.length} records`,
      `Member must have length less than or equal to ${MAX_PUT.records}`,
    );
  const entries = records.map((record: Members) => ({
    data: blob(record, "Data"),
    key: text(record, "PartitionKey", 256),
  }));
  const bytes = entries.reduce((sum, { data, key }) => sum + (data.length * 3) / 4 + Buffer.byteLength(key), 0);
  if (bytes > MAX_PUT.bytes)
    throw new KinesisError("InvalidArgumentException", `Records size exceeds ${MAX_PUT.bytes / 1024 / 1024} MB limit`);
  for (const { data, key } of entries) mustFit(data, key);
  const results = records.map((record: Members) => {
    try {
      return put(stream, record);
    } catch (error) {
      if (!(error instanceof KinesisError)) throw error;
      return { ErrorCode: error.type, ErrorMessage: error.message };
    }
  });
  return {
    FailedRecordCount: results.filter((result) => "ErrorCode" in result).length,
    Records: results,
    ...encryption(stream),
  };
}

function put(stream: Stream, members: Members) {
  const key = text(members, "PartitionKey", 256);
  const data = blob(members, "Data");
  mustFit(data, key);
  const explicit =
    optionalText(members, "ExplicitHashKey") === undefined ? undefined : hashKey(members, "ExplicitHashKey");
  const { shardId, sequenceNumber } = stream.put(key, data, explicit);
  return { ShardId: shardId, SequenceNumber: sequenceNumber, ...encryption(stream) };
}

function mustFit(data: string, key: string): void {
  if (Buffer.byteLength(data, "base64") + Buffer.byteLength(key) > MAX_RECORD_BYTES)
    throw constraint("Data", "...", `Member must have length less than or equal to ${MAX_RECORD_BYTES}`);
}

function updateShardCount(stream: Stream, members: Members) {
  const { name, arn } = named(stream, members).args;
  const target = whole(members, "TargetShardCount", 1, MAX_SHARDS);
  choice(members, "ScalingType", ["UNIFORM_SCALING"]);
  const current = stream.openShards.length;
  stream.resize(target);
  return { StreamName: name, StreamARN: arn, CurrentShardCount: current, TargetShardCount: target };
}

/** Records older than the new period are lost immediately: https://docs.aws.amazon.com/streams/latest/dev/kinesis-extended-retention.html */
function setRetention(stream: Stream, members: Members, direction: "increase" | "decrease"): void {
  named(stream, members);
  const hours = whole(members, "RetentionPeriodHours", 1, 1_000_000);
  const { min, max } = RETENTION_HOURS;
  const refuse = (why: string) => new KinesisError("InvalidArgumentException", why);
  if (hours < min)
    throw refuse(
      `Minimum allowed retention period is ${min} hours. Requested retention period (${hours} hours) is too short.`,
    );
  if (hours > max)
    throw refuse(
      `Maximum allowed retention period is ${max} hours. Requested retention period (${hours} hours) is too long.`,
    );
  const { retentionHours: current } = stream;
  if (direction === "increase" ? hours < current : hours > current)
    throw refuse(
      `Requested retention period (${hours} hours) for stream ${stream.args.name} can not be ${direction === "increase" ? "shorter" : "longer"} than existing retention period (${current} hours). Use ${direction === "increase" ? "Decrease" : "Increase"}RetentionPeriod API.`,
    );
  stream.retentionHours = hours;
}

/**
 * The stream, where the request names it.
 * @throws KinesisError ResourceNotFoundException
 */
function named(stream: Stream, members: Members): Stream {
  const name = optionalText(members, "StreamName");
  const arn = optionalText(members, "StreamARN");
  if (name === undefined && arn === undefined) throw constraint("StreamName", "null", "Member must not be null");
  const isOurs = (name ?? stream.args.name) === stream.args.name && (arn ?? stream.args.arn) === stream.args.arn;
  if (isOurs) return stream;
  const asked = name !== undefined && name !== stream.args.name ? name : (arn?.split("/").at(-1) ?? "");
  throw new KinesisError("ResourceNotFoundException", `Stream ${asked} under account ${accountOf(stream)} not found.`);
}

function hashKey(members: Members, name: string): bigint {
  const value = text(members, name, 39);
  const key = /^(0|[1-9]\d{0,38})$/.test(value) ? BigInt(value) : HASH_KEYS;
  if (key < HASH_KEYS) return key;
  throw constraint(name, value, "Member must satisfy regular expression pattern: 0|([1-9]\\d{0,38})");
}

function encryption({ args }: Stream) {
  return args.kmsKeyId === undefined ? {} : { EncryptionType: "KMS" };
}

function tagsOf({ args }: Stream) {
  return Object.entries(args.tags).map(([Key, Value]) => ({ Key, Value }));
}

function accountOf({ args }: Stream): string {
  return parseArn(args.arn).accountId;
}

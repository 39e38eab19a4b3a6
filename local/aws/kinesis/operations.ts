import { parseArn } from "../arn";
import { descriptionOf, nextShardListOf, shapeOf, shardListOf, summaryOf } from "./describe";
import { HASH_KEYS } from "./hash-key";
import { KinesisError } from "./kinesis-error";
import {
  blob,
  choice,
  constraint,
  type Members,
  matching,
  membersOf,
  optionalMatching,
  optionalText,
  optionalTime,
  optionalWhole,
  text,
  whole,
} from "./members";
import { MAX_READ, type Shard } from "./shard";
import { iteratorAt, positionOf } from "./shard-iterator";
import { MAX_KEY_LENGTH, MAX_RECORD_BYTES, type Stream } from "./stream";

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StreamDescription.html */
const STREAM_NAME = "[a-zA-Z0-9_.-]{1,128}";
const STREAM_ARN = "arn:aws.*:kinesis:.*:\\d{12}:stream/\\S+";
/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
const MAX_PUT = { records: 500, bytes: 10 * 1024 * 1024 } as const;
const RETENTION_HOURS = { min: 24, max: 8760 } as const;
const PLACES = ["AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER", "TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"] as const;
const MAX_SHARDS = 10_000;
const MAX_STREAMS = 10_000;
const MAX_TAGS = 50;

const HASH_KEY = "0|([1-9]\\d{0,38})";
const SEQUENCE_NUMBER = "0|([1-9]\\d{0,128})";

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
    optionalText(members, "NextToken") === undefined
      ? shardListOf(named(stream, members), members)
      : nextShardListOf(stream, members),
  ListStreamConsumers: (stream, members) => {
    named(stream, members);
    return { Consumers: [] };
  },
  ListTagsForStream: listTagsForStream,
  ListTagsForResource: (stream, members) => {
    named(stream, { StreamARN: text(members, "ResourceARN", 2048) });
    return { Tags: tagsOf(stream) };
  },
  GetShardIterator: getShardIterator,
  GetRecords: getRecords,
  PutRecord: putRecord,
  PutRecords: putRecords,
  SplitShard: (stream, members) => {
    const start = matching(members, "NewStartingHashKey", HASH_KEY);
    named(stream, members).split(text(members, "ShardToSplit", 128), BigInt(start));
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
  optionalWhole(members, "Limit", 1, MAX_STREAMS);
  // One stream is one page: no token was ever given out.
  if (optionalText(members, "NextToken") !== undefined)
    throw new KinesisError("InvalidArgumentException", "NextToken is invalid.");
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

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListTagsForStream.html */
function listTagsForStream(stream: Stream, members: Members) {
  const limit = optionalWhole(members, "Limit", 1, MAX_TAGS) ?? MAX_TAGS;
  const after = optionalText(members, "ExclusiveStartTagKey");
  const tags = tagsOf(named(stream, members)).filter(({ Key }) => after === undefined || Key > after);
  return { Tags: tags.slice(0, limit), HasMoreTags: tags.length > limit };
}

async function getShardIterator(stream: Stream, members: Members) {
  const shard = named(stream, members).shard(text(members, "ShardId", 128));
  const place = await placeIn(shard, stream, members);
  return { ShardIterator: iteratorAt({ shardId: shard.id, place }, stream) };
}

async function placeIn(shard: Shard, stream: Stream, members: Members): Promise<number> {
  const type = choice(members, "ShardIteratorType", PLACES);
  const number = optionalText(members, "StartingSequenceNumber");
  const refusesNumber = type === "TRIM_HORIZON" || type === "LATEST";
  if (refusesNumber && number !== undefined) throw numberAndType(type, "also a");
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
      if (number === undefined) throw numberAndType(type, "no");
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

function numberAndType(type: string, given: "also a" | "no"): KinesisError {
  return new KinesisError(
    "InvalidArgumentException",
    `Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified ${type} and ${given} StartingSequenceNumber.`,
  );
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
  optionalMatching(members, "SequenceNumberForOrdering", SEQUENCE_NUMBER);
  return put(named(stream, members), recordOf(members));
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
  const entries = records.map(recordOf);
  const bytes = entries.reduce((sum, { data, key }) => sum + (data.length * 3) / 4 + Buffer.byteLength(key), 0);
  if (bytes > MAX_PUT.bytes)
    throw new KinesisError("InvalidArgumentException", `Records size exceeds ${MAX_PUT.bytes / 1024 / 1024} MB limit`);
  const results = entries.map((record) => {
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

/** A record to be put. */
interface GivenRecord {
  readonly key: string;
  /** In base64. */
  readonly data: string;
  readonly explicitHashKey: bigint | undefined;
}

/**
 * The record that a request holds, checked as far as it can be without the stream.
 * @throws KinesisError
 */
function recordOf(given: unknown): GivenRecord {
  const members = membersOf("Records", given);
  const data = blob(members, "Data");
  const key = text(members, "PartitionKey", MAX_KEY_LENGTH);
  if (Buffer.byteLength(data, "base64") + Buffer.byteLength(key) > MAX_RECORD_BYTES)
    throw constraint("Data", "...", `Member must have length less than or equal to ${MAX_RECORD_BYTES}`);
  return { data, key, explicitHashKey: explicitHashKeyOf(members) };
}

function put(stream: Stream, { key, data, explicitHashKey }: GivenRecord) {
  const { shardId, sequenceNumber } = stream.put(key, data, explicitHashKey);
  return { ShardId: shardId, SequenceNumber: sequenceNumber, ...encryption(stream) };
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
  stream.mustBeActive();
  stream.retentionHours = hours;
}

/**
 * The stream, where the request names it.
 * @throws KinesisError ResourceNotFoundException
 */
function named(stream: Stream, members: Members): Stream {
  const name = optionalMatching(members, "StreamName", STREAM_NAME);
  const arn = optionalMatching(members, "StreamARN", STREAM_ARN);
  if (name === undefined && arn === undefined) throw constraint("StreamName", "null", "Member must not be null");
  const isOurs = (name ?? stream.args.name) === stream.args.name && (arn ?? stream.args.arn) === stream.args.arn;
  if (isOurs) return stream;
  const asked = name !== undefined && name !== stream.args.name ? name : (arn?.split("/").at(-1) ?? "");
  throw new KinesisError("ResourceNotFoundException", `Stream ${asked} under account ${accountOf(stream)} not found.`);
}

function explicitHashKeyOf(members: Members): bigint | undefined {
  const value = optionalMatching(members, "ExplicitHashKey", HASH_KEY);
  const key = value === undefined ? undefined : BigInt(value);
  if (key === undefined || key < HASH_KEYS) return key;
  throw new KinesisError(
    "InvalidArgumentException",
    `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${key}`,
  );
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

import { fromJson, isObject } from "../../../contract/json";
import { KinesisError } from "./kinesis-error";
import { constraint, type Members, membersOf, optionalText, optionalTime, optionalWhole } from "./members";
import type { Shard } from "./shard";
import type { Stream } from "./stream";

/** A token of ListShards lives five minutes: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html */
const TOKEN_LIFETIME_MS = 300_000;

/** What DescribeStreamSummary answers. */
export function summaryOf({ args, status, createdAt, retentionHours, openShards }: Stream) {
  return {
    StreamDescriptionSummary: {
      ...common(args, status, createdAt, retentionHours),
      OpenShardCount: openShards.length,
      ConsumerCount: 0,
    },
  };
}

/** What DescribeStream answers: a page of the shards. */
export function descriptionOf(stream: Stream, members: Members) {
  const limit = optionalWhole(members, "Limit", 1, 10_000) ?? 100;
  const after = optionalText(members, "ExclusiveStartShardId");
  const shards = stream.shards.filter(({ id }) => after === undefined || id > after);
  const { args, status, createdAt, retentionHours } = stream;
  return {
    StreamDescription: {
      ...common(args, status, createdAt, retentionHours),
      Shards: shards.slice(0, limit).map(shapeOf),
      HasMoreShards: shards.length > limit,
    },
  };
}

/** What ListShards answers at first. */
export function shardListOf(stream: Stream, members: Members) {
  return pageOf(stream, members, optionalText(members, "ExclusiveStartShardId"), members.ShardFilter);
}

/**
 * What ListShards answers to a NextToken, which alone says where it goes on.
 * @throws KinesisError
 */
export function nextShardListOf(stream: Stream, members: Members) {
  const also = ["StreamName", "StreamARN", "ExclusiveStartShardId", "ShardFilter", "StreamCreationTimestamp"].find(
    (name) => members[name] !== undefined && members[name] !== null,
  );
  if (also !== undefined)
    throw new KinesisError("InvalidArgumentException", `NextToken and ${also} cannot be provided together.`);
  const { after, filter } = tokenOf(String(members.NextToken), stream);
  return pageOf(stream, members, after, filter);
}

function pageOf(stream: Stream, members: Members, after: string | undefined, filter: unknown) {
  const limit = optionalWhole(members, "MaxResults", 1, 10_000) ?? 1000;
  const shards = filtered(stream, filter).filter(({ id }) => after === undefined || id > after);
  const page = shards.slice(0, limit);
  const more = shards.length > limit ? page.at(-1)?.id : undefined;
  return {
    Shards: page.map(shapeOf),
    ...(more === undefined
      ? {}
      : { NextToken: Buffer.from(JSON.stringify({ after: more, filter, at: stream.args.now() })).toString("base64") }),
  };
}

/** A shard as the API shows it. */
export function shapeOf({ id, args, startingSequenceNumber, endingSequenceNumber }: Shard) {
  const [parent, adjacent] = args.parents;
  return {
    ShardId: id,
    ...(parent ? { ParentShardId: parent.id } : {}),
    ...(adjacent ? { AdjacentParentShardId: adjacent.id } : {}),
    HashKeyRange: { StartingHashKey: String(args.range.start), EndingHashKey: String(args.range.end) },
    SequenceNumberRange: {
      StartingSequenceNumber: startingSequenceNumber,
      ...(endingSequenceNumber === undefined ? {} : { EndingSequenceNumber: endingSequenceNumber }),
    },
  };
}

function common(args: Stream["args"], status: Stream["status"], createdAt: number, retentionHours: number) {
  return {
    StreamName: args.name,
    StreamARN: args.arn,
    StreamStatus: status,
    StreamModeDetails: { StreamMode: args.mode },
    RetentionPeriodHours: retentionHours,
    StreamCreationTimestamp: createdAt / 1000,
    EnhancedMonitoring: [{ ShardLevelMetrics: args.shardLevelMetrics }],
    ...(args.kmsKeyId === undefined ? { EncryptionType: "NONE" } : { EncryptionType: "KMS", KeyId: args.kmsKeyId }),
  };
}

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ShardFilter.html */
function filtered(stream: Stream, filter: unknown): readonly Shard[] {
  if (filter === undefined || filter === null) return stream.shards;
  const members = membersOf("ShardFilter", filter);
  const type = optionalText(members, "Type") ?? "";
  const timestamp = optionalTime(members, "Timestamp");
  const since = (moment: number) =>
    stream.shards.filter(({ closedAt }) => closedAt === undefined || closedAt >= moment);
  const at = (moment: number) => since(moment).filter(({ args }) => args.createdAt <= moment);
  const needed = <T>(name: string, value: T | undefined): T => {
    if (value !== undefined) return value;
    throw new KinesisError("InvalidArgumentException", `"${name}" must be given with the filter type ${type}`);
  };
  switch (type) {
    case "AT_LATEST":
      return stream.openShards;
    case "AT_TRIM_HORIZON": {
      // Those that were open at the horizon: a stream that is younger has its first shards there.
      const oldest = Math.min(...stream.shards.map(({ args }) => args.createdAt));
      return at(Math.max(oldest, stream.args.now() - stream.retentionHours * 3_600_000));
    }
    case "FROM_TRIM_HORIZON":
      return stream.shards;
    case "AT_TIMESTAMP":
      return at(needed("Timestamp", timestamp));
    case "FROM_TIMESTAMP":
      return since(needed("Timestamp", timestamp));
    case "AFTER_SHARD_ID": {
      const after = needed("ShardId", optionalText(members, "ShardId"));
      return stream.shards.filter(({ id }) => id > after);
    }
    default:
      throw constraint(
        "Type",
        type,
        "Member must satisfy enum value set: [AFTER_SHARD_ID, AT_LATEST, AT_TIMESTAMP, AT_TRIM_HORIZON, FROM_TIMESTAMP, FROM_TRIM_HORIZON]",
      );
  }
}

function tokenOf(token: string, stream: Stream): { readonly after: string; readonly filter: unknown } {
  const parsed = fromJson(Buffer.from(token, "base64").toString());
  const { after, filter, at } = isObject(parsed) ? parsed : {};
  if (typeof after !== "string" || typeof at !== "number")
    throw new KinesisError("InvalidArgumentException", "NextToken is invalid.");
  if (stream.args.now() - at > TOKEN_LIFETIME_MS)
    throw new KinesisError("ExpiredNextTokenException", "NextToken has expired: it lives 300 seconds.");
  return { after, filter };
}

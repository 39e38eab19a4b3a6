import { KinesisError } from "./kinesis-error";
import type { Stream } from "./stream";

/** An iterator lives five minutes: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html */
const LIFETIME_MS = 300_000;

/** Where a reader stands in a shard. */
export interface Position {
  readonly shardId: string;
  readonly place: number;
}

/** The token of a position, made now. */
export function iteratorAt({ shardId, place }: Position, { createdAt, args: { now } }: Stream): string {
  return Buffer.from(JSON.stringify([createdAt, shardId, place, now()])).toString("base64");
}

/**
 * The position that a token stands for.
 * @throws KinesisError InvalidArgumentException for what is no token of this stream, ExpiredIteratorException after five minutes
 */
export function positionOf(token: string, { createdAt, args: { now } }: Stream): Position {
  const fields = fieldsOf(token);
  const [stream, shardId, place, madeAt] = fields;
  if (
    stream !== createdAt ||
    typeof shardId !== "string" ||
    typeof place !== "number" ||
    !Number.isSafeInteger(place) ||
    place < 0 ||
    typeof madeAt !== "number"
  )
    throw new KinesisError("InvalidArgumentException", "Invalid ShardIterator.");
  const age = now() - madeAt;
  if (age > LIFETIME_MS)
    throw new KinesisError(
      "ExpiredIteratorException",
      `Iterator expired. The iterator was created at time ${new Date(madeAt).toUTCString()} while right now it is ${new Date(now()).toUTCString()} which is further in the future than the tolerated delay of ${LIFETIME_MS} milliseconds.`,
    );
  return { shardId, place };
}

function fieldsOf(token: string): readonly unknown[] {
  try {
    const fields: unknown = JSON.parse(Buffer.from(token, "base64").toString());
    return Array.isArray(fields) ? fields : [];
  } catch {
    return [];
  }
}

import { KinesisError } from "../aws/kinesis/kinesis-error";
import type { Stream } from "../aws/kinesis/stream";

/** Doubles the stream's shards or, where there are more than were declared, goes back towards these. Returns what it did, in words. */
export function reshard(stream: Stream): string {
  const { openShards, args } = stream;
  const [count, declared] = [openShards.length, args.shardCount];
  const target = count > declared ? Math.max(declared, Math.ceil(count / 2)) : 2 * count;
  try {
    stream.resize(target);
    return `from ${count} to ${target} shards`;
  } catch (error) {
    if (!(error instanceof KinesisError)) throw error;
    return error.message;
  }
}

import { KinesisError } from "../aws/kinesis/kinesis-error";
import type { Stream } from "../aws/kinesis/stream";

/**
 * Doubles the stream's shards or, where there are more than declared, goes back towards these.
 * @returns What it did, or why the stream refuses, in words
 * @throws Error only for a bug in the stream
 */
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

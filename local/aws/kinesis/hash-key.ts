import { createHash } from "node:crypto";

/** Number of hash keys: MD5 has 128 bits. */
export const HASH_KEYS = 2n ** 128n;

/** A closed range of hash keys. */
export interface HashKeyRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** The hash key of a partition key: https://docs.aws.amazon.com/streams/latest/dev/key-concepts.html */
export function hashKeyOf(partitionKey: string): bigint {
  return BigInt(`0x${createHash("md5").update(partitionKey).digest("hex")}`);
}

/** Where a range begins, 0 to 1 of all hash keys. */
export function placeOf({ start }: HashKeyRange): number {
  return Number(start) / Number(HASH_KEYS);
}

/** All hash keys in `count` ranges of the same size; the last one takes the remainder. */
export function uniformRanges(count: number): readonly HashKeyRange[] {
  const size = HASH_KEYS / BigInt(count);
  return Array.from({ length: count }, (_, index) => ({
    start: size * BigInt(index),
    end: index === count - 1 ? HASH_KEYS - 1n : size * BigInt(index + 1) - 1n,
  }));
}

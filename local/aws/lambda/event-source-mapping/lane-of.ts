/**
 * Which of a shard's lanes a partition key belongs to. Batches of one shard run concurrently, but records of one key stay in order:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html. AWS does not say how it spreads the keys; this is FNV-1a.
 */
export function laneOf(partitionKey: string, lanes: number): number {
  if (lanes === 1) return 0;
  let hash = 0x811c9dc5;
  for (let index = 0; index < partitionKey.length; index += 1)
    hash = Math.imul(hash ^ partitionKey.charCodeAt(index), 0x01000193);
  return (hash >>> 0) % lanes;
}

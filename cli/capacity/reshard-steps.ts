/** Times that a stream's shard count can be changed in 24 hours: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html */
export const RESHARDS_PER_DAY = 10;

/**
 * The shard counts to deploy one after the other, the wanted one last: a deployed stream moves to double or half of its open shards at
 * most. None where it has that many.
 */
export function reshardSteps(deployed: number, wanted: number): readonly number[] {
  const steps: number[] = [];
  for (let count = deployed; count !== wanted; steps.push(count))
    count = wanted > count ? Math.min(wanted, count * 2) : Math.max(wanted, Math.ceil(count / 2));
  return steps;
}

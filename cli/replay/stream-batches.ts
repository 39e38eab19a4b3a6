import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { eventRecord, type ReplayedRecord, type StreamRecord } from "../../contract/stream-record";
import { type Period, recordsOf, shardsOf } from "../../stores/stream-shards";
import { BatchBuffer } from "./batch-buffer";
import type { Marks } from "./marks";
import { type Batch, outcomeOf, type ReplayDeps, type Tally } from "./run";

/** Which records of the stream are wanted. */
export interface StreamQuestion extends Period {
  readonly streamArn: string;
  /** Whether records that were replayed before are replayed again. */
  readonly again: boolean;
}

/** Reads all records that arrived in a period, shard by shard, as the events they first came in. */
export async function* streamBatches(
  client: KinesisClient,
  question: StreamQuestion,
  marks: Marks,
  tally: Tally,
  deps: Pick<ReplayDeps, "io" | "sleep">,
): AsyncGenerator<Batch<ReplayedRecord>> {
  const { streamArn, again } = question;
  for (const shardId of await shardsOf(client, streamArn)) {
    const isReplayed = again ? () => false : await replayedIn(marks, shardId);
    const buffer = new BatchBuffer(streamArn);
    for await (const record of recordsOf(client, streamArn, shardId, question, deps)) {
      if (deps.io.signal.aborted) return;
      if (isReplayed(record.sequenceNumber)) {
        tally.replayedBefore += 1;
        continue;
      }
      const full = buffer.add(record);
      if (full.length > 0) yield batchOf(full, streamArn, marks);
    }
    if (deps.io.signal.aborted) return;
    const rest = buffer.flush();
    if (rest.length > 0) yield batchOf(rest, streamArn, marks);
  }
}

/** The mark's name says all: from which record to which. What lies between two of a batch was replayed before. */
function batchOf(records: readonly StreamRecord[], streamArn: string, marks: Marks): Batch<ReplayedRecord> {
  return {
    items: records.map((record) => eventRecord(record, { streamArn })),
    mark: async (verdict) => {
      const [first, last] = [records[0], records[verdict.done - 1]];
      if (first === undefined || last === undefined) return;
      const name = `stream/${first.shardId}/${first.sequenceNumber}-${last.sequenceNumber}.json`;
      await marks.put(name, [outcomeOf(verdict)]);
    },
  };
}

/** Whether a record was replayed, asked in the order of the stream. */
async function replayedIn(marks: Marks, shardId: string): Promise<(sequenceNumber: string) => boolean> {
  const ranges: { first: bigint; last: bigint }[] = [];
  for await (const name of marks.names(`stream/${shardId}/`)) {
    const [, first, last] = /\/(\d+)-(\d+)\.json$/.exec(name) ?? [];
    if (first !== undefined && last !== undefined) ranges.push({ first: BigInt(first), last: BigInt(last) });
  }
  ranges.sort((a, b) => (a.first < b.first ? -1 : 1));
  let place = 0;
  return (sequenceNumber) => {
    const number = BigInt(sequenceNumber);
    while ((ranges[place]?.last ?? number) < number) place += 1;
    return (ranges[place]?.first ?? number + 1n) <= number;
  };
}

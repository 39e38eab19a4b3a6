import type { S3Client } from "@aws-sdk/client-s3";
import { arrivalHour } from "../../contract/arrival-hour";
import type { RejectReason } from "../../contract/rejected";
import { eventRecord, type ReplayedRecord, recordId, type StreamRecord } from "../../contract/stream-record";
import { type Filter, setAside } from "../../stores/rejected-records";
import { UnreadableObjects } from "../kit/unreadable-objects";
import { BatchBuffer } from "./batch-buffer";
import type { Marks } from "./marks";
import { type Batch, outcomeOf, type Ports, type Tally } from "./run";

/** Marks of a replay as arrived are of a kind of their own: a replay before it has changed nothing for a wrong clock. */
const AS_ARRIVED_KIND = "rejected-as-arrived";
const kindOf = ({ asArrived }: RejectedQuestion) => (asArrived ? AS_ARRIVED_KIND : "rejected");
/** What a wrong clock is rejected for. */
export const CLOCK_REASONS: readonly RejectReason[] = ["timestamp_out_of_range", "timestamp_invalid"];

export interface RejectedQuestion extends Filter {
  readonly bucket: string;
  readonly streamArn: string;
  /** Those too that a mark says were replayed. */
  readonly again: boolean;
  /** Those alone whose timestamp was wrong. */
  readonly asArrived: boolean;
}

/**
 * Reads what was set aside, as the events it first came in. A batch stays within a shard and an hour of arrival: what the function
 * sets aside once more lies under its first record's hour, and whoever reads `rejected/` looks for a record's second line there.
 */
export async function* rejectedBatches(
  client: S3Client,
  question: RejectedQuestion,
  marks: Marks,
  tally: Tally,
  { io }: Pick<Ports, "io">,
): AsyncGenerator<Batch<ReplayedRecord>> {
  const { bucket, streamArn, again } = question;
  const unreadable = new UnreadableObjects(io.note);
  const replayed = again ? new Set<string>() : await replayedBefore(question, marks);
  const buffers = new Map<string, BatchBuffer>();
  let folder = "";
  for await (const { key, reason, shardId, sequenceNumber, partitionKey, arrivedAt, data } of setAside(
    client,
    bucket,
    question,
    (found) => {
      tally.unusable += 1;
      unreadable.add(found);
    },
  )) {
    const record = { shardId, sequenceNumber, partitionKey, arrivedAt, data };
    if (question.asArrived && !CLOCK_REASONS.includes(reason)) continue;
    if (replayed.has(recordId(record))) {
      tally.replayedBefore += 1;
      continue;
    }
    const its = key.slice(0, key.lastIndexOf("/"));
    if (its !== folder) {
      for (const buffer of buffers.values()) yield batchOf(buffer.flush(), question, marks);
      buffers.clear();
      folder = its;
    }
    const place = `${shardId} ${arrivalHour(arrivedAt)}`;
    const buffer = buffers.get(place) ?? new BatchBuffer(streamArn);
    buffers.set(place, buffer);
    const full = endsItsObject(key, record, buffer) ? buffer.flush() : [];
    full.push(...buffer.add(record));
    if (full.length > 0) yield batchOf(full, question, marks);
  }
  for (const buffer of buffers.values()) yield batchOf(buffer.flush(), question, marks);
}

/**
 * Whether the record is the last of an object whose first is in the batch. Were both of a batch and set aside once more, the function
 * would write an object of this very name, without the lines that are not replayed.
 */
function endsItsObject(key: string, { sequenceNumber }: StreamRecord, batch: BatchBuffer): boolean {
  const [, first = "", last = ""] = /-(\d+)-(\d+)\.jsonl$/.exec(key) ?? [];
  return sequenceNumber === last && first !== last && batch.has(first);
}

/** What is stored at its arrival would be rejected once more in the other way. */
async function replayedBefore(question: RejectedQuestion, marks: Marks): Promise<Set<string>> {
  const asArrived = await marks.replayedRecords(AS_ARRIVED_KIND, question);
  return question.asArrived
    ? asArrived
    : new Set([...asArrived, ...(await marks.replayedRecords(kindOf(question), question))]);
}

function batchOf(records: readonly StreamRecord[], question: RejectedQuestion, marks: Marks): Batch<ReplayedRecord> {
  return {
    items: records.map((record) => eventRecord(record, question)),
    mark: async (verdict) => {
      const ids = records.slice(0, verdict.done).map(recordId);
      await marks.putRecords(kindOf(question), records[0]?.arrivedAt ?? 0, ids, outcomeOf(verdict));
    },
  };
}

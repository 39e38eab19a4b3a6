import type { S3Client } from "@aws-sdk/client-s3";
import { arrivalHour } from "../../contract/arrival-hour";
import type { RejectReason } from "../../contract/rejected";
import { eventRecord, type ReplayedRecord, recordId, type StreamRecord } from "../../contract/stream-record";
import type { Unreadable } from "../../stores/read-object";
import { type Filter, rejectedRecords, rejectionsOf } from "../../stores/rejected-records";
import { UnreadableObjects } from "../kit/unreadable-objects";
import { BatchBuffer } from "./batch-buffer";
import type { Marks } from "./marks";
import { type Batch, outcomeOf, type ReplayDeps, type Tally } from "./run";

/** A replay as arrived has marks of its own kind: a plain replay before it has changed nothing for a wrong clock. */
const AS_ARRIVED_KIND = "rejected-as-arrived";
const kindOf = ({ asArrived }: RejectedQuestion) => (asArrived ? AS_ARRIVED_KIND : "rejected");
/** The reasons that a record of a wrong clock is rejected with. */
export const CLOCK_REASONS: readonly RejectReason[] = ["timestamp_out_of_range", "timestamp_invalid"];

/** Which rejected records are wanted, and where they are. */
export interface RejectedQuestion extends Filter {
  readonly bucket: string;
  /** The stream that their events name. */
  readonly streamArn: string;
  /** Whether records that were replayed before are replayed again. */
  readonly again: boolean;
  /** Only records with a wrong timestamp, to be stored at their arrival. */
  readonly asArrived: boolean;
}

/**
 * Reads rejected records, as the events they first came in. A batch stays within a shard and an hour of arrival: records that the
 * function rejects again are kept under the hour of their first, where a reader of `rejected/` looks for a record's second line.
 * @throws Error where no object of the bucket can be read
 */
export async function* rejectedBatches(
  client: S3Client,
  question: RejectedQuestion,
  marks: Marks,
  tally: Tally,
  { io }: Pick<ReplayDeps, "io">,
): AsyncGenerator<Batch<ReplayedRecord>> {
  const { bucket, streamArn, again } = question;
  const unreadable = new UnreadableObjects(io.note);
  const replayed = again ? new Set<string>() : await replayedBefore(question, marks);
  const buffers = new Map<string, BatchBuffer>();
  let folder = "";
  const onUnreadable = (found: Unreadable) => {
    tally.unusable += 1;
    unreadable.add(found);
  };
  for await (const rejected of rejectedRecords(client, bucket, question, onUnreadable)) {
    const { key, shardId, sequenceNumber, partitionKey, arrivedAt, data } = rejected;
    const record = { shardId, sequenceNumber, partitionKey, arrivedAt, data };
    if (question.asArrived && !rejectionsOf(rejected).some(({ reason }) => CLOCK_REASONS.includes(reason))) continue;
    if (replayed.has(recordId(record))) {
      tally.replayedBefore += 1;
      continue;
    }
    const ownFolder = key.slice(0, key.lastIndexOf("/"));
    if (ownFolder !== folder) {
      for (const buffer of buffers.values()) yield batchOf(buffer.flush(), question, marks);
      buffers.clear();
      folder = ownFolder;
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
 * Whether the record is the last of an object whose first is in the batch. If one batch held both and they were rejected again, the
 * function would write an object of the same name, without the lines that are not replayed.
 */
function endsItsObject(key: string, { sequenceNumber }: StreamRecord, batch: BatchBuffer): boolean {
  const [, first = "", last = ""] = /-(\d+)-(\d+)\.jsonl$/.exec(key) ?? [];
  return sequenceNumber === last && first !== last && batch.has(first);
}

/** Records that are stored at their arrival would be rejected again by a plain replay. */
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

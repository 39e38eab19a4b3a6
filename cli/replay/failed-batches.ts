import { paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { PREFIX } from "../../contract/objects";
import { isEventRecord, type ReplayedRecord } from "../../contract/stream-record";
import { readText } from "../../stores/read-object";
import { printable } from "../kit/output";
import { NOTHING_DONE, together } from "./answer";
import { invocationsOf } from "./batch-buffer";
import type { Marks } from "./marks";
import { type Batch, outcomeOf, type ReplayDeps, type Tally } from "./run";

/** Which batches that the event source mapping gave up are wanted. */
export interface FailedQuestion {
  readonly bucket: string;
  /** The function that they were for: the device watch's are not replayed, because the processor has stored their readings. */
  readonly functionName: string;
  /** Given up from this moment on, milliseconds since the epoch. */
  readonly from: number;
  /** Given up before this moment. */
  readonly until: number;
  /** Whether batches that were replayed before are replayed again. */
  readonly again: boolean;
}

/** `aws/lambda/<mapping>/<shard>/<yyyy>/<MM>/<dd>/<time>-<id>`: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html */
const KEY = /\/(\d{4}-\d\d-\d\d)T(\d\d)\.(\d\d)\.(\d\d)-[^/]+$/;

/**
 * Reads failed batches, one per object. An event that is too large for an invocation is read in parts: its object is marked when all
 * of them are done, and until then all are replayed again.
 * @throws Error where no object of the bucket can be read
 */
export async function* failedBatches(
  client: S3Client,
  { bucket, functionName, from, until, again }: FailedQuestion,
  marks: Marks,
  tally: Tally,
  { io }: Pick<ReplayDeps, "io">,
): AsyncGenerator<Batch<ReplayedRecord>> {
  const passOver = (key: string, why: string) => {
    tally.unusable += 1;
    io.note(`"${printable(key)}" ${why}`);
  };
  const replayed = new Set<string>();
  if (!again) for await (const name of marks.names("failed/")) replayed.add(name);
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: PREFIX.failed })) {
    for (const { Key = "" } of Contents) {
      // A folder, as the console makes it.
      if (Key.endsWith("/")) continue;
      const givenUpAt = timeIn(Key);
      if (givenUpAt === undefined) {
        passOver(Key, "is not named like a failed batch");
        continue;
      }
      if (givenUpAt < from || givenUpAt >= until) continue;
      const name = `failed/${Key.slice(PREFIX.failed.length)}.json`;
      if (replayed.has(name)) {
        tally.replayedBefore += 1;
        continue;
      }
      const read = await readText(client, bucket, Key);
      const items = "content" in read ? recordsIn(read.content, functionName) : undefined;
      if (items === NOT_OURS) continue;
      if (items === undefined) {
        passOver(Key, "content" in read ? "is not a Kinesis event" : `cannot be read: ${read.unreadable}`);
        continue;
      }
      yield* batchesOf(Key, items, (outcome) => marks.put(name, [{ key: Key, ...outcome }]));
    }
  }
}

/** The batches of an object; `markAll` is called when all their records are done. */
function* batchesOf(
  key: string,
  records: readonly ReplayedRecord[],
  markAll: (outcome: ReturnType<typeof outcomeOf>) => Promise<void>,
): Generator<Batch<ReplayedRecord>> {
  let all = NOTHING_DONE;
  for (const items of invocationsOf(records))
    yield {
      key,
      items,
      mark: async (verdict) => {
        const after = together(all, verdict);
        if (after.done === records.length) await markAll(outcomeOf(after));
        all = after;
      },
    };
}

/** When a batch was given up, by its object's key; undefined for another object's. */
function timeIn(key: string): number | undefined {
  const [, day, hours, minutes, seconds] = KEY.exec(key) ?? [];
  const time = Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(time) ? undefined : time;
}

/** A batch of another function. */
const NOT_OURS = "another function's";

/** The records of the event that a failure object holds as text. */
function recordsIn(body: string, functionName: string): readonly ReplayedRecord[] | typeof NOT_OURS | undefined {
  try {
    const { payload, requestContext } = JSON.parse(body) as {
      payload: string;
      requestContext?: { functionArn?: string };
    };
    const [, name = functionName] = /:function:([^:]+)/.exec(requestContext?.functionArn ?? "") ?? [];
    if (name !== functionName) return NOT_OURS;
    const { Records } = JSON.parse(payload) as { Records: readonly unknown[] };
    // Without what the function reads of a record, it refuses the whole batch each time.
    return Records.length > 0 && Records.every(canBeReplayed) ? Records : undefined;
  } catch {
    return undefined;
  }
}

function canBeReplayed(record: unknown): record is ReplayedRecord {
  return isEventRecord(record) && /^\d+$/.test(record.kinesis.sequenceNumber);
}

import { paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { PREFIX } from "../../contract/objects";
import type { ReplayedRecord } from "../../contract/stream-record";
import { readText } from "../../stores/read-object";
import { printable } from "../kit/output";
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
 * Reads failed batches, one per object.
 * @throws Error where no object of the bucket can be read
 */
export async function* failedBatches(
  client: S3Client,
  { bucket, functionName, from, until, again }: FailedQuestion,
  marks: Marks,
  tally: Tally,
  { io }: Pick<ReplayDeps, "io">,
): AsyncGenerator<Batch<ReplayedRecord>> {
  const replayed = new Set<string>();
  if (!again) for await (const name of marks.names("failed/")) replayed.add(name);
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: PREFIX.failed })) {
    for (const { Key = "" } of Contents) {
      const givenUpAt = timeIn(Key);
      if (givenUpAt === undefined || givenUpAt < from || givenUpAt >= until) continue;
      const name = `failed/${Key.slice(PREFIX.failed.length)}.json`;
      if (replayed.has(name)) {
        tally.replayedBefore += 1;
        continue;
      }
      const read = await readText(client, bucket, Key);
      const items = "content" in read ? recordsIn(read.content, functionName) : undefined;
      if (items === NOT_OURS) continue;
      if (items === undefined) {
        tally.unusable += 1;
        io.note(
          `"${printable(Key)}" ${"content" in read ? "is not a Kinesis event" : `cannot be read: ${read.unreadable}`}`,
        );
        continue;
      }
      yield {
        items,
        mark: async (verdict) => {
          if (verdict.done === items.length) await marks.put(name, [{ key: Key, ...outcomeOf(verdict) }]);
        },
      };
    }
  }
}

function timeIn(key: string): number | undefined {
  const [, day, hours, minutes, seconds] = KEY.exec(key) ?? [];
  return day === undefined ? undefined : Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`);
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
    const { Records } = JSON.parse(payload) as { Records: readonly ReplayedRecord[] };
    return Records.length > 0 &&
      Records.every(({ kinesis }) => typeof kinesis.sequenceNumber === "string" && /^\d+$/.test(kinesis.sequenceNumber))
      ? Records
      : undefined;
  } catch {
    return undefined;
  }
}

import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { ObjectWrite } from "./batch-plan";
import type { Deadline } from "./deadline";
import type { WriteOutcome } from "./fates";
import { inRounds, withLimit } from "./rounds";
import { judgeStoreError } from "./store-error";
import type { WriteReport } from "./write-report";

/** Puts in flight. */
const MAX_CALLS_IN_FLIGHT = 16;

/** Puts objects into the archive bucket. */
export class ObjectWriter {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
    private readonly random: () => number,
  ) {}

  /** Writes all that it can until the deadline. What is not in the result has not been written. */
  async write(
    writes: readonly ObjectWrite[],
    contentType: string,
    deadline: Deadline,
    report: WriteReport,
  ): Promise<Map<ObjectWrite, WriteOutcome>> {
    const outcomes = new Map<ObjectWrite, WriteOutcome>();
    report.retried += await inRounds(writes, deadline, this.random, async (pending) => {
      const left: ObjectWrite[] = [];
      await withLimit(pending, MAX_CALLS_IN_FLIGHT, async (write) => {
        if (deadline.hasPassed) return;
        const input = { Bucket: this.bucket, Key: write.key, Body: write.body, ContentType: contentType };
        try {
          await deadline.race(this.client.send(new PutObjectCommand(input), { abortSignal: deadline.signal }));
          outcomes.set(write, { kind: "written" });
        } catch (error) {
          if (deadline.hasPassed) return;
          report.countError(error);
          // An object's content is never what is wrong: whatever is not to be sent again waits for a person.
          if (judgeStoreError(error) === "again") left.push(write);
          else outcomes.set(write, { kind: "failed" });
        }
      });
      return left;
    });
    return outcomes;
  }
}

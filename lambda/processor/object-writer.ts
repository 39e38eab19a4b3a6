import type { S3Client } from "@aws-sdk/client-s3";
import type { ObjectWrite } from "./batch-plan";
import type { Deadline } from "./deadline";
import type { WriteOutcome } from "./fates";
import { ObjectPut } from "./object-put";
import { inRounds, withLimit } from "./rounds";
import { judgeStoreError } from "./store-error";
import type { WriteReport } from "./write-report";

/** Puts in flight. */
const MAX_CALLS_IN_FLIGHT = 16;

/** Puts objects into the archive bucket. */
export class ObjectWriter {
  readonly #random: () => number;
  readonly #put: ObjectPut;

  constructor(client: S3Client, bucket: string, random: () => number) {
    this.#random = random;
    this.#put = new ObjectPut(client, bucket);
  }

  /** Writes all that it can until the deadline. What is not in the result has not been written. */
  async write(
    writes: readonly ObjectWrite[],
    contentType: string,
    deadline: Deadline,
    report: WriteReport,
  ): Promise<Map<ObjectWrite, WriteOutcome>> {
    const outcomes = new Map<ObjectWrite, WriteOutcome>();
    let call: "attempt" | "send" = "attempt";
    report.retried += await inRounds(writes, deadline, this.#random, async (pending) => {
      const left: ObjectWrite[] = [];
      await withLimit(pending, MAX_CALLS_IN_FLIGHT, async (write) => {
        if (deadline.hasPassed) return;
        try {
          await deadline.race(this.#put[call]({ key: write.key, body: write.body, contentType }, deadline.signal));
          outcomes.set(write, { kind: "written" });
        } catch (error) {
          if (deadline.hasPassed) return;
          report.countError(error);
          // An object's content is never what is wrong: whatever is not to be sent again waits for a person.
          if (judgeStoreError(error) === "again") left.push(write);
          else outcomes.set(write, { kind: "failed" });
        }
      });
      // Whatever went wrong: the SDK tells what is to be made of it.
      call = "send";
      return left;
    });
    return outcomes;
  }
}

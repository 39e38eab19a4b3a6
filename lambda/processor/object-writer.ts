import type { S3Client } from "@aws-sdk/client-s3";
import type { ObjectWrite } from "./batch-plan";
import type { Deadline } from "./deadline";
import { ObjectPut } from "./object-put";
import { type CallResult, CUT_OFF, mapWithLimit, writeInRounds } from "./rounds";
import { classifyStoreError, errorName } from "./store-error";
import type { WriteResult } from "./write-result";

/** Puts in flight. */
const MAX_CALLS_IN_FLIGHT = 16;

/** Puts objects into the archive bucket. */
export class ObjectWriter {
  readonly #put: ObjectPut;
  readonly #random: () => number;

  constructor(client: S3Client, bucket: string, random: () => number) {
    this.#put = new ObjectPut(client, bucket);
    this.#random = random;
  }

  /** Writes as many objects as it can until the deadline. */
  write(writes: readonly ObjectWrite[], contentType: string, deadline: Deadline): Promise<WriteResult<ObjectWrite>> {
    return writeInRounds(writes, deadline, this.#random, (pending, isFirst) =>
      mapWithLimit(pending, MAX_CALLS_IN_FLIGHT, (write) => this.#send(write, contentType, deadline, isFirst)),
    );
  }

  /** One call, by the shortcut if `isFirst`: after an error, the SDK's own call says what is wrong. */
  async #send(
    write: ObjectWrite,
    contentType: string,
    deadline: Deadline,
    isFirst: boolean,
  ): Promise<CallResult<ObjectWrite>> {
    if (deadline.hasPassed) return CUT_OFF;
    const object = { key: write.key, body: write.body, contentType };
    try {
      await deadline.race(
        isFirst ? this.#put.attempt(object, deadline.signal) : this.#put.send(object, deadline.signal),
      );
      return { settled: [{ writes: [write], outcome: { kind: "written" } }], again: [], errors: [] };
    } catch (error) {
      if (deadline.hasPassed) return CUT_OFF;
      const errors = [errorName(error)];
      if (classifyStoreError(error) === "transient") return { settled: [], again: [write], errors };
      // S3 takes any content, so even a refusal is not about the record: it is left to Lambda's retry.
      return { settled: [{ writes: [write], outcome: { kind: "failed" } }], again: [], errors };
    }
  }
}

import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { ItemWrite } from "./batch-plan";
import type { Deadline } from "./deadline";
import type { WriteOutcome } from "./fates";
import { ReplayPut } from "./replay-put";
import { inRounds, withLimit } from "./rounds";
import { errorMessage, errorName, judgeStoreError } from "./store-error";
import type { WriteReport } from "./write-report";

/** PutItem calls in flight. */
const MAX_CALLS_IN_FLIGHT = 16;

/** Puts replayed items into the hot tier: each gives way to what arrived later. BatchWriteItem takes no condition, hence one call an item. */
export class ReplayWriter {
  readonly #random: () => number;
  readonly #put: ReplayPut;

  constructor(client: DynamoDBClient, table: string, random: () => number) {
    this.#random = random;
    this.#put = new ReplayPut(client, table);
  }

  /** Writes all that it can until the deadline. What is not in the result has not been written. */
  async write(
    writes: readonly ItemWrite[],
    deadline: Deadline,
    report: WriteReport,
  ): Promise<Map<ItemWrite, WriteOutcome>> {
    const outcomes = new Map<ItemWrite, WriteOutcome>();
    report.retried += await inRounds(writes, deadline, this.#random, async (pending) => {
      const left: ItemWrite[] = [];
      await withLimit(pending, MAX_CALLS_IN_FLIGHT, async (write) => {
        if (deadline.hasPassed) return;
        try {
          await deadline.race(this.#put.send(write, deadline.signal));
          outcomes.set(write, { kind: "written" });
        } catch (error) {
          if (deadline.hasPassed) return;
          if (errorName(error) === "ConditionalCheckFailedException") {
            outcomes.set(write, { kind: "superseded" });
            return;
          }
          report.countError(error);
          const verdict = judgeStoreError(error);
          if (verdict === "again") left.push(write);
          else if (verdict === "handBack") outcomes.set(write, { kind: "failed" });
          else outcomes.set(write, { kind: "refused", message: errorMessage(error) });
        }
      });
      return left;
    });
    return outcomes;
  }
}

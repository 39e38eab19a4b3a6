import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { ItemWrite } from "./batch-plan";
import type { Deadline } from "./deadline";
import type { WriteOutcome } from "./fates";
import { ReplayPut } from "./replay-put";
import { type CallResult, CUT_OFF, mapWithLimit, writeInRounds } from "./rounds";
import { classifyStoreError, errorMessage, errorName } from "./store-error";
import type { WriteResult } from "./write-result";

/** PutItem calls in flight. */
const MAX_CALLS_IN_FLIGHT = 16;

/** Puts replayed items into the hot tier: each gives way to one that arrived later. BatchWriteItem takes no condition, hence one call per item. */
export class ReplayWriter {
  readonly #put: ReplayPut;
  readonly #random: () => number;

  constructor(client: DynamoDBClient, table: string, random: () => number) {
    this.#put = new ReplayPut(client, table);
    this.#random = random;
  }

  /** Writes as many items as it can until the deadline. */
  write(writes: readonly ItemWrite[], deadline: Deadline): Promise<WriteResult<ItemWrite>> {
    return writeInRounds(writes, deadline, this.#random, (pending) =>
      mapWithLimit(pending, MAX_CALLS_IN_FLIGHT, (write) => this.#send(write, deadline)),
    );
  }

  async #send(write: ItemWrite, deadline: Deadline): Promise<CallResult<ItemWrite>> {
    if (deadline.hasPassed) return CUT_OFF;
    const settled = (outcome: WriteOutcome) => [{ writes: [write], outcome }];
    try {
      await deadline.race(this.#put.send(write, deadline.signal));
      return { settled: settled({ kind: "written" }), again: [], errors: [] };
    } catch (error) {
      if (deadline.hasPassed) return CUT_OFF;
      const name = errorName(error);
      if (name === "ConditionalCheckFailedException")
        return { settled: settled({ kind: "superseded" }), again: [], errors: [] };
      const kind = classifyStoreError(error);
      if (kind === "transient") return { settled: [], again: [write], errors: [name] };
      const outcome: WriteOutcome =
        kind === "persistent" ? { kind: "failed" } : { kind: "refused", message: errorMessage(error) };
      return { settled: settled(outcome), again: [], errors: [name] };
    }
  }
}

import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ATTRIBUTE } from "../../contract/item";
import { MAX_BATCH_ITEMS } from "../reading/dynamodb-limits";
import type { ItemWrite } from "./batch-plan";
import { BatchPut, type BatchPutAnswer } from "./batch-put";
import type { Deadline } from "./deadline";
import { type CallResult, CUT_OFF, mapWithLimit, writeInRounds } from "./rounds";
import { classifyStoreError, errorMessage, errorName } from "./store-error";
import type { WriteResult } from "./write-result";

/** BatchWriteItem calls in flight: a batch of 100 goes out together, and ten environments do not overload the table. */
const MAX_CALLS_IN_FLIGHT = 8;

/** Puts items into the hot tier. */
export class TableWriter {
  readonly #put: BatchPut;
  readonly #random: () => number;

  constructor(client: DynamoDBClient, table: string, random: () => number) {
    this.#put = new BatchPut(client, table);
    this.#random = random;
  }

  /** Writes as many items as it can until the deadline. No two writes may have the same key. */
  write(writes: readonly ItemWrite[], deadline: Deadline): Promise<WriteResult<ItemWrite>> {
    return writeInRounds(writes, deadline, this.#random, (pending, isFirst) =>
      mapWithLimit(chunks(pending), MAX_CALLS_IN_FLIGHT, (chunk) => this.#send(chunk, deadline, isFirst)),
    );
  }

  /** One call, by the shortcut if `isFirst`: after an error, the SDK's own call says what is wrong. */
  async #send(writes: readonly ItemWrite[], deadline: Deadline, isFirst: boolean): Promise<CallResult<ItemWrite>> {
    if (deadline.hasPassed) return CUT_OFF;
    const items = writes.map(({ item }) => item);
    try {
      const call = isFirst ? this.#put.attempt(items, deadline.signal) : this.#put.send(items, deadline.signal);
      return answered(writes, await deadline.race(call));
    } catch (error) {
      return deadline.hasPassed ? CUT_OFF : this.#failed(writes, error, deadline);
    }
  }

  async #failed(writes: readonly ItemWrite[], error: unknown, deadline: Deadline): Promise<CallResult<ItemWrite>> {
    const errors = [errorName(error)];
    const kind = classifyStoreError(error);
    if (kind === "transient") return { settled: [], again: writes, errors };
    if (kind === "persistent") return { settled: [{ writes, outcome: { kind: "failed" } }], again: [], errors };
    if (writes.length === 1)
      return { settled: [{ writes, outcome: { kind: "refused", message: errorMessage(error) } }], again: [], errors };
    // One item fails the whole batch: halve it until that item stands alone and the others are stored.
    const half = Math.ceil(writes.length / 2);
    const first = await this.#send(writes.slice(0, half), deadline, false);
    const second = await this.#send(writes.slice(half), deadline, false);
    return {
      settled: [...first.settled, ...second.settled],
      again: [...first.again, ...second.again],
      errors: [...errors, ...first.errors, ...second.errors],
    };
  }
}

/** The result of a call that DynamoDB took: it may have left items unprocessed. */
function answered(writes: readonly ItemWrite[], answer: BatchPutAnswer): CallResult<ItemWrite> {
  const again = unprocessed(writes, answer);
  const written = again.length === 0 ? writes : writes.filter((write) => !again.includes(write));
  const settled = [{ writes: written, outcome: { kind: "written" } }] as const;
  return { settled, again, errors: again.map(() => "UnprocessedItems") };
}

/** The writes that a response names as unprocessed; all of them if it names one that is not among them, because a put can be repeated. */
function unprocessed(writes: readonly ItemWrite[], { UnprocessedItems = {} }: BatchPutAnswer): readonly ItemWrite[] {
  const requests = Object.values(UnprocessedItems).flat();
  if (requests.length === 0) return [];
  const keys = new Set(
    requests.map(({ PutRequest }) => {
      const item = PutRequest?.Item;
      return `${item?.[ATTRIBUTE.deviceId]?.S}#${item?.[ATTRIBUTE.timestampSensorType]?.S}`;
    }),
  );
  const left = writes.filter(({ deviceId, range }) => keys.has(`${deviceId}#${range}`));
  return left.length === requests.length ? left : writes;
}

function chunks(writes: readonly ItemWrite[]): (readonly ItemWrite[])[] {
  const parts: (readonly ItemWrite[])[] = [];
  for (let i = 0; i < writes.length; i += MAX_BATCH_ITEMS) parts.push(writes.slice(i, i + MAX_BATCH_ITEMS));
  return parts;
}

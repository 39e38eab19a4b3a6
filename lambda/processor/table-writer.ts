import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ATTRIBUTE } from "../../contract/item";
import { MAX_BATCH_ITEMS } from "../reading/dynamodb-limits";
import type { ItemWrite } from "./batch-plan";
import { BatchPut, type BatchPutAnswer } from "./batch-put";
import type { Deadline } from "./deadline";
import type { WriteOutcome } from "./fates";
import { inRounds, withLimit } from "./rounds";
import { errorMessage, judgeStoreError } from "./store-error";
import type { WriteReport } from "./write-report";

/** BatchWriteItem calls in flight: a batch of 100 goes out at once, and ten environments do not storm the table. */
const MAX_CALLS_IN_FLIGHT = 8;

type BatchPutCall = "attempt" | "send";

/** Puts items into the hot tier. */
export class TableWriter {
  readonly #random: () => number;
  readonly #put: BatchPut;

  constructor(client: DynamoDBClient, table: string, random: () => number) {
    this.#random = random;
    this.#put = new BatchPut(client, table);
  }

  /** Writes all that it can until the deadline. No two writes may have one key. What is not in the result has not been written. */
  async write(
    writes: readonly ItemWrite[],
    deadline: Deadline,
    report: WriteReport,
  ): Promise<Map<ItemWrite, WriteOutcome>> {
    const outcomes = new Map<ItemWrite, WriteOutcome>();
    let call: BatchPutCall = "attempt";
    report.retried += await inRounds(writes, deadline, this.#random, async (pending) => {
      const left: ItemWrite[] = [];
      await withLimit(chunks(pending), MAX_CALLS_IN_FLIGHT, async (chunk) => {
        left.push(...(await this.#send(chunk, call, deadline, report, outcomes)));
      });
      // Whatever went wrong: the SDK tells what is to be made of it.
      call = "send";
      return left;
    });
    return outcomes;
  }

  /** One call. Notes what is settled, and returns what is to be sent again. */
  async #send(
    writes: readonly ItemWrite[],
    call: BatchPutCall,
    deadline: Deadline,
    report: WriteReport,
    outcomes: Map<ItemWrite, WriteOutcome>,
  ): Promise<readonly ItemWrite[]> {
    if (deadline.hasPassed) return [];
    const settle = (settled: readonly ItemWrite[], outcome: WriteOutcome) => {
      for (const write of settled) outcomes.set(write, outcome);
      return [];
    };
    try {
      const items = writes.map(({ item }) => item);
      const answer = await deadline.race(this.#put[call](items, deadline.signal));
      const left = unprocessed(writes, answer);
      if (left.length > 0) report.count("UnprocessedItems", left.length);
      settle(left.length === 0 ? writes : writes.filter((write) => !left.includes(write)), { kind: "written" });
      return left;
    } catch (error) {
      if (deadline.hasPassed) return [];
      report.countError(error);
      const verdict = judgeStoreError(error);
      if (verdict === "again") return writes;
      if (verdict === "handBack") return settle(writes, { kind: "failed" });
      if (writes.length === 1) return settle(writes, { kind: "refused", message: errorMessage(error) });
      // One item fails a batch whole: halve it until that one stands alone, and the others are stored.
      const half = Math.ceil(writes.length / 2);
      const first = await this.#send(writes.slice(0, half), "send", deadline, report, outcomes);
      return [...first, ...(await this.#send(writes.slice(half), "send", deadline, report, outcomes))];
    }
  }
}

/** The writes that a response names as not done. One that cannot be told which it is means all of them: a put can be repeated. */
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

import { setTimeout as sleep } from "node:timers/promises";
import type { StreamRecord } from "../../../contract/stream-record";
import { DEFAULT_LATENCY_MS, type FaultBoard } from "../../faults/endpoint-faults";
import type { KinesisReader } from "./kinesis-reader";
import { MAX_READ } from "./shard";
import { iteratorAt, positionOf } from "./shard-iterator";
import { MAX_KEY_LENGTH, type Stream } from "./stream";

/** How long a client waits for an answer that does not come. */
const REQUEST_TIMEOUT_MS = 5000;

/** What decides whether a call fails. */
export interface InProcessDeps {
  readonly faults: FaultBoard;
  readonly random: () => number;
}

/** The stream as the mapping and the delivery stream read it: in this process, under the shard's limits and the faults in force. */
export function readerOf(stream: Stream, deps: InProcessDeps): KinesisReader {
  const call = underFaults(deps);
  return {
    listShards: () =>
      call(async () =>
        stream.shards.map(({ id, args }) => ({ shardId: id, parents: args.parents.map((parent) => parent.id) })),
      ),
    getIterator: (shardId, after) =>
      call(async () => {
        const shard = stream.shard(shardId);
        const place = after === undefined ? shard.horizon : (shard.placeOf(after) ?? shard.horizon - 1) + 1;
        return iteratorAt({ shardId, place }, stream);
      }),
    getRecords: (_shardId, iterator) =>
      call(async () => {
        const { shardId, place } = positionOf(iterator, stream);
        const page = await stream.read(stream.shard(shardId), place, MAX_READ.records);
        return {
          records: page.records,
          nextIterator:
            page.nextPlace === undefined ? undefined : iteratorAt({ shardId, place: page.nextPlace }, stream),
          millisBehindLatest: page.millisBehindLatest,
        };
      }),
  };
}

/** PutRecord as the rule's action calls it, without retries. Resolves with the record. */
export function putRecordTo(stream: Stream, deps: InProcessDeps) {
  const call = underFaults(deps);
  return (data: Buffer, partitionKey: string): Promise<StreamRecord> =>
    call(async () => {
      const { length } = partitionKey;
      if (length === 0 || length > MAX_KEY_LENGTH)
        throw new Error(`"partitionKey" must have 1 to ${MAX_KEY_LENGTH} characters, got ${length}`);
      return stream.put(partitionKey, data.toString("base64"));
    });
}

/** A call under the faults in force, as the client of a remote service sees them. */
function underFaults({ faults, random }: InProcessDeps) {
  return async <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
    const fault = faults.strike("kinesis");
    switch (fault?.kind) {
      case undefined:
        return call();
      case "latency":
        await sleep(fault?.latencyMs ?? DEFAULT_LATENCY_MS);
        return call();
      case "hang":
        await sleep(REQUEST_TIMEOUT_MS);
        throw new Error("Injected: no answer");
      case "reset":
        // The connection breaks before the request arrives, or after the stream has executed it.
        if (random() < 0.5) await call();
        throw new Error("Injected: the connection was reset");
      default:
        throw new Error(`Injected: ${fault?.kind}`);
    }
  };
}

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HASH_KEYS } from "../../../../../local/aws/kinesis/hash-key";
import { readerOf } from "../../../../../local/aws/kinesis/in-process";
import { EventSourceMapping } from "../../../../../local/aws/lambda/event-source-mapping/event-source-mapping";
import type { kinesisEvent } from "../../../../../local/aws/lambda/event-source-mapping/kinesis-event";
import { FaultBoard } from "../../../../../local/faults/endpoint-faults";
import { seededRandom } from "../../../../../local/fleet/random";
import { simulatedStream } from "../../kinesis/simulated-stream";
import { DONE, reports, SETTINGS, START, THROWN, VirtualTime } from "./simulation";

type Event = ReturnType<typeof kinesisEvent>;

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("put" as const), key: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("split" as const), at: fc.bigInt(0n, HASH_KEYS - 1n) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("merge" as const), pick: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(50, 700, 5000) }) },
);

const world = fc.record({
  seed: fc.nat(),
  steps: fc.array(step, { minLength: 1, maxLength: 80 }),
  parallelizationFactor: fc.integer({ min: 1, max: 3 }),
  failing: fc.constantFrom(0, 0.3),
});

describe("EventSourceMapping while shards split and merge", () => {
  it("processes each record once it was put, each key's in the order of their puts, and loses none", async () => {
    await fc.assert(
      fc.asyncProperty(world, async ({ seed, steps, parallelizationFactor, failing }) => {
        const random = seededRandom(seed);
        const time = new VirtualTime();
        const never = new AbortController().signal;
        const { stream } = simulatedStream({
          shardCount: 2,
          now: () => time.now,
          later: (ms, then) => void time.sleep(ms, never).then(then),
        });
        const processed: string[] = [];
        const mapping = new EventSourceMapping(
          { ...SETTINGS, parallelizationFactor, maximumRetryAttempts: -1, windowMs: 100, batchSize: 5 },
          {
            kinesis: readerOf(stream, { faults: new FaultBoard(random), random }),
            invoke: async (event) => {
              const batch = (event as Event).Records.map(({ kinesis }) => kinesis);
              await time.sleep(random() * 400, never);
              const result =
                time.now < START + 60_000 && random() < failing
                  ? random() < 0.5
                    ? THROWN
                    : reports(batch[Math.floor(random() * batch.length)]?.sequenceNumber ?? "")
                  : DONE;
              return { ...result, requestId: "r" };
            },
            putFailure: async () => {},
            elapsed: () => time.now,
            now: () => time.now,
            sleep: (ms, signal) => time.sleep(ms, signal),
            random,
            onSettled: ({ records, how }) => {
              if (how === "processed")
                processed.push(...records.map(({ data }) => Buffer.from(data, "base64").toString()));
            },
          },
        );
        mapping.start();
        const put: string[] = [];
        for (const [index, it] of steps.entries()) {
          const open = [...stream.openShards].sort((a, b) => (a.args.range.start < b.args.range.start ? -1 : 1));
          if (it.kind === "put") {
            const name = `key-${it.key}:${index}`;
            stream.put(`key-${it.key}`, Buffer.from(name).toString("base64"));
            put.push(name);
          } else if (it.kind === "wait") {
            await time.until(time.sleep(it.ms, never));
          } else if (stream.status === "ACTIVE" && it.kind === "split") {
            const shard = open.find(({ args: { range } }) => range.start < it.at && it.at <= range.end);
            if (shard) stream.split(shard.id, it.at);
          } else if (stream.status === "ACTIVE" && it.kind === "merge" && open.length > 1) {
            const first = it.pick % (open.length - 1);
            stream.merge(open[first]?.id ?? "", open[first + 1]?.id ?? "");
          }
        }
        await time.until(mapping.drained());
        await time.until(mapping.stop());
        const ofKey = (names: readonly string[], key: number) => names.filter((name) => name.startsWith(`key-${key}:`));
        expect([...processed].sort()).toEqual([...put].sort());
        for (let key = 0; key < 10; key += 1) expect(ofKey(processed, key)).toEqual(ofKey(put, key));
      }),
      { numRuns: 150 },
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StreamRecord } from "../../../../../contract/stream-record";
import type { MappingSettings } from "../../../../../local/aws/lambda/event-source-mapping/settings";
import { seededRandom } from "../../../../../local/fleet/random";
import { DONE, recordOf, reports, type Simulated, START, simulate, streamOf, THROWN } from "./simulation";

/** Retries without an end need a function that heals. */
const HEALS_AFTER_MS = 20_000;

const world = fc.record({
  seed: fc.nat(),
  records: fc
    .array(
      fc.record({ device: fc.nat(5), shard: fc.nat(1), waitMs: fc.constantFrom(0, 0, 0, 40, 1500), poison: fc.nat(9) }),
      { minLength: 1, maxLength: 60 },
    )
    .map(recordsOf),
  settings: fc.record({
    batchSize: fc.integer({ min: 1, max: 20 }),
    windowMs: fc.constantFrom(0, 500),
    parallelizationFactor: fc.integer({ min: 1, max: 4 }),
    maximumRetryAttempts: fc.integer({ min: -1, max: 4 }),
    maximumRecordAgeSeconds: fc.constantFrom(-1, 60),
    bisectBatchOnFunctionError: fc.boolean(),
    reportBatchItemFailures: fc.boolean(),
  }),
  /** Share of the invocations that throw, that report a failure at some record, that do not take place. */
  throwing: fc.constantFrom(0, 0.2, 0.7),
  reporting: fc.constantFrom(0, 0.2, 0.7),
  refusing: fc.constantFrom(0, 0.2),
  /** Share of the deliveries that the destination refuses. */
  undelivered: fc.constantFrom(0, 0, 0.7),
  failedReads: fc.constantFrom(0, 0.3),
});

type World = typeof world extends fc.Arbitrary<infer Drawn> ? Drawn : never;

interface Drawn {
  readonly records: readonly StreamRecord[];
  /** Sequence numbers that the function never gets done, until it heals. */
  readonly poison: ReadonlySet<string>;
}

function recordsOf(
  drawn: readonly {
    readonly device: number;
    readonly shard: number;
    readonly waitMs: number;
    readonly poison: number;
  }[],
): Drawn {
  let arrivedAt = START;
  const records = drawn.map(({ device, shard, waitMs }, index) => {
    arrivedAt += waitMs;
    // A key has its one shard.
    const partitionKey = `shard-${shard}-device-${device}`;
    return recordOf(index, { arrivedAt, partitionKey, shardId: `shardId-00000000000${shard}` });
  });
  const poison = records.filter((_, index) => drawn[index]?.poison === 0).map(({ sequenceNumber }) => sequenceNumber);
  return { records, poison: new Set(poison) };
}

interface Ran extends Simulated {
  readonly applied: ReadonlySet<string>;
  /** Refutations that only show while it runs. */
  readonly broken: readonly string[];
}

/** The mapping in front of a function that keeps the processor's contract: done up to the first record that it reports. */
async function run({ seed, records: { records, poison }, settings, ...shares }: World): Promise<Ran> {
  const random = seededRandom(seed);
  const applied = new Set<string>();
  const settled = new Set<string>();
  const broken: string[] = [];
  const running = new Map<string, number>();
  const keys = new Map(records.map(({ sequenceNumber, partitionKey }) => [sequenceNumber, partitionKey]));
  const earlier = new Map<string, string[]>();
  const outcomesSeen: Simulated["outcomes"][number][] = [];
  for (const { sequenceNumber, partitionKey } of records) {
    const sameKey = earlier.get(partitionKey) ?? [];
    earlier.set(sequenceNumber, [...sameKey]);
    earlier.set(partitionKey, [...sameKey, sequenceNumber]);
  }
  const simulated = await simulate({
    records,
    settings,
    answer: async ({ Records }, time) => {
      const shardId = Records[0]?.eventID.split(":")[0] ?? "";
      const batch = Records.map(({ kinesis }) => kinesis.sequenceNumber);
      const atOnce = (running.get(shardId) ?? 0) + 1;
      running.set(shardId, atOnce);
      if (atOnce > settings.parallelizationFactor) broken.push(`${atOnce} batches of ${shardId} at once`);
      if (batch.length > settings.batchSize) broken.push(`a batch of ${batch.length}`);
      if (Records.some(({ eventID }) => !eventID.startsWith(shardId))) broken.push("a batch of two shards");
      for (const [index, sequenceNumber] of batch.entries()) {
        if (settled.has(sequenceNumber)) broken.push(`${sequenceNumber} again, which was settled`);
        const before = new Set(batch.slice(0, index));
        for (const other of earlier.get(sequenceNumber) ?? [])
          if (!settled.has(other) && !before.has(other))
            broken.push(`${sequenceNumber} before ${other} of the key ${keys.get(sequenceNumber)}`);
      }
      await time.sleep(random() * 300, new AbortController().signal);
      running.set(shardId, atOnce - 1 < 0 ? 0 : (running.get(shardId) ?? 1) - 1);
      const healed = time.now > START + HEALS_AFTER_MS && settings.maximumRetryAttempts < 0;
      if (!healed && random() < shares.refusing) throw new Error("Rate Exceeded");
      let stop = batch.length;
      let throws = false;
      if (!healed) {
        const bad = batch.findIndex((sequenceNumber) => poison.has(sequenceNumber));
        if (bad !== -1) stop = bad;
        throws = random() < shares.throwing;
        if (throws || random() < shares.reporting) stop = Math.min(stop, Math.floor(random() * batch.length));
      }
      for (const sequenceNumber of batch.slice(0, stop)) applied.add(sequenceNumber);
      const first = batch[stop];
      if (first === undefined) return DONE;
      return throws || !settings.reportBatchItemFailures ? THROWN : reports(first);
    },
    deps: (time) => {
      const stream = streamOf(records, time, 7);
      return {
        kinesis: {
          ...stream,
          getRecords: async (...args) => {
            if (random() < shares.failedReads) throw new Error("ProvisionedThroughputExceededException");
            return stream.getRecords(...args);
          },
        },
        ...(shares.undelivered > 0
          ? {
              putFailure: async () => {
                if (random() < shares.undelivered) throw new Error("503");
              },
            }
          : {}),
        onSettled: (outcome) => {
          outcomesSeen.push(outcome);
          for (const { sequenceNumber } of outcome.records) settled.add(sequenceNumber);
        },
        random,
      };
    },
  });
  return { ...simulated, outcomes: outcomesSeen, applied, broken };
}

const sequenceNumbersOf = (records: readonly StreamRecord[]) => records.map(({ sequenceNumber }) => sequenceNumber);

/** The most invocations that a record may be in: its retries and its first, and the bisections down to it alone. */
function mostInvocations({
  maximumRetryAttempts,
  batchSize,
}: Pick<MappingSettings, "maximumRetryAttempts" | "batchSize">) {
  return maximumRetryAttempts < 0
    ? Number.POSITIVE_INFINITY
    : 1 + maximumRetryAttempts + Math.ceil(Math.log2(batchSize));
}

describe("EventSourceMapping, whatever the function, the destination and the stream do", () => {
  it("settles each record once, in its device's order, and loses none", async () => {
    await fc.assert(
      fc.asyncProperty(world, async (drawn) => {
        const { applied, broken, counters, failures, invocations, outcomes } = await run(drawn).then((ran) => ({
          ...ran,
          counters: ran.mapping.counters,
        }));
        expect(broken).toEqual([]);

        const settled = outcomes.flatMap(({ records }) => records);
        expect(sequenceNumbersOf(settled).sort()).toEqual(sequenceNumbersOf(drawn.records.records).sort());
        for (const key of new Set(settled.map(({ partitionKey }) => partitionKey))) {
          const ofKey = (records: readonly StreamRecord[]) =>
            records.filter(({ partitionKey }) => partitionKey === key);
          expect(sequenceNumbersOf(ofKey(settled))).toEqual(sequenceNumbersOf(ofKey(drawn.records.records)));
        }

        const of = (how: string) =>
          sequenceNumbersOf(outcomes.filter((outcome) => outcome.how === how).flatMap(({ records }) => records));
        expect(of("processed").filter((sequenceNumber) => !applied.has(sequenceNumber))).toEqual([]);
        if (drawn.undelivered === 0) {
          expect(of("dropped")).toEqual([]);
          const kept = [...failures.values()].flatMap((body) => JSON.parse(JSON.parse(body).payload).Records);
          const keptNumbers = kept.map(
            (record: { kinesis: { sequenceNumber: string } }) => record.kinesis.sequenceNumber,
          );
          expect(keptNumbers).toEqual(of("delivered"));
        }

        const { polled, delivered, dropped } = counters;
        expect({ polled, delivered, dropped }).toEqual({
          polled: drawn.records.records.length,
          delivered: of("delivered").length,
          dropped: of("dropped").length,
        });
        const counts = new Map<string, number>();
        for (const sequenceNumber of invocations.flatMap((invocation) => invocation.sequenceNumbers))
          counts.set(sequenceNumber, (counts.get(sequenceNumber) ?? 0) + 1);
        expect(Math.max(0, ...counts.values())).toBeLessThanOrEqual(mostInvocations(drawn.settings));
      }),
      { numRuns: 300 },
    );
  });
});

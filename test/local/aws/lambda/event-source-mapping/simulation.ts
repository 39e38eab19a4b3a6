import type { StreamRecord } from "../../../../../contract/stream-record";
import type { KinesisReader } from "../../../../../local/aws/kinesis/kinesis-reader";
import type { MappingDeps, SettledRecords } from "../../../../../local/aws/lambda/event-source-mapping/deps";
import { EventSourceMapping } from "../../../../../local/aws/lambda/event-source-mapping/event-source-mapping";
import type { kinesisEvent } from "../../../../../local/aws/lambda/event-source-mapping/kinesis-event";
import type { MappingSettings } from "../../../../../local/aws/lambda/event-source-mapping/settings";
import type { InvokeResult } from "../../../../../local/aws/lambda/function-host/invoke-result";

export const START = Date.UTC(2026, 0, 31, 23, 59, 58);

export const SETTINGS: MappingSettings = {
  uuid: "7f8a1c1e-0000-4000-8000-000000000001",
  streamName: "readings",
  streamArn: "arn:aws:kinesis:sa-east-1:123456789012:stream/readings",
  functionArn: "arn:aws:lambda:sa-east-1:123456789012:function:processor",
  roleArn: "arn:aws:iam::123456789012:role/processor",
  region: "sa-east-1",
  batchSize: 10,
  windowMs: 0,
  parallelizationFactor: 1,
  maximumRetryAttempts: 2,
  maximumRecordAgeSeconds: -1,
  bisectBatchOnFunctionError: false,
  reportBatchItemFailures: true,
  failureBucket: "failures",
};

/** A record of shard 0 that arrives at the start, unless it says otherwise. */
export function recordOf(index: number, record: Partial<StreamRecord> = {}): StreamRecord {
  const data = Buffer.from(`payload ${index}`).toString("base64");
  const sequenceNumber = String(1000 + index);
  return {
    shardId: "shardId-000000000000",
    sequenceNumber,
    partitionKey: "press-1",
    data,
    arrivedAt: START,
    ...record,
  };
}

/** Time that passes only when nothing else is left to do. */
export class VirtualTime {
  now = START;
  readonly #sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper = { at: this.now + ms, wake: resolve };
      this.#sleepers.add(sleeper);
      signal.addEventListener("abort", () => {
        this.#sleepers.delete(sleeper);
        resolve();
      });
    });
  }

  /** Lets time pass until the work is done. */
  async until<Value>(work: Promise<Value>): Promise<Value> {
    let done = false;
    const end = () => {
      done = true;
    };
    work.then(end, end);
    for (;;) {
      await new Promise(setImmediate);
      if (done) return work;
      const next = [...this.#sleepers].reduce((first, sleeper) => (sleeper.at < first.at ? sleeper : first));
      this.#sleepers.delete(next);
      this.now = next.at;
      next.wake();
    }
  }
}

/** A stream that holds these records, each from its arrival on. */
export function streamOf(records: readonly StreamRecord[], time: VirtualTime, pageSize = 10_000): KinesisReader {
  const shardIds = [...new Set(records.map(({ shardId }) => shardId))];
  const of = (id: string) => records.filter(({ shardId, arrivedAt }) => shardId === id && arrivedAt <= time.now);
  return {
    listShards: async () => shardIds.map((shardId) => ({ shardId, parents: [] })),
    getIterator: async (shardId, after) =>
      String(of(shardId).findIndex(({ sequenceNumber }) => sequenceNumber === after) + 1),
    getRecords: async (shardId, iterator) => {
      const arrived = of(shardId);
      const page = arrived.slice(Number(iterator), Number(iterator) + pageSize);
      const next = Number(iterator) + page.length;
      return { records: page, nextIterator: String(next), millisBehindLatest: next < arrived.length ? 1 : 0 };
    },
  };
}

type Event = ReturnType<typeof kinesisEvent>;

/** An invocation: of whom, when, and what for. */
export interface Seen {
  readonly at: number;
  readonly sequenceNumbers: readonly string[];
}

export interface Simulated {
  readonly mapping: EventSourceMapping;
  readonly time: VirtualTime;
  readonly invocations: readonly Seen[];
  readonly outcomes: readonly SettledRecords[];
  /** Objects in the failure bucket, by key, in the order of their delivery. */
  readonly failures: ReadonlyMap<string, string>;
}

export interface Simulation {
  readonly records: readonly StreamRecord[];
  readonly settings?: Partial<MappingSettings>;
  /** Answers an invocation; what it throws means that the function was not invoked. */
  readonly answer: (event: Event, time: VirtualTime) => InvokeResult | Promise<InvokeResult>;
  readonly deps?: (time: VirtualTime) => Partial<MappingDeps>;
}

/** Runs a mapping until it has drained the stream and every record has arrived. */
export async function simulate({ records, settings, answer, deps }: Simulation): Promise<Simulated> {
  const time = new VirtualTime();
  const invocations: Seen[] = [];
  const outcomes: SettledRecords[] = [];
  const failures = new Map<string, string>();
  const mapping = new EventSourceMapping(
    { ...SETTINGS, ...settings },
    {
      kinesis: streamOf(records, time),
      invoke: async (event) => {
        const kinesis = event as Event;
        const sequenceNumbers = kinesis.Records.map((record) => record.kinesis.sequenceNumber);
        const seen = { at: time.now - START, sequenceNumbers };
        const result = await answer(kinesis, time);
        invocations.push(seen);
        return { ...result, requestId: `request-${invocations.length}` };
      },
      putFailure: async (bucket, key, body) => {
        failures.set(`${bucket}/${key}`, body);
      },
      now: () => time.now,
      elapsed: () => time.now,
      sleep: (ms, signal) => time.sleep(ms, signal),
      random: () => 0.5,
      onSettled: (outcome) => outcomes.push(outcome),
      ...deps?.(time),
    },
  );
  mapping.start();
  const lastArrival = Math.max(START, ...records.map(({ arrivedAt }) => arrivedAt));
  await time.until(time.sleep(lastArrival - START, new AbortController().signal));
  await time.until(mapping.drained());
  await time.until(mapping.stop());
  return { mapping, time, invocations, outcomes, failures };
}

/** The response that reports these records. */
export function reports(...sequenceNumbers: string[]): InvokeResult {
  return {
    ok: true,
    payload: { batchItemFailures: sequenceNumbers.map((itemIdentifier) => ({ itemIdentifier })) },
  };
}

export const DONE: InvokeResult = { ok: true, payload: { batchItemFailures: [] } };
export const THROWN: InvokeResult = { ok: false, errorType: "Error", errorMessage: "no table" };

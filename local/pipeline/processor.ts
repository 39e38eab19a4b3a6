import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { Ledger } from "../accounting/ledger";
import type { Clients } from "../aws/clients";
import type { KinesisReader } from "../aws/kinesis/kinesis-reader";
import { watched } from "../aws/kinesis/watched-reader";
import type { MappingDeps } from "../aws/lambda/event-source-mapping/deps";
import { EventSourceMapping } from "../aws/lambda/event-source-mapping/event-source-mapping";
import { errorLine } from "../aws/lambda/function-host/error-line";
import { FunctionHost } from "../aws/lambda/function-host/function-host";
import type { InvocationResult } from "../aws/lambda/function-host/invoke-result";
import type { FaultBoard } from "../faults/endpoint-faults";
import { withFunctionFaults } from "../faults/function-faults";
import type { Declaration } from "../stack/declaration";

/** With more retries than this, a failed attempt does not count as progress. */
const FEW_RETRIES = 10;

/** What the processor depends on. */
export interface ProcessorDeps {
  readonly kinesis: KinesisReader;
  readonly clients: Clients;
  /** The endpoint of every AWS service, for the function. */
  readonly endpoint: string;
  readonly faults: FaultBoard;
  readonly ledger: Ledger;
  readonly random: () => number;
  /** Is called with each line of the function's log. */
  readonly onLog: (line: string) => void;
}

/** The processor function and its event source mapping, as the stack declares them. */
export class LocalProcessor {
  readonly #host: FunctionHost;
  readonly #mapping: EventSourceMapping;
  readonly #deps: ProcessorDeps;
  /** Whether each failed attempt brings a batch nearer to its end. */
  readonly #countsAttempts: boolean;

  constructor(
    { processor, mapping, stream, region }: Declaration,
    paths: { readonly processor: string; readonly functionRuntime: string },
    deps: ProcessorDeps,
  ) {
    this.#host = new FunctionHost({
      functionName: processor.name,
      functionArn: processor.arn,
      bundlePath: paths.processor,
      runtimePath: paths.functionRuntime,
      handler: processor.handler,
      environment: { ...processor.environment, AWS_ENDPOINT_URL: deps.endpoint },
      memoryMb: processor.memoryMb,
      timeoutMs: processor.timeoutMs,
      concurrency: processor.reservedConcurrency ?? stream.shardCount * mapping.parallelizationFactor,
      onLog: deps.onLog,
    });
    this.#deps = deps;
    const { maximumRetryAttempts: retries } = mapping;
    this.#countsAttempts = retries >= 0 && retries <= FEW_RETRIES;
    const names = { streamName: stream.name, streamArn: stream.arn, functionArn: processor.arn };
    this.#mapping = new EventSourceMapping(
      { ...mapping, ...names, roleArn: processor.roleArn, region },
      mappingDeps(this.#host, deps),
    );
  }

  /** Records that were read, given up and, if retries are few, invoked so far: grows as long as the mapping makes progress. */
  get steps(): number {
    const { polled, delivered, dropped, invoked } = this.#mapping.counters;
    return polled + delivered + dropped + (this.#countsAttempts ? invoked : 0);
  }

  /** Invokes the function directly, under the faults in force. `onLog` is called with each line of this invocation's log. */
  invoke(event: unknown, onLog: (line: string) => void): Promise<InvocationResult> {
    return invoked(this.#host, this.#deps, event, onLog);
  }

  start(): void {
    this.#mapping.start();
  }

  /** Resolves when every shard has been read to its tip and no batch is in flight. */
  drained(): Promise<void> {
    return this.#mapping.drained();
  }

  async stop(): Promise<void> {
    await this.#mapping.stop();
    await this.#host.stop();
  }
}

/** Invokes the function under the faults in force. Why it fails stands in its log, as in Lambda's. */
async function invoked(
  host: FunctionHost,
  { faults, onLog }: ProcessorDeps,
  event: unknown,
  onOwnLog: (line: string) => void = () => {},
): Promise<InvocationResult> {
  const result = await withFunctionFaults((input) => host.invoke(input, onOwnLog), faults, randomUUID)(event);
  if (result.ok) return result;
  const line = errorLine(result, result.requestId, Date.now());
  onLog(line);
  onOwnLog(line);
  return result;
}

function mappingDeps(host: FunctionHost, deps: ProcessorDeps): MappingDeps {
  const { kinesis, clients, ledger, random } = deps;
  return {
    kinesis: watched(kinesis, (record) => ledger.seen(record)),
    invoke: (event) => invoked(host, deps, event),
    putFailure: async (bucket, key, body) => {
      await clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    },
    now: Date.now,
    elapsed: () => performance.now(),
    sleep: async (ms, signal) => {
      await sleep(ms, undefined, { signal }).catch(() => {});
    },
    random,
    onSettled: ({ records, how, at }) => {
      for (const record of records) ledger.settled(record, how === "processed", at);
    },
  };
}

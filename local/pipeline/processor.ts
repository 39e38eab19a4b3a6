import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { Ledger } from "../accounting/ledger";
import type { Clients } from "../aws/clients";
import { EventSourceMapping } from "../aws/lambda/event-source-mapping/event-source-mapping";
import type { KinesisReader, MappingPorts } from "../aws/lambda/event-source-mapping/ports";
import { watched } from "../aws/lambda/event-source-mapping/watched-reader";
import { errorLine } from "../aws/lambda/function-host/error-line";
import { FunctionHost } from "../aws/lambda/function-host/function-host";
import type { InvokeResult } from "../aws/lambda/function-host/invoke-result";
import type { FaultBoard } from "../faults/endpoint-faults";
import { withFunctionFaults } from "../faults/function-faults";
import type { Declaration } from "../stack/declaration";

/** Where a batch is tried more often than this, an attempt that fails is no progress. */
const FEW_RETRIES = 10;

/** What the processor needs from the run. */
export interface ProcessingPorts {
  readonly kinesis: KinesisReader;
  readonly clients: Clients;
  /** Where the function finds every AWS service. */
  readonly endpoint: string;
  readonly faults: FaultBoard;
  readonly ledger: Ledger;
  readonly random: () => number;
  /** A line of the function's log. */
  readonly onLog: (line: string) => void;
}

/** The function and the mapping that feeds it, as the stack declares them. */
export class Processing {
  readonly #host: FunctionHost;
  readonly #mapping: EventSourceMapping;
  readonly #faults: FaultBoard;
  /** Whether each failed attempt brings a batch nearer to its end. */
  readonly #attemptsEnd: boolean;

  constructor(
    { processor, mapping, stream, region }: Declaration,
    paths: { readonly processor: string; readonly functionRuntime: string },
    ports: ProcessingPorts,
  ) {
    this.#host = new FunctionHost({
      functionName: processor.name,
      functionArn: processor.arn,
      bundlePath: paths.processor,
      runtimePath: paths.functionRuntime,
      handler: processor.handler,
      environment: { ...processor.environment, AWS_ENDPOINT_URL: ports.endpoint },
      memoryMb: processor.memoryMb,
      timeoutMs: processor.timeoutMs,
      concurrency: processor.reservedConcurrency ?? stream.shardCount * mapping.parallelizationFactor,
      onLog: ports.onLog,
    });
    this.#faults = ports.faults;
    const { maximumRetryAttempts: retries } = mapping;
    this.#attemptsEnd = retries >= 0 && retries <= FEW_RETRIES;
    this.#mapping = new EventSourceMapping(
      {
        ...mapping,
        streamName: stream.name,
        streamArn: stream.arn,
        functionArn: processor.arn,
        roleArn: processor.roleArn,
        region,
      },
      mappingPorts(this.#host, ports),
    );
  }

  /** Records read and given up and, where retries are few, records invoked so far: it grows while the mapping gets on. */
  get steps(): number {
    const { polled, delivered, dropped, invoked } = this.#mapping.counters;
    return polled + delivered + dropped + (this.#attemptsEnd ? invoked : 0);
  }

  /** Invokes the function beside the mapping, under the faults in force. `onLog` hears the lines of this invocation. */
  invoke(event: unknown, onLog: (line: string) => void): Promise<InvokeResult> {
    return withFunctionFaults((its) => this.#host.invoke(its, onLog), this.#faults, randomUUID)(event);
  }

  start(): void {
    this.#mapping.start();
  }

  /** Resolves when every shard was read to its tip and nothing is in flight. */
  drained(): Promise<void> {
    return this.#mapping.drained();
  }

  async stop(): Promise<void> {
    await this.#mapping.stop();
    await this.#host.stop();
  }
}

function mappingPorts(
  host: FunctionHost,
  { kinesis, clients, faults, ledger, random, onLog }: ProcessingPorts,
): MappingPorts {
  return {
    kinesis: watched(kinesis, (record) => ledger.seen(record)),
    invoke: async (event) => {
      const result = await withFunctionFaults((each) => host.invoke(each), faults, randomUUID)(event);
      if (!result.ok) onLog(errorLine(result, result.requestId, Date.now()));
      return result;
    },
    putFailure: async (bucket, key, body) => {
      await clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    },
    now: Date.now,
    sleep: async (ms, signal) => {
      await sleep(ms, undefined, { signal }).catch(() => {});
    },
    random,
    onBatch: ({ records, how, at }) => {
      for (const record of records) ledger.settled(record, how === "processed", at);
    },
  };
}

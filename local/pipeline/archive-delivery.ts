import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { Clients } from "../aws/clients";
import type { DeliveryDeclaration } from "../aws/firehose/delivery-declaration";
import { type DeliveryDeps, DeliveryStream } from "../aws/firehose/delivery-stream";
import { ParquetObject } from "../aws/firehose/parquet";
import type { KinesisReader } from "../aws/kinesis/kinesis-reader";
import { type RecordListener, watched } from "../aws/kinesis/watched-reader";
import { errorLine } from "../aws/lambda/function-host/error-line";
import { FunctionHost } from "../aws/lambda/function-host/function-host";
import type { Declaration, FunctionDeclaration } from "../stack/declaration";

/** What the delivery to the archive depends on. */
export interface ArchiveDeliveryDeps {
  readonly kinesis: KinesisReader;
  readonly clients: Clients;
  /** The endpoint of every AWS service, for the function. */
  readonly endpoint: string;
  readonly bundlePath: string;
  readonly runtimePath: string;
  /** Is called with each record that is read. */
  readonly onRead: RecordListener;
  /** Is called with each line of the function's log. */
  readonly onLog: (line: string) => void;
}

/** The delivery stream into the archive and its transform function, as the stack declares them. */
export class LocalArchiveDelivery {
  readonly #host: FunctionHost;
  readonly #delivery: DeliveryStream;

  constructor(
    { stream, region, accountId }: Declaration,
    delivery: DeliveryDeclaration,
    transform: FunctionDeclaration,
    deps: ArchiveDeliveryDeps,
  ) {
    this.#host = new FunctionHost({
      functionName: transform.name,
      functionArn: transform.arn,
      bundlePath: deps.bundlePath,
      runtimePath: deps.runtimePath,
      handler: transform.handler,
      environment: { ...transform.environment, AWS_ENDPOINT_URL: deps.endpoint },
      memoryMb: transform.memoryMb,
      timeoutMs: transform.timeoutMs,
      // The local delivery stream has one invocation in flight.
      concurrency: 1,
      onLog: deps.onLog,
    });
    const arn = `arn:aws:firehose:${region}:${accountId}:deliverystream/${delivery.name}`;
    const settings = { ...delivery, arn, streamArn: stream.arn, region };
    this.#delivery = new DeliveryStream(settings, deliveryDeps(this.#host, deps));
  }

  start(): void {
    this.#delivery.start();
  }

  /** Resolves when each record of the stream is in an object. */
  drained(): Promise<void> {
    return this.#delivery.drained();
  }

  /** Resolves when each record that was read so far is in an object. */
  flush(): Promise<void> {
    return this.#delivery.flush();
  }

  /** Grows as long as the delivery makes progress. */
  get steps(): number {
    return this.#delivery.steps;
  }

  async stop(): Promise<void> {
    await this.#delivery.stop();
    await this.#host.stop();
  }
}

function deliveryDeps(host: FunctionHost, { kinesis, clients, onRead, onLog }: ArchiveDeliveryDeps): DeliveryDeps {
  return {
    kinesis: watched(kinesis, onRead),
    invoke: async (event) => {
      const result = await host.invoke(event);
      if (!result.ok) onLog(errorLine(result, result.requestId, Date.now()));
      return result;
    },
    putObject: async (bucket, key, body) => {
      await clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    },
    beginObject: (columns) => new ParquetObject(columns),
    now: Date.now,
    elapsed: () => performance.now(),
    randomId: randomUUID,
    sleep: async (ms, signal) => {
      await sleep(ms, undefined, { signal }).catch(() => {});
    },
  };
}

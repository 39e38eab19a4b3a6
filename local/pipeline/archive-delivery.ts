import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { Clients } from "../aws/clients";
import type { DeliveryDeclaration } from "../aws/firehose/delivery-declaration";
import { DeliveryStream } from "../aws/firehose/delivery-stream";
import { parquetOf } from "../aws/firehose/parquet";
import type { KinesisReader } from "../aws/lambda/event-source-mapping/ports";
import { type RecordListener, watched } from "../aws/lambda/event-source-mapping/watched-reader";
import { errorLine } from "../aws/lambda/function-host/error-line";
import { FunctionHost } from "../aws/lambda/function-host/function-host";
import type { Declaration, FunctionDeclaration } from "../stack/declaration";

/** What the way into the archive needs from the run. */
export interface ArchivingPorts {
  readonly kinesis: KinesisReader;
  readonly clients: Clients;
  /** Where the function finds every AWS service. */
  readonly endpoint: string;
  readonly bundlePath: string;
  readonly runtimePath: string;
  /** Hears each record that is read. */
  readonly onRead: RecordListener;
  /** A line of the function's log. */
  readonly onLog: (line: string) => void;
}

/** The way into the cold tier: the delivery stream and its transform function, as the stack declares them. */
export class Archiving {
  readonly #host: FunctionHost;
  readonly #delivery: DeliveryStream;

  constructor(
    { stream, region, accountId }: Declaration,
    delivery: DeliveryDeclaration,
    transform: FunctionDeclaration,
    { kinesis, clients, endpoint, bundlePath, runtimePath, onRead, onLog }: ArchivingPorts,
  ) {
    this.#host = new FunctionHost({
      functionName: transform.name,
      functionArn: transform.arn,
      bundlePath,
      runtimePath,
      handler: transform.handler,
      environment: { ...transform.environment, AWS_ENDPOINT_URL: endpoint },
      memoryMb: transform.memoryMb,
      timeoutMs: transform.timeoutMs,
      // The delivery stream here has one invocation under way at a time.
      concurrency: 1,
      onLog,
    });
    const arn = `arn:aws:firehose:${region}:${accountId}:deliverystream/${delivery.name}`;
    this.#delivery = new DeliveryStream(
      { ...delivery, arn, streamArn: stream.arn, region },
      {
        kinesis: watched(kinesis, onRead),
        invoke: async (event) => {
          const result = await this.#host.invoke(event);
          if (!result.ok) onLog(errorLine(result, result.requestId, Date.now()));
          return result;
        },
        putObject: async (bucket, key, body) => {
          await clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
        },
        encode: parquetOf,
        now: Date.now,
        randomId: randomUUID,
        sleep: async (ms, signal) => {
          await sleep(ms, undefined, { signal }).catch(() => {});
        },
      },
    );
  }

  start(): void {
    this.#delivery.start();
  }

  /** Resolves when everything in the stream is in an object. */
  drained(): Promise<void> {
    return this.#delivery.drained();
  }

  /** Resolves when everything that was read so far is in an object. */
  flush(): Promise<void> {
    return this.#delivery.flush();
  }

  /** Grows while it gets on. */
  get steps(): number {
    return this.#delivery.steps;
  }

  async stop(): Promise<void> {
    await this.#delivery.stop();
    await this.#host.stop();
  }
}

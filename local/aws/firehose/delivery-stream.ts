import { setTimeout as sleep } from "node:timers/promises";
import { partsOf } from "../../../contract/parts";
import type { StreamRecord } from "../../../contract/stream-record";
import type { KinesisReader } from "../kinesis/kinesis-reader";
import { StreamReader } from "../lambda/event-source-mapping/stream-reader";
import type { InvokeResult } from "../lambda/function-host/invoke-result";
import type { DeliveryDeclaration } from "./delivery-declaration";
import { conversionFailedLine, type ErrorLine, processingFailedLine } from "./error-line";
import { type ErrorOutput, evaluatePrefix, objectName } from "./object-name";
import { ConversionError, type Row, rowsOf } from "./row";
import { readAnswer, type Transformed, transformEvent } from "./transform-event";

/** Records that are read ahead of the transform, in all: where that many wait, it does not wait for its buffer to fill. */
const MAX_WAITING = 10_000;
const TICK_MS = 200;
const RETRY_MS = { first: 200, longest: 5000 };

/** The declared delivery stream, with what AWS computes. */
export interface DeliverySettings extends DeliveryDeclaration {
  readonly arn: string;
  readonly streamArn: string;
  readonly region: string;
}

/** An object that is being written. */
export interface RowObject {
  add(row: Row): void;
  /** Its content. */
  finish(): Uint8Array;
}

/** What a delivery stream needs from outside: services, clocks and randomness. */
export interface DeliveryDeps {
  readonly kinesis: KinesisReader;
  readonly invoke: (event: unknown) => Promise<InvokeResult>;
  readonly putObject: (bucket: string, key: string, body: Uint8Array | string) => Promise<void>;
  /** Begins an object of rows. */
  readonly beginObject: (columns: DeliveryDeclaration["catalog"]["columns"]) => RowObject;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds of a clock that only goes forward: how long something waits must not depend on a clock that is set. */
  readonly elapsed: () => number;
  readonly randomId: () => string;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Reads the stream as Firehose does, on its own: beside the event source mapping, and no slower or faster for it. Each record goes
 * through the transform function, by the table's columns into a row, and with many others into an object.
 * Not emulated: a second copy of an object after a put whose answer was lost.
 */
export class DeliveryStream {
  readonly #settings: DeliverySettings;
  readonly #deps: DeliveryDeps;
  readonly #stopping = new AbortController();
  readonly #reader: StreamReader;
  /** What is read and not yet transformed. */
  #waiting: StreamRecord[] = [];
  #waitingBytes = 0;
  /** By the clock that only goes forward, as `#rowsSince`; undefined where nothing waits. */
  #waitingSince: number | undefined;
  /** The next object; undefined where there is nothing for it yet. */
  #object: RowObject | undefined;
  #rowBytes = 0;
  #rowsSince: number | undefined;
  #oldestArrival = 0;
  #errors = new Map<ErrorOutput, { readonly lines: ErrorLine[]; readonly oldestArrival: number }>();
  /** How many wait for everything read so far to be in an object: until then no buffer is waited for. */
  #draining = 0;
  /** Records taken from the shards, and how many of them have reached their place. */
  #taken = 0;
  #settled = 0;
  #steps = 0;
  #working: Promise<void> = Promise.resolve();

  constructor(settings: DeliverySettings, deps: DeliveryDeps) {
    this.#settings = settings;
    this.#deps = deps;
    const consumer = { sinks: [this], idle: async () => {} };
    this.#reader = new StreamReader(deps, { polled: 0 }, this.#stopping.signal, () => consumer);
  }

  /** Reads from the oldest record on: the run's stream is as young as its delivery stream. */
  start(): void {
    this.#reader.start();
    this.#working = this.#work();
  }

  /** Records taken, invocations answered and objects written so far: it grows while the delivery gets on. */
  get steps(): number {
    return this.#taken + this.#steps;
  }

  /** Resolves when everything that is in the stream by now is in an object; the buffers are not waited for. */
  async drained(): Promise<void> {
    await this.#reader.reachTip(this.#deps.now());
    await this.flush();
  }

  /** Resolves when everything that was read so far is in an object, whatever becomes of the stream. */
  async flush(): Promise<void> {
    const taken = this.#taken;
    this.#draining += 1;
    while (this.#settled < taken && !this.#stopping.signal.aborted) await sleep(20);
    this.#draining -= 1;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#reader.stopped(), this.#working]);
  }

  /** How many records wait for the transform. */
  get pending(): number {
    return this.#waiting.length;
  }

  /** Takes a record that a shard has read. */
  push(record: StreamRecord): void {
    if (this.#waiting.length === 0) this.#waitingSince = this.#deps.elapsed();
    this.#waiting.push(record);
    this.#taken += 1;
    this.#waitingBytes += (record.data.length * 3) / 4;
  }

  async #work(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      if (this.#isDue(this.#waitingBytes, this.#waitingSince, this.#settings.transform) || this.#isCrowded())
        await this.#transform();
      if (this.#isDue(this.#rowBytes, this.#rowsSince, this.#settings)) await this.#deliver();
      if (this.#object === undefined && this.#errors.size === 0) this.#settled = this.#taken - this.#waiting.length;
      await this.#deps.sleep(TICK_MS, signal);
    }
  }

  #isDue(
    bytes: number,
    since: number | undefined,
    buffer: { readonly bufferBytes: number; readonly bufferMs: number },
  ): boolean {
    return (
      this.#draining > 0 ||
      bytes >= buffer.bufferBytes ||
      (since !== undefined && this.#deps.elapsed() - since >= buffer.bufferMs)
    );
  }

  #isCrowded(): boolean {
    return this.#waiting.length >= MAX_WAITING;
  }

  async #transform(): Promise<void> {
    const records = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#waitingSince = undefined;
    for (const part of partsOf(records, ({ data }) => data.length, this.#settings.transform.bufferBytes)) {
      const results = await this.#invoke(part);
      for (const [at, record] of part.entries()) this.#add(record, results[at]);
    }
  }

  /** What the function says of each record; after the last try, that it failed for all of them. */
  async #invoke(records: readonly StreamRecord[]): Promise<readonly Transformed[]> {
    const { arn: deliveryStreamArn, streamArn, region, transform } = this.#settings;
    const event = transformEvent(records, { deliveryStreamArn, streamArn, region }, this.#deps.randomId());
    for (let attempt = 0; ; attempt += 1) {
      const answer = readAnswer(records, await this.#deps.invoke(event), attempt + 1);
      this.#steps += 1;
      if (!("errorCode" in answer)) return answer;
      if (attempt >= transform.retries || this.#stopping.signal.aborted)
        return records.map(() => ({ result: "ProcessingFailed", ...answer, attempts: attempt + 1 }));
      await this.#deps.sleep(pauseMs(attempt), this.#stopping.signal);
    }
  }

  #add(record: StreamRecord, transformed: Transformed | undefined): void {
    if (transformed === undefined || transformed.result === "Dropped") return;
    const { transform, catalog, region } = this.#settings;
    if (transformed.result === "ProcessingFailed") {
      const line = processingFailedLine(record, transformed, transform.functionArn, this.#deps.now());
      this.#keepError("processing-failed", record.arrivedAt, line);
      return;
    }
    try {
      const rows = rowsOf(transformed.data, catalog.columns);
      const object = this.#begin(record.arrivedAt);
      for (const row of rows) object.add(row);
      this.#rowBytes += transformed.data.length;
    } catch (error) {
      if (!(error instanceof ConversionError)) throw error;
      const data = Buffer.from(transformed.data).toString("base64");
      const line = conversionFailedLine(record, data, error.message, { ...catalog, region }, this.#deps.now());
      this.#keepError("format-conversion-failed", record.arrivedAt, line);
    }
  }

  #keepError(output: ErrorOutput, arrivedAt: number, line: ErrorLine): void {
    const known = this.#errors.get(output) ?? { lines: [], oldestArrival: arrivedAt };
    known.lines.push(line);
    this.#errors.set(output, { ...known, oldestArrival: Math.min(known.oldestArrival, arrivedAt) });
    this.#rowsSince ??= this.#deps.elapsed();
  }

  #begin(arrivedAt: number): RowObject {
    this.#rowsSince ??= this.#deps.elapsed();
    this.#oldestArrival = this.#object === undefined ? arrivedAt : Math.min(this.#oldestArrival, arrivedAt);
    this.#object ??= this.#deps.beginObject(this.#settings.catalog.columns);
    return this.#object;
  }

  async #deliver(): Promise<void> {
    const { prefix, errorPrefix } = this.#settings;
    if (this.#object) await this.#put(prefix, this.#oldestArrival, this.#object.finish(), ".parquet");
    for (const [output, { lines, oldestArrival }] of this.#errors)
      await this.#put(
        errorPrefix,
        oldestArrival,
        `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`,
        "",
        output,
      );
    this.#object = undefined;
    this.#rowBytes = 0;
    this.#rowsSince = undefined;
    this.#errors = new Map();
  }

  /** Tries until it is done, as Firehose does for a day. https://docs.aws.amazon.com/firehose/latest/dev/retry.html */
  async #put(
    prefix: string,
    oldestArrival: number,
    body: Uint8Array | string,
    extension: string,
    output?: ErrorOutput,
  ) {
    const { name, bucket } = this.#settings;
    const random = this.#deps.randomId();
    const key = `${evaluatePrefix(prefix, oldestArrival, random, output)}${objectName(name, oldestArrival, random, extension)}`;
    for (let attempt = 0; !this.#stopping.signal.aborted; attempt += 1) {
      try {
        await this.#deps.putObject(bucket, key, body);
        this.#steps += 1;
        return;
      } catch {
        await this.#deps.sleep(pauseMs(attempt), this.#stopping.signal);
      }
    }
  }
}

function pauseMs(attempt: number): number {
  return Math.min(RETRY_MS.longest, RETRY_MS.first * 2 ** attempt);
}

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { AnomalyLimits } from "../../contract/variables";
import { RULES_FILE } from "../../contract/watch";
import type { RuleSet } from "../../watch/rules/rule-set";
import { readRulesFile } from "../../watch/rules/rules-file";
import { DynamoStore } from "../../watch/store/dynamo-store";
import { DUE_NOW } from "../../watch/store/stored-device";
import type { Clients } from "../aws/clients";
import type { KinesisReader } from "../aws/kinesis/kinesis-reader";
import { type RecordListener, watched } from "../aws/kinesis/watched-reader";
import { EventSourceMapping } from "../aws/lambda/event-source-mapping/event-source-mapping";
import { errorLine } from "../aws/lambda/function-host/error-line";
import { FunctionHost } from "../aws/lambda/function-host/function-host";
import type { FaultBoard } from "../faults/endpoint-faults";
import { withFunctionFaults } from "../faults/function-faults";
import type { Declaration, DeviceWatchDeclaration, FunctionDeclaration } from "../stack/declaration";

/** Where the code of the watch and of its sweep lies: a folder each. */
export interface DeviceWatchPaths {
  readonly watch: string;
  readonly sweep: string;
  /** The entry of a function's process. */
  readonly functionRuntime: string;
}

/** What the device watch needs from the run. */
export interface DeviceWatchDeps {
  readonly kinesis: KinesisReader;
  readonly clients: Clients;
  /** Where the functions find every AWS service. */
  readonly endpoint: string;
  readonly faults: FaultBoard;
  readonly random: () => number;
  /** Hears each record that is read. */
  readonly onRead: RecordListener;
  /** A line of a function's log, by the function's name. */
  readonly onLog: (line: string, functionName: string) => void;
  /** The processor's bounds, by sensor type. */
  readonly anomalyLimits: AnomalyLimits;
  /** Time between two sweeps; undefined: as the stack declares it. */
  readonly sweepEveryMs: number | undefined;
}

/** The device watch as the stack declares it: its function with a mapping of its own, and its sweep on a schedule. */
export class LocalDeviceWatch {
  readonly #declared: DeviceWatchDeclaration;
  readonly #deps: DeviceWatchDeps;
  readonly #watch: FunctionHost;
  readonly #sweep: FunctionHost;
  readonly #mapping: EventSourceMapping;
  /** Its rules, as they are deployed. */
  readonly rules: RuleSet;
  /** Its table. */
  readonly store: DynamoStore;
  #schedule: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> = Promise.resolve();
  #isSweeping = false;

  constructor(
    { stream, region }: Declaration,
    declared: DeviceWatchDeclaration,
    paths: DeviceWatchPaths,
    deps: DeviceWatchDeps,
  ) {
    const { watch, sweep, mapping } = declared;
    this.#declared = declared;
    this.#deps = deps;
    this.rules = rulesIn(paths.watch, deps.anomalyLimits);
    this.store = new DynamoStore(deps.clients.dynamodb, declared.table.name, this.rules);
    const concurrency = watch.reservedConcurrency ?? stream.shardCount * mapping.parallelizationFactor;
    this.#watch = hostOf(watch, paths.watch, concurrency, paths, deps);
    this.#sweep = hostOf(sweep, paths.sweep, 1, paths, deps);
    this.#mapping = new EventSourceMapping(
      {
        ...mapping,
        streamName: stream.name,
        streamArn: stream.arn,
        functionArn: watch.arn,
        roleArn: watch.roleArn,
        region,
      },
      {
        kinesis: watched(deps.kinesis, deps.onRead),
        invoke: (event) => this.#invoke(this.#watch, watch, event),
        putFailure: async (bucket, key, body) => {
          await deps.clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
        },
        now: Date.now,
        elapsed: () => performance.now(),
        sleep: async (ms, signal) => {
          await sleep(ms, undefined, { signal }).catch(() => {});
        },
        random: deps.random,
        onSettled: () => {},
      },
    );
  }

  /** Grows while it gets on. */
  get steps(): number {
    const { polled, delivered, dropped } = this.#mapping.counters;
    return polled + delivered + dropped;
  }

  get sweepEveryMs(): number {
    return this.#deps.sweepEveryMs ?? this.#declared.sweepEveryMs;
  }

  start(): void {
    this.#mapping.start();
  }

  /** Sweeps now, and then on schedule. Until everything else runs, a sweep would find no stream. */
  startSweeps(): void {
    const tick = () => {
      // As with a reserved concurrency of 1 and no retries: what comes while one runs is dropped.
      if (!this.#isSweeping) this.sweep();
    };
    tick();
    this.#schedule = setInterval(tick, this.sweepEveryMs);
  }

  /** One more sweep, after those that are under way. */
  sweep(): Promise<void> {
    this.#sweeping = this.#sweeping.then(async () => {
      this.#isSweeping = true;
      // Rejects only where the host has stopped.
      await this.#invoke(this.#sweep, this.#declared.sweep, scheduledEvent()).catch(() => {});
      this.#isSweeping = false;
    });
    return this.#sweeping;
  }

  /**
   * Ends the schedule and resolves when every shard was read to its tip, nothing is in flight, a last sweep has looked at what is due, and
   * nothing waits for machines. People's mails are not waited for: they may be a minute apart.
   */
  async settle(): Promise<void> {
    clearInterval(this.#schedule);
    await this.#mapping.drained();
    do await this.sweep();
    while (await this.#hasUnsent());
  }

  async #hasUnsent(): Promise<boolean> {
    const { store } = this;
    const waiting = [...(await store.read(await store.due(DUE_NOW), "strong")).values(), await store.readPlant()];
    return waiting.some(({ outbox }) =>
      [...outbox.values()].some(({ pending }) => pending.includes("history") || pending.includes("feed")),
    );
  }

  async stop(): Promise<void> {
    clearInterval(this.#schedule);
    await this.#mapping.stop();
    await Promise.all([this.#watch.stop(), this.#sweep.stop()]);
  }

  async #invoke(host: FunctionHost, { name }: FunctionDeclaration, event: unknown) {
    const { faults, onLog } = this.#deps;
    const result = await withFunctionFaults((each) => host.invoke(each), faults, randomUUID)(event);
    if (!result.ok) onLog(errorLine(result, result.requestId, Date.now()), name);
    return result;
  }
}

function rulesIn(folder: string, limits: AnomalyLimits): RuleSet {
  const text = readFileSync(path.join(folder, RULES_FILE), "utf8");
  return readRulesFile(text, new Map(Object.entries(limits))).rules;
}

function hostOf(
  declared: FunctionDeclaration,
  folder: string,
  concurrency: number,
  { functionRuntime }: DeviceWatchPaths,
  { endpoint, onLog }: DeviceWatchDeps,
): FunctionHost {
  return new FunctionHost({
    functionName: declared.name,
    functionArn: declared.arn,
    bundlePath: path.join(folder, `${declared.handler.split(".")[0]}.js`),
    runtimePath: functionRuntime,
    handler: declared.handler,
    environment: { ...declared.environment, AWS_ENDPOINT_URL: endpoint },
    memoryMb: declared.memoryMb,
    timeoutMs: declared.timeoutMs,
    concurrency,
    onLog: (line) => onLog(line, declared.name),
  });
}

/** What EventBridge hands over. https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html */
function scheduledEvent() {
  return { version: "0", id: randomUUID(), "detail-type": "Scheduled Event", source: "aws.events", detail: {} };
}

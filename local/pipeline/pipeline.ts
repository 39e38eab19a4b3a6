import { setTimeout as sleep } from "node:timers/promises";
import { METRIC_NAMESPACE } from "../../contract/metrics";
import { Ledger } from "../accounting/ledger";
import { WatchLedger } from "../accounting/watch/watch-ledger";
import { type Clients, localClients } from "../aws/clients";
import { MetricTotals } from "../aws/cloudwatch/emf";
import { dynamodbGuard } from "../aws/dynamodb/dynamodb-guard";
import { Emulators } from "../aws/emulators/emulators";
import { createResources } from "../aws/emulators/resources";
import { administration } from "../aws/endpoint/administration";
import { Gateway } from "../aws/endpoint/gateway";
import { Broker } from "../aws/iot/broker";
import { ConnectionNotes } from "../aws/iot/connection-notes";
import { DeviceAccess } from "../aws/iot/device-access";
import { ErrorLog } from "../aws/iot/error-log";
import { iotDataApi } from "../aws/iot/iot-data-api";
import { KinesisAction } from "../aws/iot/kinesis-action";
import { Devices } from "../aws/iot/registry/devices";
import { RulesEngine } from "../aws/iot/rules-engine";
import { putRecordTo, readerOf } from "../aws/kinesis/in-process";
import { kinesisApi } from "../aws/kinesis/kinesis-api";
import { Stream } from "../aws/kinesis/stream";
import type { KinesisReader } from "../aws/lambda/event-source-mapping/ports";
import { invokeApi } from "../aws/lambda/function-host/invoke-api";
import { declaredGroups } from "../aws/logs/declared-groups";
import { FunctionLog } from "../aws/logs/log-group";
import { logsApi } from "../aws/logs/logs-api";
import { s3Guard } from "../aws/s3/s3-guard";
import { snsApi } from "../aws/sns/sns-api";
import { stsApi } from "../aws/sts/sts-api";
import { FaultBoard } from "../faults/endpoint-faults";
import { anomalyLimitsOf } from "../stack/anomaly-limits";
import type { Recording } from "../stack/capture";
import type { Declaration } from "../stack/declaration";
import { Archiving } from "./archive-delivery";
import { type DeviceWatchPaths, LocalDeviceWatch } from "./device-watch";
import { Notices } from "./notices";
import { Processing } from "./processor";

/** Where the built parts lie. */
export interface PipelinePaths {
  /** Where the processor's bundle is written. */
  readonly processor: string;
  /** Where the bundle of the cold tier's transform function is written. */
  readonly archiveTransform: string;
  /** Folders of the device watch's code. */
  readonly deviceWatch: Omit<DeviceWatchPaths, "functionRuntime">;
  /** Folder of the stream's old records. */
  readonly stream: string;
  /** The entry of a function's process. */
  readonly functionRuntime: string;
  /** The entry of an emulator's process. */
  readonly emulator: string;
}

/** What the pipeline needs from the run. Port 0 is any free one. */
export interface PipelinePorts {
  /** What the program declared, for questions about it. */
  readonly recording: Recording;
  readonly mqttPort: number;
  /** Undefined: 8883, or a free one where that is taken. */
  readonly mqttsPort: number | undefined;
  readonly awsPort: number;
  /** Time between two sweeps of the device watch; undefined: as declared. */
  readonly sweepEveryMs: number | undefined;
  readonly random: () => number;
  /** Hears what the person at the terminal should know. */
  readonly note: (text: string) => void;
  /** Hears that a part has ended, after which nothing works. */
  readonly onBroken: (why: string) => void;
}

/** The declared stack, running: from the MQTT port to the stores. */
export class Pipeline {
  readonly #declaration: Declaration;
  readonly #paths: PipelinePaths;
  readonly #ports: PipelinePorts;
  readonly ledger = new Ledger();
  readonly watchLedger = new WatchLedger();
  readonly metrics = new MetricTotals(METRIC_NAMESPACE);
  readonly faults: FaultBoard;
  readonly errorLog: ErrorLog;
  readonly broker: Broker;
  readonly #functionLog = { processor: new FunctionLog(), transform: new FunctionLog() };
  readonly #watchLogs: Readonly<Record<string, FunctionLog>>;
  readonly #notices: Notices;
  readonly #devices: Devices;
  readonly #gateway: Gateway;
  readonly #stream: Stream;
  readonly #action: KinesisAction;
  #emulators: Emulators | undefined;
  #processing: Processing | undefined;
  #archiving: Archiving | undefined;
  #deviceWatch: LocalDeviceWatch | undefined;
  #clients: Clients | undefined;
  /** What it is about before it is ready. */
  #step: string | undefined = "starting";
  mqttPort = 0;
  mqttsPort = 0;
  awsPort = 0;

  /** Throws on a declaration that the broker or the rules engine does not understand. Starts nothing. */
  constructor(declaration: Declaration, paths: PipelinePaths, ports: PipelinePorts) {
    this.#declaration = declaration;
    this.#paths = paths;
    this.#ports = ports;
    const { rule, stream, devicePolicy, region, accountId, deviceWatch } = declaration;
    const watchFunctions = deviceWatch ? [deviceWatch.watch.name, deviceWatch.sweep.name] : [];
    this.#watchLogs = Object.fromEntries(watchFunctions.map((name) => [name, new FunctionLog()]));
    this.faults = new FaultBoard(ports.random);
    this.errorLog = new ErrorLog(rule.name, stream.name, Date.now, ({ payload }) => this.ledger.errorLogged(payload));
    this.#devices = new Devices({ region, accountId, policyName: declaration.outputs.iot_policy_name });
    this.#stream = new Stream({
      ...stream,
      folder: paths.stream,
      now: Date.now,
      later: (ms, then) => setTimeout(then, ms).unref(),
    });
    this.#notices = new Notices(declaration, this.watchLedger, ports.note);
    this.#gateway = this.#makeGateway();
    this.#action = this.#makeAction();
    const rules = new RulesEngine(rule, this.#action, this.errorLog);
    const connectionNotes = new ConnectionNotes(ports.note);
    this.broker = new Broker({
      access: new DeviceAccess(devicePolicy, region, accountId),
      standing: (certificateId, thingName) => this.#devices.standing(certificateId, thingName),
      accept: (message) => {
        if (rules.selects(message.topic)) this.ledger.accepted(message.payload, message.receivedAt);
        return rules.accept(message);
      },
      isReady: () => this.#step === undefined,
      onRefused: (clientId, why) => connectionNotes.refused(clientId, why),
      now: Date.now,
    });
  }

  #makeGateway(): Gateway {
    return new Gateway({
      faults: this.faults,
      random: this.#ports.random,
      startingStep: () => this.#step,
      administration: administration({
        faults: this.faults,
        outputs: this.#declaration.outputs,
        authority: () => this.#devices.authority(),
        flush: async () => this.#archiving?.drained(),
        sent: this.#notices.sent,
      }),
      inProcess: {
        iot: this.#devices.api,
        kinesis: kinesisApi(this.#stream),
        lambda: invokeApi(this.#declaration.processor, (event, onLog) => this.#processing?.invoke(event, onLog)),
        iotdata: iotDataApi((topic, payload, qos) => this.broker.publish(topic, payload, qos)),
        sts: stsApi(this.#declaration.accountId),
        sns: snsApi(this.#ports.recording, (message) => this.#notices.hear(message)),
        logs: logsApi(this.#logGroups()),
      },
      guards: {
        s3: s3Guard(this.#ports.recording),
        dynamodb: dynamodbGuard(this.#ports.recording),
      },
    });
  }

  #makeDeviceWatch(kinesis: KinesisReader): LocalDeviceWatch | undefined {
    const { deviceWatch } = this.#declaration;
    if (!deviceWatch) return undefined;
    const { deviceWatch: folders, functionRuntime } = this.#paths;
    return new LocalDeviceWatch(
      this.#declaration,
      deviceWatch,
      { ...folders, functionRuntime },
      {
        kinesis,
        clients: this.clients,
        endpoint: this.endpoint,
        faults: this.faults,
        random: this.#ports.random,
        anomalyLimits: anomalyLimitsOf(this.#declaration),
        sweepEveryMs: this.#ports.sweepEveryMs,
        onRead: (record) => this.ledger.seen(record),
        onLog: (line, functionName) => {
          this.metrics.addLine(line);
          this.#watchLogs[functionName]?.add(line);
          if (functionName === deviceWatch.sweep.name) this.watchLedger.logged(line);
        },
      },
    );
  }

  #makeAction(): KinesisAction {
    return new KinesisAction({
      putRecord: putRecordTo(this.#stream, { faults: this.faults, random: this.#ports.random }),
      onError: (message, why) => {
        if (this.errorLog.documents.length === 0)
          this.#ports.note(`the rule's action fails, its error log has the message: ${why}`);
        this.errorLog.add(message, why);
      },
      onRetry: ({ payload }) => this.ledger.putFailed(payload),
      now: Date.now,
      sleep,
    });
  }

  /** SDK clients of the local endpoint. */
  get clients(): Clients {
    this.#clients ??= localClients(this.endpoint, this.#declaration.region);
    return this.#clients;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.awsPort}`;
  }

  /** Age of the oldest message that is not stored yet, wherever it waits. */
  get lagMs(): number {
    return Math.max(0, Date.now() - (this.ledger.oldestWaiting ?? Date.now()));
  }

  /** Grows while messages get on: from the rule to the stream, through the function, into the archive. */
  get steps(): number {
    const { settledRecords } = this.ledger;
    return (
      this.#action.handled +
      settledRecords.size +
      (this.#processing?.steps ?? 0) +
      (this.#archiving?.steps ?? 0) +
      (this.#deviceWatch?.steps ?? 0)
    );
  }

  /** Takes its ports and starts every part. Rejects with a message for the person where a port is taken. */
  async start(): Promise<void> {
    const [declaration, paths, ports] = [this.#declaration, this.#paths, this.#ports];
    this.awsPort = await taken(this.#gateway.listen(ports.awsPort), ports.awsPort, "--aws-port");
    this.mqttPort = await taken(this.broker.listen(ports.mqttPort), ports.mqttPort, "--mqtt-port");
    this.mqttsPort = await taken(
      this.#devices.listen(this.broker, ports.mqttsPort),
      ports.mqttsPort ?? 0,
      "--mqtts-port",
    );
    this.#step = "starting the emulators";
    this.#emulators = await Emulators.start(declaration, paths.emulator, this.#gateway, ports.onBroken);
    this.#step = "creating what the stack declares";
    await createResources(declaration, emulatorClients(this.#emulators, declaration.region));
    this.#step = "starting the functions";
    const kinesis = readerOf(this.#stream, { faults: this.faults, random: ports.random });
    this.#processing = new Processing(declaration, paths, {
      kinesis,
      clients: this.clients,
      endpoint: this.endpoint,
      faults: this.faults,
      ledger: this.ledger,
      random: ports.random,
      onLog: (line) => {
        this.metrics.addLine(line);
        this.#functionLog.processor.add(line);
      },
    });
    this.#processing.start();
    this.#deviceWatch = this.#makeDeviceWatch(kinesis);
    this.#deviceWatch?.start();
    const { delivery, archiveTransform } = declaration;
    if (!delivery || !archiveTransform) return;
    this.#archiving = new Archiving(declaration, delivery, archiveTransform, {
      kinesis,
      clients: this.clients,
      endpoint: this.endpoint,
      bundlePath: paths.archiveTransform,
      runtimePath: paths.functionRuntime,
      onRead: (record) => this.ledger.seen(record),
      onLog: (line) => this.#functionLog.transform.add(line),
    });
    this.#archiving.start();
  }

  #logGroups() {
    const { processor, archiveTransform, outputs } = this.#declaration;
    const { processor: processorLog, transform } = this.#functionLog;
    return declaredGroups(
      this.#ports.recording,
      { name: outputs.rule_error_log, log: this.errorLog },
      {
        [processor.name]: processorLog,
        ...(archiveTransform && { [archiveTransform.name]: transform }),
        ...this.#watchLogs,
      },
    );
  }

  /** Everything is up: from now on others are answered. */
  open(): void {
    this.#step = undefined;
    this.#deviceWatch?.startSweeps();
  }

  /** Undefined where the stack has none. */
  get deviceWatch(): LocalDeviceWatch | undefined {
    return this.#deviceWatch;
  }

  /** Resolves when the function has dealt with everything that the broker took and that is in the stream. */
  async processed(): Promise<void> {
    await this.#action.drained();
    await this.#processing?.drained();
  }

  /** Resolves when the device watch has judged everything that is in the stream, and has told it to machines. */
  async watchSettled(): Promise<void> {
    await this.#deviceWatch?.settle();
  }

  /** Resolves when everything that is in the stream is in the archive. */
  async archived(): Promise<void> {
    await this.#archiving?.drained();
  }

  /** Resolves when everything that was read for the archive is in it. */
  async flushed(): Promise<void> {
    await this.#archiving?.flush();
  }

  /** Ends the processing where it stands: what is in flight stays unfinished. */
  async stopProcessing(): Promise<void> {
    await this.#processing?.stop();
  }

  async stop(): Promise<void> {
    await this.broker.stop();
    await this.#processing?.stop();
    await this.#deviceWatch?.stop();
    await this.#archiving?.stop();
    await this.#gateway.stop();
    await this.#emulators?.stop();
  }
}

/** Clients of the emulators themselves. */
function emulatorClients(emulators: Emulators, region: string): Clients {
  return {
    dynamodb: localClients(emulators.endpoint("dynamodb"), region).dynamodb,
    s3: localClients(emulators.endpoint("s3"), region).s3,
  };
}

/** Waits for a port, and says what to do where another program has it. */
export async function taken<T>(listening: Promise<T>, port: number, option: string): Promise<T> {
  try {
    return await listening;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EADDRINUSE")
      throw new Error(
        `"${option}" must be a free port of 127.0.0.1, got ${port}, which another program has. Fix: choose another one, or 0 for any free port`,
      );
    if (code === "EACCES")
      throw new Error(
        `"${option}" must be a port that this user may open, got ${port}. Fix: choose one from 1024 on, or 0 for any free port`,
      );
    throw error;
  }
}

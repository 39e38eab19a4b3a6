import { METRIC_NAMESPACE } from "../../contract/metrics";
import { EvidenceStore } from "../accounting/evidence-store";
import { Ledger } from "../accounting/ledger";
import { WatchLedger } from "../accounting/watch/watch-ledger";
import { type Clients, localClients } from "../aws/clients";
import { MetricTotals } from "../aws/cloudwatch/emf";
import { Emulators } from "../aws/emulators/emulators";
import { createResources } from "../aws/emulators/resources";
import { Gateway } from "../aws/endpoint/gateway";
import { Authorizer } from "../aws/iot/authorizer";
import { Broker } from "../aws/iot/broker";
import { ConnectionNotes } from "../aws/iot/connection-notes";
import { DevicePolicy } from "../aws/iot/device-policy";
import type { ErrorLog } from "../aws/iot/error-log";
import { CertificateAuthority } from "../aws/iot/registry/certificate-authority";
import { DeviceRegistry } from "../aws/iot/registry/device-registry";
import { readerOf } from "../aws/kinesis/in-process";
import { Stream } from "../aws/kinesis/stream";
import { FunctionLog } from "../aws/logs/log-group";
import { FaultBoard } from "../faults/endpoint-faults";
import { anomalyLimitsOf } from "../stack/anomaly-limits";
import type { Declaration } from "../stack/declaration";
import type { Recording } from "../stack/recording";
import { LocalArchiveDelivery } from "./archive-delivery";
import { claimPort } from "./claim-port";
import { type DeviceWatchPaths, LocalDeviceWatch } from "./device-watch";
import { LocalIngestion } from "./ingestion";
import { Notices } from "./notices";
import { LocalProcessor } from "./processor";
import { localServices } from "./services";
import { Startup } from "./startup";

/** Paths of the built parts. */
export interface PipelinePaths {
  /** Where the processor's bundle is written. */
  readonly processor: string;
  /** Where the bundle of the archive's transform function is written. */
  readonly archiveTransform: string;
  /** Folders of the device watch's code. */
  readonly deviceWatch: Omit<DeviceWatchPaths, "functionRuntime">;
  /** Folder of the stream's old records. */
  readonly stream: string;
  /** The entry of a function's process. */
  readonly functionRuntime: string;
  /** Folder of the tables. */
  readonly tables: string;
  /** Folder of large objects. */
  readonly objects: string;
  /** The entry of an emulator's process. */
  readonly emulator: string;
}

/** What the pipeline depends on. Port 0 is any free one. */
export interface PipelineDeps {
  /** The program's resources, for questions about them. */
  readonly recording: Recording;
  readonly mqttPort: number;
  /** Undefined: 8883, or a free one if that is in use. */
  readonly mqttsPort: number | undefined;
  readonly awsPort: number;
  /** Time between two sweeps of the device watch; undefined: as declared. */
  readonly sweepEveryMs: number | undefined;
  readonly random: () => number;
  /** Writes a note to the terminal. */
  readonly note: (text: string) => void;
  /** Is called when a part has ended without which nothing works. */
  readonly onBroken: (why: string) => void;
}

/** The ports on which the pipeline listens. */
interface Ports {
  readonly awsPort: number;
  readonly mqttPort: number;
  readonly mqttsPort: number;
}

/** The parts that run and have to be stopped. */
interface RunningParts {
  readonly broker: Broker;
  readonly processor: LocalProcessor;
  readonly archive: LocalArchiveDelivery | undefined;
  readonly deviceWatch: LocalDeviceWatch | undefined;
  readonly gateway: Gateway;
  readonly emulators: Emulators;
}

/** The declared stack, running: from the MQTT port to the stores. */
export class Pipeline {
  readonly ledger: Ledger;
  readonly watchLedger: WatchLedger;
  readonly metrics: MetricTotals;
  readonly faults: FaultBoard;
  readonly stream: Stream;
  readonly errorLog: ErrorLog;
  readonly broker: Broker;
  /** SDK clients of the local endpoint. */
  readonly clients: Clients;
  readonly awsPort: number;
  readonly mqttPort: number;
  readonly mqttsPort: number;
  readonly #startup: Startup;
  readonly #ingestion: LocalIngestion;
  readonly #parts: RunningParts;

  private constructor(core: Core, ports: Ports, clients: Clients, parts: RunningParts) {
    this.ledger = core.ledger;
    this.watchLedger = core.watchLedger;
    this.metrics = core.metrics;
    this.faults = core.faults;
    this.stream = core.stream;
    this.errorLog = core.ingestion.errorLog;
    this.broker = parts.broker;
    this.clients = clients;
    this.awsPort = ports.awsPort;
    this.mqttPort = ports.mqttPort;
    this.mqttsPort = ports.mqttsPort;
    this.#startup = core.startup;
    this.#ingestion = core.ingestion;
    this.#parts = parts;
  }

  /**
   * Starts every part. It listens first: clients that come early are asked to try again.
   * @throws Error for a declaration that the local run does not understand, and for a port that is in use
   */
  static async start(declaration: Declaration, paths: PipelinePaths, deps: PipelineDeps): Promise<Pipeline> {
    const core = coreOf(declaration, paths, deps);
    const { faults, startup } = core;
    const gateway = new Gateway({ faults, random: deps.random, startingStep: () => startup.step });
    const broker = brokerOf(declaration, core, deps);
    const running: Partial<{ -readonly [Part in keyof RunningParts]: RunningParts[Part] }> = { broker, gateway };
    try {
      const awsPort = await claimPort(gateway.listen(deps.awsPort), deps.awsPort, "--aws-port");
      const mqttPort = await claimPort(broker.listen(deps.mqttPort), deps.mqttPort, "--mqtt-port");
      const authority = await CertificateAuthority.create();
      const identity = { ...(await authority.serverIdentity()), ca: authority.pem };
      const listening = broker.listenTls(deps.mqttsPort, identity);
      const mqttsPort = await claimPort(listening, deps.mqttsPort ?? 0, "--mqtts-port");
      startup.begin("starting the emulators");
      const emulators = await Emulators.start(declaration, paths, gateway, deps.onBroken);
      running.emulators = emulators;
      startup.begin("creating the declared resources");
      await createResources(declaration, emulators.clients(declaration.region));
      startup.begin("starting the functions");
      const endpoint = `http://127.0.0.1:${awsPort}`;
      const clients = localClients(endpoint, declaration.region);
      const processor = processorOf(declaration, paths, deps, core, { endpoint, clients });
      running.processor = processor;
      processor.start();
      const archive = archiveOf(declaration, paths, deps, core, { endpoint, clients });
      running.archive = archive;
      archive?.start();
      const deviceWatch = deviceWatchOf(declaration, paths, deps, core, { endpoint, clients });
      running.deviceWatch = deviceWatch;
      deviceWatch?.start();
      gateway.serve(localServices(declaration, deps, { ...core, authority, broker, processor, archive, mqttsPort }));
      const ports = { awsPort, mqttPort, mqttsPort };
      return new Pipeline(core, ports, clients, { broker, gateway, emulators, processor, archive, deviceWatch });
    } catch (error) {
      await stopAll(running);
      throw error;
    }
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.awsPort}`;
  }

  /** Age of the oldest message that is not stored yet, wherever it waits. */
  get lagMs(): number {
    return Math.max(0, Date.now() - (this.ledger.oldestWaiting ?? Date.now()));
  }

  /** Grows as long as messages make progress: from the rule into the stream, through the function, into the archive. */
  get steps(): number {
    const { processor, archive, deviceWatch } = this.#parts;
    const ofParts = processor.steps + (archive?.steps ?? 0) + (deviceWatch?.steps ?? 0);
    return this.#ingestion.handled + this.ledger.settledRecords + ofParts;
  }

  /** From now on the endpoint and the broker serve every client. */
  open(): void {
    this.#startup.finish();
    this.deviceWatch?.startSweeps();
  }

  /** Undefined if the stack has no device watch. */
  get deviceWatch(): LocalDeviceWatch | undefined {
    return this.#parts.deviceWatch;
  }

  /** Resolves when the function has settled each message that the rule accepted and each record of the stream. */
  async processed(): Promise<void> {
    await this.#ingestion.drained();
    await this.#parts.processor.drained();
  }

  /** Resolves when the device watch has judged each record of the stream, and has sent its notices to machines. */
  async watchSettled(): Promise<void> {
    await this.deviceWatch?.settle();
  }

  /** Resolves when each record of the stream is in the archive. */
  async archived(): Promise<void> {
    await this.#parts.archive?.drained();
  }

  /** Resolves when each record that was read for the archive is in it. */
  async flushed(): Promise<void> {
    await this.#parts.archive?.flush();
  }

  /** Ends the processing where it is: batches in flight stay unfinished. */
  stopProcessing(): Promise<void> {
    return this.#parts.processor.stop();
  }

  stop(): Promise<void> {
    return stopAll(this.#parts);
  }
}

/** The parts of the pipeline that need no port and no process. */
type Core = ReturnType<typeof coreOf>;

function coreOf(declaration: Declaration, paths: PipelinePaths, { random, note, onBroken }: PipelineDeps) {
  const { region, accountId, outputs } = declaration;
  const faults = new FaultBoard(random);
  const ledger = new Ledger(new EvidenceStore(onBroken));
  const watchLedger = new WatchLedger();
  const { deviceWatch } = declaration;
  const watchFunctions = deviceWatch ? [deviceWatch.watch.name, deviceWatch.sweep.name] : [];
  const stream = new Stream({
    ...declaration.stream,
    folder: paths.stream,
    now: Date.now,
    isFull: (place) => faults.isFull(place),
    later: (ms, then) => setTimeout(then, ms).unref(),
  });
  return {
    faults,
    ledger,
    watchLedger,
    notices: new Notices(declaration, watchLedger, note),
    stream,
    startup: new Startup(),
    metrics: new MetricTotals(METRIC_NAMESPACE),
    functionLogs: { processor: new FunctionLog(), transform: new FunctionLog() },
    watchLogs: Object.fromEntries(watchFunctions.map((name) => [name, new FunctionLog()])),
    registry: new DeviceRegistry(`arn:aws:iot:${region}:${accountId}:`, outputs.iot_policy_name),
    ingestion: new LocalIngestion(declaration, { stream, faults, ledger, random, note }),
  };
}

function brokerOf({ devicePolicy, region, accountId }: Declaration, core: Core, { note }: PipelineDeps): Broker {
  const { registry, ingestion, startup } = core;
  const connectionNotes = new ConnectionNotes(note);
  const broker = new Broker({
    authorizer: new Authorizer(new DevicePolicy(devicePolicy, region, accountId), (certificateId, thingName) =>
      registry.standing(certificateId, thingName),
    ),
    deliver: (message) => ingestion.accept(message),
    isReady: () => startup.isReady,
    onRefused: (clientId, why) => connectionNotes.refused(clientId, why),
    now: Date.now,
  });
  registry.onWithdrawal(() => broker.endRefused());
  return broker;
}

interface Connection {
  readonly endpoint: string;
  readonly clients: Clients;
}

function processorOf(
  declaration: Declaration,
  paths: PipelinePaths,
  { random }: PipelineDeps,
  { stream, faults, ledger, metrics, functionLogs }: Core,
  connection: Connection,
): LocalProcessor {
  return new LocalProcessor(declaration, paths, {
    ...connection,
    kinesis: readerOf(stream, { faults, random }),
    faults,
    ledger,
    random,
    onLog: (line) => {
      metrics.addLine(line);
      functionLogs.processor.add(line);
    },
  });
}

/** Undefined if the stack has no archive delivery. */
function archiveOf(
  declaration: Declaration,
  paths: PipelinePaths,
  { random }: PipelineDeps,
  { stream, faults, ledger, functionLogs }: Core,
  connection: Connection,
): LocalArchiveDelivery | undefined {
  const { delivery, archiveTransform } = declaration;
  if (!delivery || !archiveTransform) return undefined;
  return new LocalArchiveDelivery(declaration, delivery, archiveTransform, {
    ...connection,
    kinesis: readerOf(stream, { faults, random }),
    bundlePath: paths.archiveTransform,
    runtimePath: paths.functionRuntime,
    onRead: (record) => ledger.seen(record),
    onLog: (line) => functionLogs.transform.add(line),
  });
}

/** Undefined if the stack has no rules for one. */
function deviceWatchOf(
  declaration: Declaration,
  paths: PipelinePaths,
  { random, sweepEveryMs }: PipelineDeps,
  { stream, faults, ledger, watchLedger, metrics, watchLogs }: Core,
  connection: Connection,
): LocalDeviceWatch | undefined {
  const { deviceWatch: declared } = declaration;
  if (!declared) return undefined;
  const folders = { ...paths.deviceWatch, functionRuntime: paths.functionRuntime };
  return new LocalDeviceWatch(declaration, declared, folders, {
    ...connection,
    kinesis: readerOf(stream, { faults, random }),
    faults,
    random,
    anomalyLimits: anomalyLimitsOf(declaration),
    sweepEveryMs,
    onRead: (record) => ledger.seen(record),
    onLog: (line, functionName) => {
      metrics.addLine(line);
      watchLogs[functionName]?.add(line);
      if (functionName === declared.sweep.name) watchLedger.logged(line);
    },
  });
}

/** Stops the parts in the order of the flow. */
async function stopAll({
  broker,
  processor,
  deviceWatch,
  archive,
  gateway,
  emulators,
}: Partial<RunningParts>): Promise<void> {
  await broker?.stop();
  await processor?.stop();
  await deviceWatch?.stop();
  await archive?.stop();
  await gateway?.stop();
  await emulators?.stop();
}

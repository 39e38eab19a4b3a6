import { setTimeout as sleep } from "node:timers/promises";
import { METRIC_NAMESPACE } from "../lambda/contract";
import { Ledger } from "./accounting/ledger";
import { Archiving } from "./archiving";
import { type Clients, localClients, putRecordTo } from "./aws-clients";
import type { Recording } from "./capture";
import type { Declaration } from "./declaration";
import { Emulators } from "./emulators/emulators";
import { createResources } from "./emulators/resources";
import { invokeApi } from "./function-host/invoke-api";
import { administration } from "./gateway/administration";
import { dynamodbGuard } from "./gateway/dynamodb-guard";
import { FaultBoard } from "./gateway/faults";
import { Gateway } from "./gateway/gateway";
import { kinesisGuard } from "./gateway/kinesis-guard";
import { s3Guard } from "./gateway/s3-guard";
import { snsApi } from "./gateway/sns-api";
import { stsApi } from "./gateway/sts-api";
import { Broker } from "./iot/broker";
import { ConnectionNotes } from "./iot/connection-notes";
import { DeviceAccess } from "./iot/device-access";
import { ErrorLog } from "./iot/error-log";
import { iotDataApi } from "./iot/iot-data-api";
import { KinesisAction } from "./iot/kinesis-action";
import { Devices } from "./iot/registry/devices";
import { RulesEngine } from "./iot/rules-engine";
import { declaredGroups } from "./logs/declared-groups";
import { FunctionLog } from "./logs/log-group";
import { logsApi } from "./logs/logs-api";
import { MetricTotals } from "./metrics/emf";
import { Processing } from "./processing";

/** Where the built parts lie. */
export interface PipelinePaths {
  /** Where the processor's bundle is written. */
  readonly processor: string;
  /** Where the bundle of the cold tier's transform function is written. */
  readonly archiveTransform: string;
  /** The entry of a function's process. */
  readonly functionRuntime: string;
  /** The entry of an emulator's process. */
  readonly emulator: string;
}

export interface PipelinePorts {
  /** What the program declared, for questions about it. */
  readonly recording: Recording;
  readonly mqttPort: number;
  /** Undefined: 8883, or a free one where that is taken. */
  readonly mqttsPort: number | undefined;
  readonly awsPort: number;
  readonly random: () => number;
  /** Hears what the person at the terminal should know. */
  readonly note: (text: string) => void;
  /** Hears that a part has ended, after which nothing works. */
  readonly onBroken: (why: string) => void;
}

/** The declared stack, running: from the MQTT port to the stores. */
export class Pipeline {
  readonly ledger = new Ledger();
  readonly metrics = new MetricTotals(METRIC_NAMESPACE);
  readonly faults: FaultBoard;
  readonly errorLog: ErrorLog;
  readonly broker: Broker;
  readonly #functionLog = { processor: new FunctionLog(), transform: new FunctionLog() };
  readonly #devices: Devices;
  readonly #gateway: Gateway;
  readonly #action: KinesisAction;
  #emulators: Emulators | undefined;
  #processing: Processing | undefined;
  #archiving: Archiving | undefined;
  #clients: Clients | undefined;
  mqttPort = 0;
  mqttsPort = 0;
  awsPort = 0;

  /** Throws on a declaration that the broker or the rules engine does not understand. Starts nothing. */
  constructor(
    private readonly declaration: Declaration,
    private readonly paths: PipelinePaths,
    private readonly ports: PipelinePorts,
  ) {
    const { rule, stream, devicePolicy, region, accountId } = declaration;
    this.faults = new FaultBoard(ports.random);
    this.errorLog = new ErrorLog(rule.name, stream.name);
    this.#devices = new Devices({ region, accountId, policyName: declaration.outputs.iot_policy_name ?? "" });
    this.#gateway = new Gateway({
      faults: this.faults,
      random: ports.random,
      administration: administration({
        faults: this.faults,
        outputs: declaration.outputs,
        authority: () => this.#devices.authority(),
        flush: async () => this.#archiving?.drained(),
      }),
      inProcess: {
        iot: this.#devices.api,
        lambda: invokeApi(declaration.processor, (event, onLog) => this.#processing?.invoke(event, onLog)),
        iotdata: iotDataApi((topic, payload, qos) => this.broker.publish(topic, payload, qos)),
        sts: stsApi(accountId),
        sns: snsApi(ports.recording, ports.note),
        logs: logsApi(this.#logGroups()),
      },
      guards: {
        s3: s3Guard(ports.recording),
        dynamodb: dynamodbGuard(ports.recording),
        kinesis: kinesisGuard(stream.name),
      },
    });
    this.#action = new KinesisAction({
      putRecord: (data, partitionKey) => putRecordTo(this.clients.kinesis, stream.name)(data, partitionKey),
      onError: (message, why) => {
        if (this.errorLog.documents.length === 0)
          ports.note(`the rule's action fails, its error log has the message: ${why}`);
        this.errorLog.add(message, why);
      },
      now: Date.now,
      sleep,
    });
    const rules = new RulesEngine(rule, this.#action, this.errorLog);
    const connectionNotes = new ConnectionNotes(ports.note);
    this.broker = new Broker({
      access: new DeviceAccess(devicePolicy, region, accountId),
      standing: (certificateId, thingName) => this.#devices.standing(certificateId, thingName),
      accept: (message) => {
        if (rules.selects(message.topic)) this.ledger.accepted(message.payload);
        return rules.accept(message);
      },
      onRefused: (clientId, why) => connectionNotes.refused(clientId, why),
      now: Date.now,
    });
  }

  /** SDK clients of the local endpoint. */
  get clients(): Clients {
    this.#clients ??= localClients(this.endpoint, this.declaration.region);
    return this.#clients;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.awsPort}`;
  }

  /** How far behind the processor is. */
  get lagMs(): number {
    return this.#processing?.lagMs ?? 0;
  }

  /** Takes its ports and starts every part. Rejects with a message for the person where a port is taken. */
  async start(): Promise<void> {
    const { declaration, paths, ports } = this;
    this.awsPort = await taken(this.#gateway.listen(ports.awsPort), ports.awsPort, "--aws-port");
    this.mqttPort = await taken(this.broker.listen(ports.mqttPort), ports.mqttPort, "--mqtt-port");
    this.mqttsPort = await taken(
      this.#devices.listen(this.broker, ports.mqttsPort),
      ports.mqttsPort ?? 0,
      "--mqtts-port",
    );
    this.#emulators = await Emulators.start(declaration, paths.emulator, this.#gateway, ports.onBroken);
    await createResources(declaration, emulatorClients(this.#emulators, declaration.region));
    this.#processing = new Processing(declaration, paths, {
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
    const { delivery, archiveTransform } = declaration;
    if (!delivery || !archiveTransform) return;
    this.#archiving = new Archiving(declaration, delivery, archiveTransform, {
      clients: this.clients,
      endpoint: this.endpoint,
      bundlePath: paths.archiveTransform,
      runtimePath: paths.functionRuntime,
      onLog: (line) => this.#functionLog.transform.add(line),
    });
    await this.#archiving.start();
  }

  #logGroups() {
    const { processor, archiveTransform, outputs } = this.declaration;
    const { processor: processorLog, transform } = this.#functionLog;
    return declaredGroups(
      this.ports.recording,
      { name: outputs.rule_error_log ?? "", log: this.errorLog },
      { [processor.name]: processorLog, ...(archiveTransform && { [archiveTransform.name]: transform }) },
    );
  }

  /** Resolves when everything that the broker took has reached its place. */
  async drained(): Promise<void> {
    await this.#action.drained();
    await this.#processing?.drained();
    await this.#archiving?.drained();
  }

  async stop(): Promise<void> {
    await this.broker.stop();
    await this.#processing?.stop();
    await this.#archiving?.stop();
    await this.#gateway.stop();
    await this.#emulators?.stop();
  }
}

/** Clients of the emulators themselves. */
function emulatorClients(emulators: Emulators, region: string): Clients {
  return {
    dynamodb: localClients(emulators.endpoint("dynamodb"), region).dynamodb,
    kinesis: localClients(emulators.endpoint("kinesis"), region).kinesis,
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
        `port ${port} of 127.0.0.1 is in use by another program; choose another one with ${option} (0: any free port)`,
      );
    if (code === "EACCES")
      throw new Error(`port ${port} needs rights that this user does not have; choose another one with ${option}`);
    throw error;
  }
}

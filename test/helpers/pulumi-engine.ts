import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { answers, computedBy } from "../../local/stack/computed-by-aws";
import { COMPILED } from "./compiled";

/** gRPC as @pulumi/pulumi has it: it is Pulumi's dependency, not this project's. */
const ofPulumi = createRequire(require.resolve("@pulumi/pulumi"));
const ROOT = path.join(__dirname, "../..");

/** What a run of the program came to. */
export interface ProgramRun {
  readonly exitCode: number | null;
  /** What a person sees: `<severity>: <message>`, one for each that is more than a debugging message. */
  readonly messages: readonly string[];
  /** Type and name of each resource. */
  readonly resources: readonly string[];
  /** What the program exports. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

export interface RunOptions {
  /** The folder of the program and of its packages. @default the project's own */
  readonly folder?: string;
  /** Leave the types unchecked, as Pulumi can be told to: a tenth of the time. @default false */
  readonly transpileOnly?: boolean;
}

interface Struct {
  toJavaScript(): Record<string, unknown>;
}
interface Request {
  getMessage(): string;
  getSeverity(): number;
  getTok(): string;
  getType(): string;
  getName(): string;
  getObject(): Struct;
  getOutputs(): Struct;
  getUrn(): string;
}
type Handler = (call: { request: Request }, respond: (error: null, response: unknown) => void) => void;

const SEVERITIES = ["debug", "info", "warning", "error"];
const AWS = { region: "sa-east-1", accountId: "123456789012" };

/**
 * Runs the project's program as `pulumi up` does, by Pulumi's own runner and the TypeScript compiler that it chooses, against an
 * engine that accepts every resource as declared, and computes what the capture says that AWS does.
 * @param config The configuration with namespaces.
 */
export async function runProgram(
  config: Readonly<Record<string, string>>,
  { folder = ROOT, transpileOnly = false }: RunOptions = {},
): Promise<ProgramRun> {
  const grpc = ofPulumi("@grpc/grpc-js");
  const { EngineService } = ofPulumi("./proto/engine_grpc_pb");
  const { ResourceMonitorService } = ofPulumi("./proto/resource_grpc_pb");
  const engineMessages = ofPulumi("./proto/engine_pb");
  const monitorMessages = ofPulumi("./proto/resource_pb");
  const { InvokeResponse } = ofPulumi("./proto/provider_pb");
  const { Empty } = ofPulumi("google-protobuf/google/protobuf/empty_pb");
  const { Struct } = ofPulumi("google-protobuf/google/protobuf/struct_pb");

  const messages: string[] = [];
  const resources: string[] = [];
  let outputs: Record<string, unknown> = {};
  const empty: Handler = (_call, respond) => respond(null, new Empty());
  const engine: Record<string, Handler> = {
    log: ({ request }, respond) => {
      const severity = SEVERITIES[request.getSeverity()] ?? "unknown";
      if (severity !== "debug") messages.push(`${severity}: ${request.getMessage()}`);
      respond(null, new Empty());
    },
    getRootResource: (_call, respond) => respond(null, new engineMessages.GetRootResourceResponse()),
    setRootResource: (_call, respond) => respond(null, new engineMessages.SetRootResourceResponse()),
  };
  const monitor: Record<string, Handler> = {
    supportsFeature: (_call, respond) => respond(null, new monitorMessages.SupportsFeatureResponse()),
    invoke: ({ request }, respond) => {
      const response = new InvokeResponse();
      response.setReturn(Struct.fromJavaScript(answers(AWS.region, AWS.accountId)[request.getTok()] ?? {}));
      respond(null, response);
    },
    registerResource: ({ request }, respond) => {
      const name = `${request.getType()}::${request.getName()}`;
      resources.push(name);
      const inputs = request.getObject().toJavaScript();
      const computed = computedBy(request.getType(), { name: request.getName(), inputs, ...AWS });
      const response = new monitorMessages.RegisterResourceResponse();
      response.setUrn(`urn:pulumi:dev::industrial-iot-monitoring::${name}`);
      response.setId(request.getName());
      response.setObject(Struct.fromJavaScript({ ...inputs, ...computed }));
      respond(null, response);
    },
    registerResourceOutputs: ({ request }, respond) => {
      if (request.getUrn().includes("pulumi:pulumi:Stack")) outputs = request.getOutputs().toJavaScript();
      respond(null, new Empty());
    },
    signalAndWaitForShutdown: empty,
  };

  const server = new grpc.Server();
  server.addService(EngineService, engine);
  server.addService(ResourceMonitorService, monitor);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error: Error | null, bound: number) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  try {
    const address = `127.0.0.1:${port}`;
    const stack = [
      "--project",
      "industrial-iot-monitoring",
      "--stack",
      "dev",
      "--root-directory",
      folder,
      "--pwd",
      folder,
    ];
    const command = path.join(folder, "node_modules/@pulumi/pulumi/cmd/run/index.js");
    const runner = spawn(process.execPath, [command, "--monitor", address, "--engine", address, ...stack, "."], {
      env: {
        PATH: process.env.PATH,
        PULUMI_NODEJS_TYPESCRIPT: "true",
        PULUMI_NODEJS_TRANSPILE_ONLY: String(transpileOnly),
        PULUMI_CONFIG: JSON.stringify(config),
        // What an earlier run compiled says nothing about types; each file by itself gives what it gave.
        ...(transpileOnly
          ? { TS_NODE_CACHE_DIRECTORY: path.join(COMPILED, "from-typescript") }
          : { TS_NODE_CACHE: "false" }),
        // What Node.js compiled does: it compares the sources.
        NODE_COMPILE_CACHE: COMPILED,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    // What the runner itself prints is not a message of the engine, and worth seeing all the more.
    for (const stream of [runner.stdout, runner.stderr]) stream.on("data", (text) => messages.push(`printed: ${text}`));
    const exitCode = await new Promise<number | null>((resolve) => runner.on("close", resolve));
    return { exitCode, messages, resources, outputs };
  } finally {
    server.forceShutdown();
  }
}

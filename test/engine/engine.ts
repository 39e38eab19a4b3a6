import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse, stringify } from "yaml";
import type { Account } from "./stand-in/account";
import { providerVersion } from "./stand-in/declarations";
import { type StandIn, startProvider } from "./stand-in/provider";

export interface EngineOptions {
  /** The Pulumi CLI. */
  readonly pulumi: string;
  readonly account: Account;
  /** The folder of the program, with its Pulumi.yaml and node_modules. */
  readonly program: string;
  /** What its Node.js processes share with those of other engines. @default nothing */
  readonly shared?: {
    /** A module that each of them loads first. */
    readonly preload: string;
    /** The folder of what Node.js has compiled. */
    readonly compiled: string;
  };
}

/** What a command of the CLI came to. */
export interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  /** Both streams, as a person sees them. */
  readonly printed: string;
}

/** A stack's configuration as its file has it, with namespaces. */
export type StackFile = Readonly<Record<string, unknown>>;

export interface RunOptions {
  /** Called with the CLI's process as soon as it runs. */
  readonly started?: (cli: ChildProcess) => void;
  /**
   * Write the state after every step, as Pulumi does, rather than once at the end: what an interruption leaves is read from it. Each time
   * the whole state is written, with the functions' code: most of what the CLI computes.
   * @default false
   */
  readonly writesEveryStep?: boolean;
}

/** Pulumi's own option; it counts as experimental. */
const WRITES_AT_THE_END = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };

/** The real Pulumi CLI on a state, a home and a provider that are thrown away; the user's own are not touched. */
export class Engine {
  readonly #pulumi: string;
  readonly #folder: string;
  readonly #standIn: StandIn;
  readonly #shared: EngineOptions["shared"];
  readonly #running = new Set<ChildProcess>();

  private constructor({ pulumi, shared }: EngineOptions, folder: string, standIn: StandIn) {
    this.#pulumi = pulumi;
    this.#shared = shared;
    this.#folder = folder;
    this.#standIn = standIn;
  }

  static async start(options: EngineOptions): Promise<Engine> {
    const { account, program } = options;
    const folder = await mkdtemp(path.join(tmpdir(), "deploy-check-"));
    const version = providerVersion(program);
    const plugin = path.join(folder, `home/plugins/resource-aws-v${version}`);
    for (const one of ["state", "project", plugin]) await mkdir(path.resolve(folder, one), { recursive: true });
    // Never run: the engine looks whether the plugin is installed before it attaches to the one that is up.
    const binary = path.join(plugin, process.platform === "win32" ? "pulumi-resource-aws.exe" : "pulumi-resource-aws");
    await writeFile(binary, "#!/bin/sh\nexit 1\n");
    await chmod(binary, 0o755);
    const engine = new Engine(options, folder, await startProvider(account));
    await engine.useProgram(program);
    return engine;
  }

  /** Runs the program of another folder from now on, as after a `git pull`. */
  async useProgram(program: string): Promise<void> {
    const project = parse(await readFile(path.join(program, "Pulumi.yaml"), "utf8"));
    await writeFile(path.join(this.#folder, "project/Pulumi.yaml"), stringify({ ...project, main: program }));
  }

  /** Makes a stack, with its configuration. */
  async init(stack: string, config: StackFile): Promise<void> {
    await this.must(["stack", "init", stack, "--no-select"]);
    await this.configure(stack, config);
  }

  /** Replaces a stack's configuration. */
  async configure(stack: string, config: StackFile): Promise<void> {
    const file = path.join(this.#folder, `project/Pulumi.${stack}.yaml`);
    const { encryptionsalt } = parse(await readFile(file, "utf8"));
    await writeFile(file, stringify({ encryptionsalt, config }));
  }

  /** Runs a command of the CLI. */
  async run(args: readonly string[], { started, writesEveryStep = false }: RunOptions = {}): Promise<Ran> {
    const cli = spawn(this.#pulumi, [...args, "--non-interactive", "--color", "never"], {
      cwd: path.join(this.#folder, "project"),
      env: { ...this.#environment(), ...(writesEveryStep ? {} : WRITES_AT_THE_END) },
      stdio: ["ignore", "pipe", "pipe"],
      // A Ctrl-C is passed on once, by whoever started this.
      detached: true,
    });
    this.#running.add(cli);
    started?.(cli);
    let stdout = "";
    let printed = "";
    cli.stdout.on("data", (text) => {
      stdout += text;
      printed += text;
    });
    cli.stderr.on("data", (text) => {
      printed += text;
    });
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      cli.on("error", reject);
      cli.on("close", resolve);
    });
    this.#running.delete(cli);
    return { exitCode, stdout, printed };
  }

  /**
   * Runs a command, and returns what it wrote to standard output.
   * @throws Error with all that it wrote, where it fails
   */
  async must(args: readonly string[]): Promise<string> {
    const { exitCode, stdout, printed } = await this.run(args);
    if (exitCode !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${exitCode}:\n${printed}`);
    return stdout;
  }

  /** Ends what runs and removes the state. */
  async close(): Promise<void> {
    await Promise.all([...this.#running].map(ended));
    this.#standIn.close();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  /** No credentials, no account of Pulumi's, nothing of the user's. */
  #environment(): NodeJS.ProcessEnv {
    const own = Object.entries(process.env).filter(([key]) => !/^(AWS|PULUMI)_/.test(key));
    const compiled = this.#shared?.compiled ?? path.join(this.#folder, "compiled");
    return {
      ...Object.fromEntries(own),
      PATH: [path.dirname(this.#pulumi), path.dirname(process.execPath), process.env.PATH ?? ""].join(path.delimiter),
      PULUMI_HOME: path.join(this.#folder, "home"),
      PULUMI_BACKEND_URL: `file://${path.join(this.#folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "thrown away",
      PULUMI_DEBUG_PROVIDERS: `aws:${this.#standIn.port}`,
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // Types are checked by "npm run check": a tenth of the time.
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
      // What is compiled once serves every run of this engine.
      TS_NODE_CACHE_DIRECTORY: path.join(compiled, "from-typescript"),
      NODE_COMPILE_CACHE: compiled,
      // Pulumi takes a stack trace for each promise that it makes, and its runner maps it to the sources: a fifth of a run. What a run
      // makes is kept until its end: with V8's small young generation it is copied over and over.
      NODE_OPTIONS: [
        process.env.NODE_OPTIONS ?? "",
        "--stack-trace-limit=0",
        "--max-semi-space-size=32",
        ...(this.#shared === undefined ? [] : [`--require=${JSON.stringify(this.#shared.preload)}`]),
      ].join(" "),
      NO_COLOR: "1",
    };
  }
}

/** Ends a CLI as Ctrl-C does, so that it ends the program that it started; by force where that takes too long. */
async function ended(cli: ChildProcess): Promise<void> {
  const closed = new Promise((resolve) => cli.on("close", resolve));
  const patience = setTimeout(() => cli.kill("SIGKILL"), 5_000);
  cli.kill("SIGINT");
  await closed;
  clearTimeout(patience);
}

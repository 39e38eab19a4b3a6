import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { FunctionSettings } from "./function-settings";
import type { InvokeResult } from "./invoke-result";
import { lambdaVariables } from "./lambda-variables";
import type { Invocation, Report } from "./messages";

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const INIT_LIMIT_MS = 10_000;
/** The share of the memory that the heap may take. The rest is for the code, the stack and buffers, which nothing here limits. */
const HEAP_SHARE = 0.9;
/** Of a heap's young half, megabytes: several of these processes share one machine, and Node.js would let each take 16. */
const YOUNG_MB = 2;

interface Running {
  readonly requestId: string;
  readonly settle: (result: InvokeResult) => void;
  readonly onLog: (line: string) => void;
  timer: NodeJS.Timeout;
  outcome?: InvokeResult;
  logEnded: boolean;
}

/** One process with the function in it. */
export class ExecutionEnvironment {
  readonly #settings: FunctionSettings;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #running: Running | undefined;
  #alive = true;

  constructor(settings: FunctionSettings) {
    this.#settings = settings;
    // A process group of its own: Ctrl-C, and the end of the terminal, are for this process.
    this.#child = fork(settings.runtimePath, [settings.bundlePath], {
      detached: true,
      env: lambdaVariables(settings),
      execArgv: [
        `--max-old-space-size=${Math.floor(settings.memoryMb * HEAP_SHARE)}`,
        `--max-semi-space-size=${YOUNG_MB}`,
      ],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.#exited = once(this.#child, "close");
    this.#child.on("message", (report: Report) => this.#hear(report));
    this.#child.on("error", (error) => this.#ended(error.message));
    this.#child.on("close", (code, signal) => this.#ended(signal ? `signal: ${signal}` : `exit status ${code}`));
    for (const stream of [this.#child.stdout, this.#child.stderr])
      if (stream) createInterface(stream).on("line", (line) => this.#log(line));
  }

  /** Whether it can take another invocation. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Runs one invocation. The one before must have ended. Never rejects. */
  run(requestId: string, event: unknown, onLog: (line: string) => void): Promise<InvokeResult> {
    return new Promise((settle) => {
      const timer = this.#endAfter(INIT_LIMIT_MS, requestId);
      this.#running = { requestId, settle, onLog, timer, logEnded: false };
      const { functionArn, timeoutMs } = this.#settings;
      const invocation: Invocation = { requestId, event, functionArn, timeoutMs };
      // Where the channel is closed, "close" follows and says how the process ended.
      this.#child.send(invocation, () => {});
    });
  }

  /** Ends the process. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#alive = false;
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  #hear(report: Report): void {
    const running = this.#running;
    if (!running) return;
    if (report.kind === "loaded") {
      clearTimeout(running.timer);
      running.timer = this.#endAfter(this.#settings.timeoutMs, running.requestId);
      return;
    }
    running.outcome =
      report.kind === "returned"
        ? { ok: true, payload: report.payload }
        : { ok: false, errorType: report.errorType, errorMessage: report.errorMessage };
    if (running.logEnded) this.#settle(running.outcome);
  }

  /** The result waits for the log: who has the one has the other too. */
  #log(line: string): void {
    const running = this.#running;
    if (running && line === `END RequestId: ${running.requestId}`) {
      running.logEnded = true;
      if (running.outcome) this.#settle(running.outcome);
    } else if (line !== "") {
      this.#settings.onLog(line);
      running?.onLog(line);
    }
  }

  #endAfter(limitMs: number, requestId: string): NodeJS.Timeout {
    return setTimeout(() => {
      const seconds = (limitMs / 1000).toFixed(2);
      const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`;
      this.#alive = false;
      this.#child.kill("SIGKILL");
      this.#settle({ ok: false, errorType: "Sandbox.Timedout", errorMessage });
    }, limitMs);
  }

  #ended(how: string): void {
    this.#alive = false;
    const errorMessage = `RequestId: ${this.#running?.requestId} Error: Runtime exited with error: ${how}`;
    this.#settle(this.#running?.outcome ?? { ok: false, errorType: "Runtime.ExitError", errorMessage });
  }

  #settle(result: InvokeResult): void {
    const running = this.#running;
    if (!running) return;
    clearTimeout(running.timer);
    this.#running = undefined;
    running.settle(result);
  }
}

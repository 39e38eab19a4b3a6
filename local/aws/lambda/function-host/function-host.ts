import { randomUUID } from "node:crypto";
import { ExecutionEnvironment } from "./execution-environment";
import type { FunctionSettings } from "./function-settings";
import type { InvocationResult } from "./invoke-result";

/**
 * Where invocations wait for this long, one more environment is started. Lambda starts as many as are needed immediately, on other
 * machines; here each is a process that shares the cores, and most batches take less time than its start.
 */
const PATIENCE_MS = 500;

interface Waiting {
  take(environment: ExecutionEnvironment): void;
  refuse(error: Error): void;
}

/**
 * Runs a function as Lambda does: an environment takes one invocation at a time and is used again while it lives. What is over the
 * concurrency waits for its turn; Lambda would throttle it, and the caller would wait. Not emulated: environments are not frozen
 * between invocations.
 */
export class FunctionHost {
  readonly #settings: FunctionSettings;
  readonly #free: ExecutionEnvironment[] = [];
  readonly #all = new Set<ExecutionEnvironment>();
  readonly #waiting: Waiting[] = [];
  #growing: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(settings: FunctionSettings) {
    this.#settings = settings;
    if (!(settings.concurrency >= 1)) throw new Error(`"concurrency" must be at least 1, got ${settings.concurrency}`);
  }

  /** Invokes the function once. `onLog` is called with each line of this invocation's log. Rejects only if the host stops before the function runs. */
  async invoke(event: unknown, onLog: (line: string) => void = () => {}): Promise<InvocationResult> {
    const requestId = randomUUID();
    const environment = await this.#acquire();
    try {
      return { ...(await environment.run(requestId, event, onLog)), requestId };
    } finally {
      this.#release(environment);
    }
  }

  /** Ends every process. Resolves when none is left. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { refuse } of this.#waiting.splice(0)) refuse(stoppedError());
    await Promise.all([...this.#all].map((environment) => environment.stop()));
  }

  #acquire(): ExecutionEnvironment | Promise<ExecutionEnvironment> {
    if (this.#stopped) throw stoppedError();
    const free = this.#takeFree();
    if (free) return free;
    if (this.#all.size === 0) return this.#start();
    return new Promise((take, refuse) => {
      this.#waiting.push({ take, refuse });
      this.#growing ??= setTimeout(() => this.#grow(), PATIENCE_MS).unref();
    });
  }

  /** Starts one more environment where an invocation still waits, unless the concurrency is used up. */
  #grow(): void {
    this.#growing = undefined;
    if (this.#all.size >= this.#settings.concurrency) return;
    this.#waiting.shift()?.take(this.#start());
    if (this.#waiting.length > 0) this.#growing = setTimeout(() => this.#grow(), PATIENCE_MS).unref();
  }

  #takeFree(): ExecutionEnvironment | undefined {
    for (let free = this.#free.pop(); free; free = this.#free.pop()) {
      if (free.alive) return free;
      this.#all.delete(free);
    }
    return undefined;
  }

  #start(): ExecutionEnvironment {
    const environment = new ExecutionEnvironment(this.#settings);
    this.#all.add(environment);
    return environment;
  }

  #release(environment: ExecutionEnvironment): void {
    if (!environment.alive) this.#all.delete(environment);
    if (this.#stopped) return;
    const next = this.#waiting.shift();
    if (next) next.take(environment.alive ? environment : this.#start());
    else if (environment.alive) this.#free.push(environment);
  }
}

function stoppedError(): Error {
  return new Error("The function host has stopped");
}

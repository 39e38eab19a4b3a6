import { type ChildProcess, spawn } from "node:child_process";

const START_TIMEOUT_MS = 30_000;
/** By default the tables, 10 MB of heap, take 130 MB more and as much processor time. */
const SMALL_HEAP = ["--heap-growing-percent=50", "--max-semi-space-size=8"];

/** An emulator that runs in a process of its own, on a free port of 127.0.0.1. */
export class Emulator {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /**
   * Starts `kind` with these environment variables and resolves when it listens. `onExit` is called if it ends by itself.
   * @throws Error with the emulator's last output if it does not start
   */
  static async start(
    childPath: string,
    kind: "dynamodb" | "s3",
    env: Readonly<Record<string, string>>,
    onExit: (why: string) => void,
  ): Promise<Emulator> {
    // A process group of its own: Ctrl-C is for this process, which needs the emulators until it has drained.
    const child = spawn(process.execPath, [...SMALL_HEAP, childPath, kind], {
      detached: true,
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      env: { ...env },
    });
    let words = "";
    child.stderr?.on("data", (text: Buffer) => {
      words = (words + text.toString()).slice(-2000);
    });
    const port = await new Promise<number>((resolve, reject) => {
      const timer = setTimeout(
        () =>
          reject(new Error(`The ${kind} emulator has not started within ${START_TIMEOUT_MS / 1000} s${said(words)}`)),
        START_TIMEOUT_MS,
      );
      child.once("message", (message: { port: number }) => {
        clearTimeout(timer);
        resolve(message.port);
      });
      child.once("error", (error) => {
        clearTimeout(timer);
        reject(error);
      });
      child.once("exit", (code) => {
        clearTimeout(timer);
        reject(new Error(`The ${kind} emulator ended with status ${code}${said(words)}`));
      });
    }).catch((error) => {
      child.kill("SIGKILL");
      throw error;
    });
    child.once("exit", (code, signal) =>
      onExit(
        `the ${kind} emulator ended (${signal ?? code}), and what it held is lost${said(words)}. Fix: start the run again, with more free memory or disk space if that ran out`,
      ),
    );
    return new Emulator(child, port);
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Ends the process. It holds nothing that outlives the run. */
  async stop(): Promise<void> {
    this.#child.removeAllListeners("exit");
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await ended;
  }
}

/** What a process has said, behind what is said of it. */
function said(words: string): string {
  return words.trim() === "" ? "" : `: ${words.trim()}`;
}

import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";

const ROOT = path.resolve(__dirname, "../..");

/** How a run ended. */
export interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

const running = new Set<LocalRun>();

/** Ends the runs that a failed test has left, for afterEach or afterAll. */
export function killLeftRuns(): void {
  for (const run of running) run.kill();
}

/** `npm run local`, started as a user does, on free ports unless the arguments name others. */
export class LocalRun {
  readonly #child: ChildProcess;
  #out = "";
  #err = "";
  readonly ended: Promise<Ended>;

  constructor(args: string, ports = "--mqtt-port 0 --aws-port 0") {
    const words = `scripts/local.mjs ${ports} ${args}`.trim().split(/\s+/);
    running.add(this);
    this.#child = spawn(process.execPath, words, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    this.#child.stdout?.on("data", (text) => {
      this.#out += text;
    });
    this.#child.stderr?.on("data", (text) => {
      this.#err += text;
    });
    this.ended = new Promise((resolve) => {
      this.#child.once("close", (status) => {
        running.delete(this);
        resolve({ status, out: this.#out, err: this.#err });
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Where it listens, once it does. */
  async ready(): Promise<{ readonly mqttPort: number; readonly tlsPort: number; readonly endpoint: string }> {
    await this.#shows("where it listens", (text) => text.includes("aws --endpoint-url"));
    const mqttPort = Number(/MQTT +127\.0\.0\.1:(\d+)/.exec(this.#err)?.[1]);
    const tlsPort = Number(/MQTT over TLS +127\.0\.0\.1:(\d+)/.exec(this.#err)?.[1]);
    const endpoint = /AWS endpoint +(http:\S+)/.exec(this.#err)?.[1] ?? "";
    return { mqttPort, tlsPort, endpoint };
  }

  /** Where its page is, once it is served. */
  async page(): Promise<string> {
    await this.ready();
    return /page +(http:\S+)/.exec(this.#err)?.[1] ?? "";
  }

  /** Resolves when its progress says that its fleet has published so many readings. */
  async published(atLeast: number): Promise<void> {
    await this.#shows(`${atLeast} published readings`, (text) =>
      [...text.matchAll(/published ([\d,]+)/g)].some(([, count = ""]) => Number(count.replaceAll(",", "")) >= atLeast),
    );
  }

  /** Resolves when its standard error shows this. */
  async #shows(what: string, isThere: (text: string) => boolean): Promise<void> {
    while (!isThere(this.#err)) {
      if (this.#child.exitCode !== null) throw new Error(`the run ended before it showed ${what}:\n${this.#err}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Ctrl-C, or another signal that asks it to end. */
  interrupt(signal: NodeJS.Signals = "SIGINT"): void {
    this.#child.kill(signal);
  }

  /** Closes its output, as a reader does that ends before it. */
  stopReading(): void {
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Everything that it has started, directly or not. */
  descendants(): number[] {
    return descendantsOf(this.pid);
  }
}

/** Every process that this one has started, directly or not. */
export function descendantsOf(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const line of execFileSync("ps", ["-A", "-o", "pid=,ppid="]).toString().trim().split("\n")) {
    const [pid = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const below = (pid: number): number[] => (children.get(pid) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(root);
}

/** The folder of what the run of a process writes while it is up; undefined where there is none. */
export function runFolder({ pid }: Pick<LocalRun, "pid">): string | undefined {
  const runs = path.join(ROOT, "dist/local");
  const name = readdirSync(runs).find((one) => one.startsWith(`${pid}@`));
  return name === undefined ? undefined : path.join(runs, name);
}

/** The summary that `--json` puts into the last line of standard output. */
export function summaryOf({ out }: Ended): Record<string, number> & { external: Record<string, number> } {
  return JSON.parse(out.trim().split("\n").at(-1) ?? "");
}

/** What runs of these processes, a line each. One that has ended and is not collected by its parent yet does not run. */
export function runningOf(pids: readonly number[]): string[] {
  const columns = ["-o", "stat=,pid=,ppid=,etime=,args=", "-p", pids.join()];
  const { stdout } = spawnSync("ps", columns, { encoding: "utf8" });
  return stdout.split("\n").filter((line) => line !== "" && !line.startsWith("Z"));
}

/** Resolves when none of these processes runs; rejects with those that still do. */
export async function haveEnded(pids: readonly number[]): Promise<void> {
  await eventually("the children have ended", () => runningOf(pids).length === 0).catch((error) => {
    throw new Error(`${error.message}\n${runningOf(pids).join("\n")}`);
  });
}

/** Resolves when `test` holds, which is asked ever less often; rejects with `what` when it does not in time. */
export async function eventually(
  what: string,
  test: () => boolean | Promise<boolean>,
  limitMs = 120_000,
): Promise<void> {
  const end = Date.now() + limitMs;
  for (let pauseMs = 100; Date.now() < end; pauseMs = Math.min(pauseMs * 1.5, 2000)) {
    if (await test()) return;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  throw new Error(`did not happen in ${limitMs / 1000} s: ${what}`);
}

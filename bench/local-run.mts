/** Starts and ends local runs as a user does, for the measurements. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

const ROOT = dirname(import.meta.dirname);
const PORTS = "--mqtt-port 0 --mqtts-port 0 --aws-port 0 --page-port 0";

type Child = ChildProcessByStdio<null, Readable, Readable>;

const running = new Set<Child>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
process.once("SIGINT", () => process.exit(130));

/** A run that says what to try. */
export interface StartedRun {
  readonly pid: number;
  readonly mqttPort: number;
  readonly endpoint: string;
  /** Asks it to drain and to end, as Ctrl-C does; resolves with the summary in words. */
  finish(): Promise<string>;
  /** Ends it and all that it has started. */
  kill(): Promise<void>;
}

/** What the measurements read of a summary. */
export interface Summary {
  readonly published: number;
  readonly stored: number;
  readonly readingsPerSecond: number;
  readonly latencyMs: { readonly p50: number };
}

/** Starts a run, and resolves when it has said where it is. */
export async function started(words: string): Promise<StartedRun> {
  const child = launch(words);
  let [said, summary] = ["", ""];
  child.stdout.on("data", (text) => {
    summary += text;
  });
  for await (const line of createInterface(child.stderr)) {
    said += `${line}\n`;
    if (!line.startsWith("Try it")) continue;
    child.stderr.resume();
    return {
      pid: child.pid ?? 0,
      mqttPort: Number(/MQTT +127\.0\.0\.1:(\d+)/.exec(said)?.[1]),
      endpoint: /AWS endpoint +(http:\S+)/.exec(said)?.[1] ?? "",
      finish: async () => {
        child.kill("SIGINT");
        await once(child, "close");
        return summary;
      },
      kill: async () => {
        child.kill("SIGKILL");
        await once(child, "close");
      },
    };
  }
  throw new Error(`the run ended before it was ready:\n${said}`);
}

/** Runs to the end, and resolves with the summary. */
export async function summaryOf(words: string): Promise<Summary> {
  const child = launch(`${words} --json`);
  child.stderr.resume();
  let out = "";
  child.stdout.on("data", (text) => {
    out += text;
  });
  await once(child, "close");
  return JSON.parse(out.trim().split("\n").at(-1) ?? "");
}

function launch(words: string): Child {
  const args = ["scripts/local.mjs", ...`${PORTS} ${words}`.split(" ")];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  child.once("close", () => running.delete(child));
  return child;
}

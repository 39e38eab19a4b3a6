/** CPU time and memory of a process and of all that it has started, from Linux' /proc. */
import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks per second of every Linux that Node.js runs on: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const TICKS_PER_SECOND = 100;

type Part = "run" | "functions" | "dynamodb" | "s3";

interface Stat {
  readonly pid: number;
  readonly ppid: number;
  /** CPU time of the process, and of its children that have ended and were waited for. */
  readonly ticks: number;
}

/** CPU seconds of the processes that run, and of those that have ended. */
export function cpuSecondsOf(pid: number): number {
  return treeOf(pid).reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_PER_SECOND;
}

/** Megabytes; a page that several processes share counts once (PSS). */
export function memoryMbOf(pid: number): number {
  return memoryMbByPart(pid).all;
}

/** Megabytes of a local run's parts: `run`, which is the first process, `functions`, `dynamodb` and `s3`; and of `all` together. */
export function memoryMbByPart(pid: number): Readonly<Record<Part | "all", number>> {
  const memory = { all: 0, run: 0, functions: 0, dynamodb: 0, s3: 0 };
  for (const process of treeOf(pid)) {
    const mb = pssKb(process.pid) / 1024;
    memory.all += mb;
    memory[partOf(process.pid, pid)] += mb;
  }
  return memory;
}

/** How many processes run. */
export function processesOf(pid: number): number {
  return treeOf(pid).length;
}

/** Both emulators run from one module, which is told the service. */
function partOf(pid: number, first: number): Part {
  if (pid === first) return "run";
  const words = commandLineOf(pid);
  return (["dynamodb", "s3"] as const).find((service) => words.at(-1) === service) ?? "functions";
}

function commandLineOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
  } catch {
    return [];
  }
}

function treeOf(pid: number): readonly Stat[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(Number(name)) ?? []);
  const below = (parent: number): Stat[] =>
    all.filter(({ ppid }) => ppid === parent).flatMap((child) => [child, ...below(child.pid)]);
  return [...all.filter((process) => process.pid === pid), ...below(pid)];
}

/** Undefined for a process that has ended. */
function statOf(pid: number): Stat | undefined {
  try {
    // The name, in brackets, may hold spaces.
    const [state, ppid, ...fields] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    // A zombie: it has ended, and its parent has not asked about it yet.
    if (state === "Z") return undefined;
    const ticks = fields.slice(9, 13).reduce((sum, field) => sum + Number(field), 0);
    return { pid, ppid: Number(ppid), ticks };
  } catch {
    return undefined;
  }
}

function pssKb(pid: number): number {
  try {
    return Number(/^Pss: +(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** CPU time and memory of a process and of all that it has started, from Linux' /proc. */
import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks in a second: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html; 100 on every Linux that runs Node.js. */
const TICKS_PER_SECOND = 100;

/** CPU seconds of the processes that run, and of those that have ended and were waited for. */
export function cpuSecondsOf(pid) {
  const ticks = treeOf(pid).flatMap(({ utime, stime, cutime, cstime }) => [utime, stime, cutime, cstime]);
  return ticks.reduce((sum, count) => sum + count, 0) / TICKS_PER_SECOND;
}

/** Megabytes, a page that several processes share counted once (PSS). */
export function memoryMbOf(pid) {
  return treeOf(pid).reduce((sum, process) => sum + pssKb(process.pid), 0) / 1024;
}

export function processesOf(pid) {
  return treeOf(pid).length;
}

function treeOf(pid) {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat !== undefined);
  const below = (parent) => all.filter(({ ppid }) => ppid === parent).flatMap((child) => [child, ...below(child.pid)]);
  return [...all.filter((process) => process.pid === pid), ...below(pid)];
}

function statOf(pid) {
  try {
    // The name, in brackets, may hold spaces.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ");
    const [ppid, utime, stime, cutime, cstime] = [1, 11, 12, 13, 14].map((place) => Number(fields[place]));
    return { pid, ppid, utime, stime, cutime, cstime };
  } catch {
    return undefined;
  }
}

function pssKb(pid) {
  try {
    return Number(/^Pss: +(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

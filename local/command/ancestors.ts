import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { isRunning } from "../../cli/kit/running-process";

/** How often it is looked whether the processes that started this one still run. */
const LOOK_EVERY_MS = 500;

/**
 * Calls `onEnded` once where the process that started this one has ended: its parent, or npm, where the parent is only npm's shell, which
 * outlives npm. Where `ps` is not there, npm is not watched.
 */
export function watchAncestors(onEnded: () => void): void {
  const parent = process.ppid;
  let npm: number | undefined;
  void npmAbove(parent).then((found) => {
    npm = found;
  });
  const watching = setInterval(() => {
    if (process.ppid === parent && (npm === undefined || isRunning(npm))) return;
    clearInterval(watching);
    onEnded();
  }, LOOK_EVERY_MS);
  watching.unref();
}

/** The process of npm where the parent is the shell that it runs a script in: https://docs.npmjs.com/cli/v11/using-npm/scripts#environment */
async function npmAbove(parent: number): Promise<number | undefined> {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  try {
    const { stdout } = await promisify(execFile)("ps", ["-o", "ppid=,comm=", "-p", String(parent)]);
    const [, pid, command = ""] = /^\s*(\d+)\s+(.+?)\s*$/.exec(stdout) ?? [];
    return /^-?(\S*\/)?(sh|dash|bash|zsh)$/.test(command) ? Number(pid) : undefined;
  } catch {
    return undefined;
  }
}

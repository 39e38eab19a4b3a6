import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isRunning } from "../kit/running-process";

const POLL_MS = 100;
const PATIENCE_MS = 60_000;

/** The locks of this process. */
const held = new Set<string>();
process.once("exit", () => held.forEach(release));

/**
 * Does this work while no other command works in the folder: waits for its end, or takes over from a process that is gone. The lock
 * stands beside the folder, so that the work can remove the folder.
 * @throws Error where another command is still at work when the patience is over, or with the signal's reason
 */
export async function alone<T>(
  folder: string,
  signal: AbortSignal,
  work: () => Promise<T>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const lock = `${folder}.lock`;
  await mkdir(path.dirname(lock), { recursive: true, mode: 0o700 });
  const giveUpAt = performance.now() + patienceMs;
  while (!isTaken(lock)) {
    const holder = holderOf(lock);
    if (holder !== undefined && isGone(holder)) takeAway(lock, holder);
    else if (performance.now() < giveUpAt) await sleep(POLL_MS, undefined, { signal });
    else throw atWork(folder, lock, holder);
  }
  try {
    return await work();
  } finally {
    release(lock);
  }
}

/** Takes the lock; false where there is one already. */
function isTaken(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
  held.add(lock);
  return true;
}

/** What the lock names; undefined where it is gone. */
function holderOf(lock: string): string | undefined {
  try {
    return readFileSync(lock, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Whether the process has ended. One that has not written its id yet has not. */
function isGone(holder: string): boolean {
  return /^\d+$/.test(holder) && !isRunning(Number(holder));
}

/** Removes the lock of a process that is gone. Of several that try it, one gets the file; where that is a new lock already, it is put back. */
function takeAway(lock: string, gone: string): void {
  const taken = `${lock}.${process.pid}`;
  try {
    renameSync(lock, taken);
    if (readFileSync(taken, "utf8") !== gone) linkSync(taken, lock);
  } catch (error) {
    if (!["ENOENT", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
  rmSync(taken, { force: true });
}

function release(lock: string): void {
  held.delete(lock);
  rmSync(lock, { force: true });
}

function atWork(folder: string, lock: string, holder = ""): Error {
  return new Error(
    `"${folder}" must be free, got one in which another command is at work${holder && ` (process ${holder})`}. ` +
      `Fix: run this again when it has ended; if there is no such command, delete ${lock}`,
  );
}

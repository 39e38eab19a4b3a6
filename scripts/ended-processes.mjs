import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/**
 * Removes what ended processes have left in a folder whose entries are named by the process that each belongs to. There may be no folder.
 * @param {string} folder
 */
export function removeOfEnded(folder) {
  for (const pid of entriesOf(folder)) {
    try {
      if (!isRunning(Number(pid))) rmSync(join(folder, pid), { recursive: true, force: true });
    } catch {
      // Another user's, or another process removes it at this moment.
    }
  }
}

/**
 * The names in a folder; none where there is no folder.
 * @param {string} folder
 */
export function entriesOf(folder) {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

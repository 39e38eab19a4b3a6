import { readdirSync, readlinkSync, rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** Where this process has its number: each computer and each container counts its own, and may have this folder too. */
const HERE = `${hostname()}-${numberSpace()}`.replace(/[^\w.-]+/g, "_");
/** Whether a process of elsewhere still runs cannot be seen from here. */
const GONE_ELSEWHERE_MS = 7 * 24 * 3600 * 1000;

/** The name of what belongs to this process, in a folder that others share. */
export const processName = `${process.pid}@${HERE}`;

/**
 * Removes what ended processes have left in a folder whose entries have their names. There may be no folder.
 * @param {string} folder
 */
export function removeOfEnded(folder) {
  for (const name of entriesOf(folder)) {
    const path = join(folder, name);
    const [pid, place = HERE] = name.split("@");
    try {
      const hasEnded =
        place === HERE ? !isRunning(Number(pid)) : statSync(path).mtimeMs < Date.now() - GONE_ELSEWHERE_MS;
      if (hasEnded) rmSync(path, { recursive: true, force: true });
    } catch {
      // Another user's, or another process removes it at this moment.
    }
  }
}

/** On Linux, where containers may have the name of their computer; elsewhere the name must do. */
function numberSpace() {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
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

import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { COPIED } from "../../stores/archive-copy";

/**
 * Removes what earlier runs have kept in this folder.
 * @throws Error where the folder holds something else: it may be another one than was meant.
 */
export async function clearKept(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const own = COPIED.map((prefix) => prefix.slice(0, -1));
  const foreign = (await readdir(folder)).filter((name) => !own.includes(name));
  if (foreign.length > 0)
    throw new Error(`"--clear" empties a folder of kept data only; "${folder}" also holds "${foreign[0]}"`);
  for (const name of own) await rm(path.join(folder, name), { recursive: true, force: true });
}

import { mkdir, mkdtemp, readdir, rm, rmdir, stat } from "node:fs/promises";
import path from "node:path";
import { UsageError } from "../../cli/kit/usage-error";
import { wordsOf } from "../../contract/error-words";
import { COPIED } from "../../stores/archive-copy";

/**
 * Makes the folder that the archive is to be kept in, and tries that something can be made in it: at the end of a run it is too late.
 * @throws UsageError where it cannot be used
 */
export async function claimKept(folder: string): Promise<void> {
  try {
    await makeFolder(path.resolve(folder));
    await rmdir(await mkdtemp(path.join(folder, ".keep-")));
  } catch (error) {
    throw new UsageError(
      `"--keep" must be a folder that you can write, got "${folder}": ${wordsOf(error)}. Fix: name another one, such as .local/data`,
    );
  }
}

/** Makes a folder and those above it, one by one: where the system makes none, as in /proc, Node.js tries all of them without end. */
async function makeFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory()) return;
  await makeFolder(path.dirname(folder));
  await mkdir(folder);
}

/**
 * Removes what earlier runs have kept in this folder.
 * @throws UsageError where the folder holds something else: it may be another one than was meant.
 */
export async function clearKept(folder: string): Promise<void> {
  const own = COPIED.map((prefix) => prefix.slice(0, -1));
  const foreign = (await readdir(folder)).filter((name) => !own.includes(name));
  if (foreign.length > 0)
    throw new UsageError(
      `"--clear" empties a folder of kept data only; "${folder}" also holds "${foreign[0]}". Fix: name another one with "--keep"`,
    );
  for (const name of own) await rm(path.join(folder, name), { recursive: true, force: true });
}

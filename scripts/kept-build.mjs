import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { enableCompileCache } from "node:module";
import { dirname, join } from "node:path";
import { AS_MODULES } from "./build-options.mjs";
import { entriesOf, processName, removeOfEnded } from "./ended-processes.mjs";

/** The project's folder. */
export const projectRoot = dirname(import.meta.dirname);
/** All that a program of this project is made of. */
const SOURCES = [
  ...["index.ts", "cli", "contract", "lambda", "lib", "local", "stores", "watch"],
  ...["scripts/build-options.mjs", "package.json", "package-lock.json", "tsconfig.json"],
];
/** Builds of a program that are kept, besides those that a process runs from. */
const KEPT = 3;

/**
 * The folder with a program's modules, built from the sources as they are now: once, and used by every process that starts afterwards from
 * the same sources. What Node.js compiles of them is kept there too.
 * @param {string} program
 * @param {Record<string, string>} entryPoints Source files, by the name of the module that is built from each.
 * @param {Record<string, (folder: string) => Promise<string>>} others What else is made of the sources: files by name, each made in the folder
 *   with the modules.
 * @returns {Promise<string>}
 */
export async function keptBuild(program, entryPoints, others = {}) {
  const folders = foldersOf(program);
  const name = hashOfSources();
  const folder = join(folders.whole, name);
  use(folders, name);
  const files = [...Object.keys(entryPoints).map((entry) => `${entry}.mjs`), ...Object.keys(others)];
  const isWhole = () => files.every((file) => existsSync(join(folder, file)));
  if (!isWhole()) {
    const unfinished = join(folders.unfinished, processName);
    makeOrEnd(
      unfinished,
      "have the command run once by who owns the project, after each change of it, or use a copy of your own.",
    );
    await buildInto(unfinished, entryPoints, others);
    if (hashOfSources() !== name) {
      // Somebody has changed a source meanwhile.
      rmSync(unfinished, { recursive: true, force: true });
      return keptBuild(program, entryPoints, others);
    }
    // Another process may have built the same meanwhile, and runs from it.
    if (!isWhole()) rmSync(folder, { recursive: true, force: true });
    moveTo(folder, unfinished);
    try {
      removeOld(folders);
    } catch {
      // Another process removes the same at this moment. What is left now goes with the next build.
    }
  }
  enableCompileCache(join(folder, "compiled"));
  return folder;
}

/**
 * Where the builds of a program are, by their sources; and, by process, which one it runs from, and what it has not finished.
 * @param {string} program
 */
function foldersOf(program) {
  const folder = join(projectRoot, "dist", "builds", program);
  return { whole: join(folder, "whole"), used: join(folder, "used"), unfinished: join(folder, "unfinished") };
}

function hashOfSources() {
  const sum = createHash("sha256").update(projectRoot);
  for (const source of SOURCES) {
    const from = join(projectRoot, source);
    const files = statSync(from).isDirectory()
      ? readdirSync(from, { recursive: true, withFileTypes: true }).filter((file) => file.isFile())
      : undefined;
    const names = files?.map((file) => join(file.parentPath, file.name)).sort() ?? [from];
    for (const name of names) {
      const content = readFileSync(name);
      sum.update(`\n${name} ${content.length}\n`).update(content);
    }
  }
  return sum.digest("hex").slice(0, 32);
}

/**
 * Makes a folder in `dist`, or ends the process with what to do.
 * @param {string} folder
 * @param {string} fix
 */
export function makeOrEnd(folder, fix) {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const problem = error instanceof Error ? error.message : error;
    console.error(`"${join(projectRoot, "dist")}" must be a folder that you can write: ${problem}\nFix: ${fix}`);
    process.exit(1);
  }
}

/**
 * Builds, or ends the process with what does not compile.
 * @param {string} outdir
 * @param {Record<string, string>} entryPoints
 * @param {Record<string, (folder: string) => Promise<string>>} others
 */
async function buildInto(outdir, entryPoints, others) {
  // esbuild reads it as it is loaded. In a thread, it starts a process that nobody waits for, which stays as a zombie as long as this one.
  process.env.ESBUILD_WORKER_THREADS = "0";
  // Loaded where it is needed: most processes find their build.
  const { build, stop } = await import("esbuild");
  try {
    await build({
      absWorkingDir: projectRoot,
      entryPoints,
      outdir,
      splitting: true,
      logLevel: "silent",
      ...AS_MODULES,
    });
    for (const [file, make] of Object.entries(others)) writeFileSync(join(outdir, file), await make(outdir));
  } catch (error) {
    rmSync(outdir, { recursive: true, force: true });
    // The compiler's words, with the place.
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  } finally {
    // The process that esbuild keeps for the next build would stay as long as this one.
    await stop();
  }
}

/**
 * In one step: a process that starts meanwhile must not see half of it.
 * @param {string} folder
 * @param {string} unfinished
 */
function moveTo(folder, unfinished) {
  mkdirSync(dirname(folder), { recursive: true });
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

/**
 * Until this process ends, its build is not removed: it loads some modules late, and starts processes from others. What killed processes have
 * left goes.
 * @param {ReturnType<typeof foldersOf>} folders
 * @param {string} name
 */
function use({ whole, used, unfinished }, name) {
  const mark = join(used, processName);
  try {
    mkdirSync(used, { recursive: true });
    writeFileSync(mark, name);
    process.once("exit", () => rmSync(mark, { force: true }));
    removeOfEnded(unfinished);
    removeOfEnded(used);
    const now = new Date();
    utimesSync(join(whole, name), now, now);
  } catch {
    // It is not built yet; or it is another user's, whose build serves as it is.
  }
}

/**
 * Removes the builds of older sources that no process uses.
 * @param {ReturnType<typeof foldersOf>} folders
 */
function removeOld({ whole, used }) {
  const inUse = new Set(entriesOf(used).map((process) => readFileSync(join(used, process), "utf8")));
  /** @param {string} name */
  const startedAt = (name) => statSync(join(whole, name)).mtimeMs;
  const newestFirst = entriesOf(whole).sort((a, b) => startedAt(b) - startedAt(a));
  for (const name of newestFirst.slice(KEPT)) {
    if (!inUse.has(name)) rmSync(join(whole, name), { recursive: true, force: true });
  }
}

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
import { isRunning } from "./is-running.mjs";

/** The project's folder. */
export const projectRoot = dirname(import.meta.dirname);
/** All that a program of this project is made of. */
const SOURCES = [
  ...["index.ts", "cli", "contract", "lambda", "lib", "local", "stores", "watch"],
  ...["scripts/build-options.mjs", "package.json", "package-lock.json", "tsconfig.json"],
];
/** Builds of a program that are kept, besides those that a process runs from. */
const KEPT = 3;
/** The folder with a file for each process that runs from one of the builds, which names the build. */
const USERS = "users";

/**
 * The folder with a program's modules, built from the sources as they are now: once, and used by every process that starts afterwards from
 * the same sources. What Node.js compiles of them is kept there too.
 * @param {string} program
 * @param {Record<string, string>} entryPoints Source files, by the name of the module that is built from each.
 */
export async function keptBuild(program, entryPoints) {
  const builds = join(projectRoot, "dist", "builds", program);
  const name = hashOfSources();
  const folder = join(builds, name);
  use(builds, name);
  const whole = () => Object.keys(entryPoints).every((entry) => existsSync(join(folder, `${entry}.mjs`)));
  if (!whole()) {
    const unfinished = `${folder}.${process.pid}`;
    await buildInto(unfinished, entryPoints);
    // Another process may have built the same meanwhile, and runs from it.
    if (!whole()) rmSync(folder, { recursive: true, force: true });
    moveTo(folder, unfinished);
    try {
      removeOld(builds);
    } catch {
      // Another process removes the same at this moment. What is left now goes with the next build.
    }
  }
  const now = new Date();
  utimesSync(folder, now, now);
  enableCompileCache(join(folder, "compiled"));
  return folder;
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
 * @param {string} outdir
 * @param {Record<string, string>} entryPoints
 */
async function buildInto(outdir, entryPoints) {
  // Loaded where it is needed: most processes find their build.
  const { build, stop } = await import("esbuild");
  try {
    await build({ absWorkingDir: projectRoot, entryPoints, outdir, splitting: true, ...AS_MODULES });
  } catch (error) {
    rmSync(outdir, { recursive: true, force: true });
    throw error;
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
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

/**
 * Until this process ends, its build is not removed: it loads some modules late, and starts processes from others.
 * @param {string} builds
 * @param {string} name
 */
function use(builds, name) {
  const mark = join(builds, USERS, String(process.pid));
  mkdirSync(dirname(mark), { recursive: true });
  writeFileSync(mark, name);
  process.once("exit", () => rmSync(mark, { force: true }));
}

/**
 * Removes the builds of older sources that no process uses, and what killed processes have left.
 * @param {string} builds
 */
function removeOld(builds) {
  const used = new Set();
  for (const pid of readdirSync(join(builds, USERS))) {
    const mark = join(builds, USERS, pid);
    if (isRunning(Number(pid))) used.add(readFileSync(mark, "utf8"));
    else rmSync(mark, { force: true });
  }
  const names = readdirSync(builds).filter((name) => name !== USERS);
  const [unfinished, whole] = [names.filter((name) => name.includes(".")), names.filter((name) => !name.includes("."))];
  /** @param {string} name */
  const startedAt = (name) => statSync(join(builds, name)).mtimeMs;
  const old = whole.sort((a, b) => startedAt(b) - startedAt(a)).slice(KEPT);
  const useless = [
    ...unfinished.filter((name) => !isRunning(Number(name.split(".")[1]))),
    ...old.filter((name) => !used.has(name)),
  ];
  for (const name of useless) rmSync(join(builds, name), { recursive: true, force: true });
}

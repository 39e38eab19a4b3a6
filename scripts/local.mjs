import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildSync, stop } from "esbuild";
import { AS_MODULES } from "./build-options.mjs";
import requireNode from "./require-node.mjs";

requireNode();

const projectRoot = dirname(import.meta.dirname);
const builds = join(projectRoot, "dist", "local");
/** A folder for each run: concurrent runs must not see each other's half-written files. */
const runFolder = join(builds, String(process.pid));
const paths = {
  projectRoot,
  runFolder,
  processor: join(runFolder, "index.js"),
  archiveTransform: join(runFolder, "archive.js"),
  deviceWatch: { watch: join(runFolder, "watch"), sweep: join(runFolder, "watch-sweep") },
  functionRuntime: join(runFolder, "runtime.mjs"),
  emulator: join(runFolder, "emulator.mjs"),
  stream: join(runFolder, "stream"),
  tables: join(runFolder, "tables"),
  objects: join(runFolder, "objects"),
  declare: join(runFolder, "declare.mjs"),
};

removeLeftovers();
build();
// The process that esbuild keeps for the next build would stay as long as the run.
await stop();
const { main } = await import(join(runFolder, "main.mjs"));
process.exit(await main(process.argv.slice(2), paths));

/** Removes the folders of runs that were killed. */
function removeLeftovers() {
  mkdirSync(builds, { recursive: true });
  for (const name of readdirSync(builds)) {
    if (!isRunning(Number(name))) rmSync(join(builds, name), { recursive: true, force: true });
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

function build() {
  buildSync({
    absWorkingDir: projectRoot,
    entryPoints: {
      main: "local/main.ts",
      runtime: "local/aws/lambda/function-host/runtime.ts",
      emulator: "local/aws/emulators/child.ts",
      declare: "local/stack/declare-process.ts",
    },
    outdir: runFolder,
    splitting: true,
    ...AS_MODULES,
  });
}

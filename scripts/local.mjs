import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import requireNode from "./require-node.mjs";

requireNode();

const projectRoot = dirname(import.meta.dirname);
const builds = join(projectRoot, "dist", "local");
/** A folder for each run: two at once must not see each other's half-written files. */
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
};

removeLeftovers();
build();
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
    },
    outdir: runFolder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node24",
    format: "esm",
    // Packages that are CommonJS are required, which ES modules cannot do by themselves.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
}

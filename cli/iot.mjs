#!/usr/bin/env node
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { AS_MODULES } from "../scripts/build-options.mjs";
import requireNode from "../scripts/require-node.mjs";

requireNode();

const projectRoot = dirname(import.meta.dirname);
/** A folder for each call: concurrent calls must not see each other's half-written files. */
const folder = join(projectRoot, "dist", "cli", String(process.pid));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
await build({
  absWorkingDir: projectRoot,
  entryPoints: { main: "cli/main.ts" },
  outdir: folder,
  ...AS_MODULES,
});
const { main } = await import(join(folder, "main.mjs"));
const status = await main(process.argv.slice(2));
// A pipe's reader may be slower than we are: an exit would cut what it has not read.
await Promise.all(
  [process.stdout, process.stderr].map((stream) => new Promise((resolve) => stream.write("", resolve))),
);
process.exit(status);

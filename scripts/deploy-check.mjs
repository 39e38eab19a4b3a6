import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import requireNode from "./require-node.mjs";

requireNode();

const root = dirname(import.meta.dirname);
/** Inside the project, so that its packages are found. */
const folder = mkdtempSync(join(root, "node_modules/.deploy-check-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const outfile = join(folder, "deploy-check.cjs");
buildSync({
  absWorkingDir: root,
  entryPoints: ["test/engine/deploy-check.ts"],
  outfile,
  bundle: true,
  packages: "external",
  platform: "node",
  target: "node24",
  format: "cjs",
});
createRequire(import.meta.url)(outfile).run(root);

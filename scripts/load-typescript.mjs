import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import { AS_COMMONJS } from "./build-options.mjs";
import requireNode from "./require-node.mjs";

requireNode();

/** The project's folder. */
export const root = dirname(import.meta.dirname);

/**
 * Bundles a TypeScript file of the project, named from its root, and returns what it exports.
 * @param {string} file
 */
export function loadTypeScript(file) {
  // Inside the project, so that its packages are found.
  const folder = mkdtempSync(join(root, "node_modules/.bundle-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, "bundle.cjs");
  buildSync({
    absWorkingDir: root,
    entryPoints: [file],
    outfile,
    ...AS_COMMONJS,
  });
  return createRequire(import.meta.url)(outfile);
}

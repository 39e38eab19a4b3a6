const { createHash } = require("node:crypto");
const { existsSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { join } = require("node:path");

/**
 * esbuild, whose builds in memory are made once in a test run, by whoever needs them first: dozens of suites and programs bundle the same
 * functions. They lie in the folder that TEST_RUN_FOLDER names. Vitest takes this module for esbuild; a process that preloads it does so too.
 * @param {typeof import("esbuild")} esbuild
 * @returns {typeof import("esbuild")}
 */
function once(esbuild) {
  /** @type {(options: import("esbuild").BuildOptions) => import("esbuild").BuildResult} */
  function buildSync(options) {
    const folder = process.env.TEST_RUN_FOLDER;
    if (folder === undefined || options.write !== false) return esbuild.buildSync(options);
    const file = join(folder, `${createHash("sha256").update(JSON.stringify(options)).digest("hex")}.json`);
    if (!existsSync(file)) {
      const { outputFiles, ...result } = esbuild.buildSync(options);
      const files = outputFiles?.map(({ path, text }) => ({ path, text }));
      writeFileSync(`${file}.${process.pid}`, JSON.stringify({ ...result, outputFiles: files }));
      // Another process must not see half of it.
      renameSync(`${file}.${process.pid}`, file);
    }
    return JSON.parse(readFileSync(file, "utf8"));
  }
  return /** @type {typeof import("esbuild")} */ ({ ...esbuild, buildSync });
}

const { isPreloading } = /** @type {NodeJS.Module} */ (/** @type {unknown} */ (module));
if (isPreloading) {
  // Whatever copy of esbuild the program finds.
  const loader = /** @type {{ _load(request: string, ...rest: unknown[]): any }} */ (/** @type {unknown} */ (Module));
  const load = loader._load;
  loader._load = function (request, ...rest) {
    const loaded = load.call(this, request, ...rest);
    return request === "esbuild" ? once(loaded) : loaded;
  };
} else module.exports = once(require("../../node_modules/esbuild"));

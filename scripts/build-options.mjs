/**
 * How esbuild bundles the programs of this project for the Node.js that runs them. Packages stay where npm has put them.
 * @satisfies {import("esbuild").BuildOptions}
 */
const PROGRAM = /** @type {const} */ ({ bundle: true, packages: "external", platform: "node", target: "node24" });

/** As one CommonJS file. */
export const AS_COMMONJS = /** @type {const} */ ({ ...PROGRAM, format: "cjs" });

/** As ES modules. Packages that are CommonJS are required, which ES modules cannot do by themselves. */
export const AS_MODULES = /** @type {const} */ ({
  ...PROGRAM,
  format: "esm",
  outExtension: { ".js": ".mjs" },
  banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
});

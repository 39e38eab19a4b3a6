import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildSync, type Metafile } from "esbuild";

/** The functions of the stack. */
export type FunctionName = "processor" | "archive";

/** A function as one file, and what it was made of. */
export interface FunctionBundle {
  /** CommonJS; exports `handler`. */
  readonly code: string;
  /** For whoever debugs; it is not uploaded. */
  readonly sourceMap: string;
  /** Paths of the sources of which something is in the code, from the project's root. */
  readonly sources: readonly string[];
}

/** The modules that the bundles begin with. */
const ENTRY: Readonly<Record<FunctionName, string>> = {
  processor: "lambda/processor/handler.ts",
  archive: "lambda/archive/handler.ts",
};
/** Where `npm run build` puts the bundles, from the project's root; the maps' paths start from here. */
export const BUNDLE_FILE: Readonly<Record<FunctionName, string>> = {
  processor: "dist/processor/index.js",
  archive: "dist/archive/index.js",
};
/** The licences of what is in the processor's bundle, from the project's root; uploaded beside it. */
export const NOTICES_FILE = "THIRD-PARTY-NOTICES";

/** The text of the licences, as `npm run notices` wrote it; a test keeps it in step with the bundle. */
export function readNotices(root = findRoot()): string {
  return readFileSync(join(root, NOTICES_FILE), "utf8");
}

/**
 * Bundles a function for the Node.js 24 runtime. The same sources give the same bytes, wherever the project lies
 * and wherever it is called from, so that a preview shows a change only where there is one.
 * @param root The project's root; found by itself where this module or the working directory lies below it.
 */
export function bundleFunction(name: FunctionName, root = findRoot()): FunctionBundle {
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: [ENTRY[name]],
    outfile: BUNDLE_FILE[name],
    bundle: true,
    write: false,
    platform: "node",
    target: "node24",
    format: "cjs",
    // The packages' ES modules can be shaken: a third smaller than their CommonJS, and half the load time.
    mainFields: ["module", "main"],
    minify: true,
    // Licences are in THIRD-PARTY-NOTICES.
    legalComments: "none",
    sourcemap: "external",
    metafile: true,
    logLevel: "silent",
    // Settings of a developer's own must not change what is deployed.
    tsconfigRaw: {},
  });
  const text = (end: string) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? "";
  return { code: text(".js"), sourceMap: text(".js.map"), sources: sourcesOf(metafile, BUNDLE_FILE[name]) };
}

function sourcesOf(metafile: Metafile, file: string): readonly string[] {
  const inputs = metafile.outputs[file]?.inputs ?? {};
  return Object.keys(inputs).filter((path) => (inputs[path]?.bytesInOutput ?? 0) > 0);
}

/** The nearest folder that holds the functions: from here upwards (CommonJS), else from the working directory. */
function findRoot(): string {
  const start = typeof __dirname === "string" ? __dirname : process.cwd();
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ENTRY.processor))) return folder;
    if (folder === dirname(folder)) {
      throw new Error(
        `"${ENTRY.processor}" was not found in "${start}" or above it; run the command from the project's folder`,
      );
    }
  }
}

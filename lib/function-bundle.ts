import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type BuildOptions, buildSync, type Metafile } from "esbuild";

/** The functions of the stack. */
export type FunctionName = "processor" | "archive" | "watch" | "watchSweep";

/** A function as one file, and its sources. */
export interface FunctionBundle {
  /** CommonJS; exports `handler`. */
  readonly code: string;
  /** For debugging; it is not uploaded. Empty where it is not asked for. */
  readonly sourceMap: string;
  /** Paths of the sources that contribute to the code, from the project's root. */
  readonly sources: readonly string[];
}

/** The bundles of all functions. */
export type FunctionBundles = Readonly<Record<FunctionName, FunctionBundle>>;

/** The entry module of each bundle. */
const ENTRY: Readonly<Record<FunctionName, string>> = {
  processor: "lambda/processor/handler.ts",
  archive: "lambda/archive/handler.ts",
  watch: "lambda/watch/handler.ts",
  watchSweep: "lambda/watch/sweep/handler.ts",
};
/** Where `npm run build` writes the bundles, from the project's root; paths in the source maps are relative to it. */
export const BUNDLE_FILE: Readonly<Record<FunctionName, string>> = {
  processor: "dist/processor/index.js",
  archive: "dist/archive/index.js",
  watch: "dist/watch/index.js",
  watchSweep: "dist/watch-sweep/index.js",
};
/** File of the licences of the packages in the bundles, from the project's root; it is uploaded beside each bundle that has any. */
export const NOTICES_FILE = "THIRD-PARTY-NOTICES";

/** The text of the licences. `npm run notices` writes it, and a test compares it with the bundles. */
export function readNotices(root = findRoot()): string {
  return readFileSync(join(root, NOTICES_FILE), "utf8");
}

/** How a function is bundled for Lambda's runtime. */
export const FUNCTION_BUILD = {
  bundle: true,
  platform: "node",
  target: "node24",
  format: "cjs",
  // The bundler drops unused parts of ES modules: a third smaller than the packages' CommonJS, and half the load time.
  mainFields: ["module", "main"],
  minify: true,
  // THIRD-PARTY-NOTICES has the licences.
  legalComments: "none",
} satisfies BuildOptions;

/**
 * Bundles the functions for the Node.js 24 runtime, all at once: what they share is read and parsed once. The same sources give the same
 * bytes in every folder of every machine, so a preview shows a change only if there is one.
 * @param root The project's root. @default the nearest folder above this module, or above the working directory
 * @param sourceMaps Whether they are wanted; they take as long as the rest. @default false
 * @throws Error if the project's root is not found or a source does not compile
 */
export function bundleFunctions(root = findRoot(), sourceMaps = false): FunctionBundles {
  const names = Object.keys(ENTRY) as FunctionName[];
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: names.map((name) => ({ in: ENTRY[name], out: BUNDLE_FILE[name].replace(/\.js$/, "") })),
    outdir: root,
    write: false,
    ...FUNCTION_BUILD,
    ...(sourceMaps ? { sourcemap: "external" } : {}),
    metafile: true,
    logLevel: "silent",
    // A developer's own settings must not change what is deployed.
    tsconfigRaw: {},
  });
  const textOf = (file: string) => outputFiles.find(({ path }) => path === join(root, file))?.text ?? "";
  const bundles = names.map((name): [FunctionName, FunctionBundle] => {
    const file = BUNDLE_FILE[name];
    return [name, { code: textOf(file), sourceMap: textOf(`${file}.map`), sources: sourcesOf(metafile, file) }];
  });
  return Object.fromEntries(bundles) as FunctionBundles;
}

let ofThisProcess: FunctionBundles | undefined;

/** The bundles that this process declares, made once, however many stacks it declares. */
export function functionBundles(): FunctionBundles {
  ofThisProcess ??= bundleFunctions();
  return ofThisProcess;
}

/** Has this process declare bundles that another one has made of the same sources. */
export function useFunctionBundles(made: FunctionBundles): void {
  ofThisProcess = made;
}

function sourcesOf(metafile: Metafile, file: string): readonly string[] {
  const inputs = metafile.outputs[file]?.inputs ?? {};
  return Object.keys(inputs).filter((path) => (inputs[path]?.bytesInOutput ?? 0) > 0);
}

/** The nearest folder with the functions, from this module upwards (in CommonJS) or from the working directory. */
function findRoot(): string {
  const start = typeof __dirname === "string" ? __dirname : process.cwd();
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ENTRY.processor))) return folder;
    if (folder === dirname(folder)) {
      throw new Error(
        `"${ENTRY.processor}" must be in "${start}" or a folder above it, got neither. Fix: run the command in the project's folder`,
      );
    }
  }
}

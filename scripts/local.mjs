import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { processName, removeOfEnded } from "./ended-processes.mjs";
import { keptBuild, makeOrEnd, projectRoot } from "./kept-build.mjs";
import requireNode from "./require-node.mjs";

requireNode();
// Where a machine has much memory, V8 lets a heap grow to four times what is in use; half more costs hardly any processor time.
setFlagsFromString("--heap-growing-percent=50");

const build = await keptBuild(
  "local",
  {
    main: "local/main.ts",
    runtime: "local/aws/lambda/function-host/runtime.ts",
    emulator: "local/aws/emulators/child.ts",
    declare: "local/stack/declare-process.ts",
    functions: "lib/function-bundle.ts",
  },
  {
    "bundles.json": async (folder) => {
      const { bundleFunctions } = await import(join(folder, "functions.mjs"));
      return JSON.stringify(bundleFunctions(projectRoot));
    },
  },
);
const runs = join(projectRoot, "dist", "local");
/** A folder for what each run writes while it is up. */
const runFolder = join(runs, processName);
makeOrEnd(runFolder, "use a copy of the project of your own: the run lays its tables and objects there.");
removeOfEnded(runs);
const { main } = await import(join(build, "main.mjs"));
process.exit(
  await main(process.argv.slice(2), {
    projectRoot,
    runFolder,
    processor: join(runFolder, "index.js"),
    archiveTransform: join(runFolder, "archive.js"),
    deviceWatch: { watch: join(runFolder, "watch"), sweep: join(runFolder, "watch-sweep") },
    stream: join(runFolder, "stream"),
    tables: join(runFolder, "tables"),
    objects: join(runFolder, "objects"),
    functionRuntime: join(build, "runtime.mjs"),
    emulator: join(build, "emulator.mjs"),
    declare: join(build, "declare.mjs"),
    declared: join(build, "declared"),
  }),
);

/** `npm test`: the suites that compute beside those that start processes and wait. With arguments: Jest with them. */
import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { promisify } from "node:util";
import { testRunFolder } from "../test/helpers/before-all.mjs";
import { sideBySide } from "./side-by-side.mjs";

const run = promisify(execFile);
const WAITING = ["test/engine/", "test/integration/"];
/** Suites that compute at once: now and then one waits. */
const COMPUTING = Math.ceil(1.5 * availableParallelism());
const jest = ["node", "node_modules/jest/bin/jest.js"];
const args = process.argv.slice(2);

if (args.length === 0) {
  // Built once: the suites that start them do so side by side, and would each build them. What does not compile, they say themselves.
  await Promise.allSettled(["scripts/local.mjs", "cli/iot.mjs"].map((program) => run("node", [program, "--help"])));
}
process.env.TEST_RUN_FOLDER = testRunFolder();
process.exit(
  await (args.length > 0
    ? sideBySide({ Jest: [...jest, ...args] })
    : sideBySide(
        {
          "unit tests": [...jest, "--coverage", `--maxWorkers=${COMPUTING}`, "--testPathIgnorePatterns", ...WAITING],
          "integration tests": [...jest, ...WAITING],
        },
        { yielding: "unit tests" },
      )),
);

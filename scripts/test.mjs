/** `npm test`: the suites that compute beside those that start processes and wait. With arguments: Vitest with them. */
import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { promisify } from "node:util";
import { testRunFolder } from "../test/helpers/before-all.mjs";
import { sideBySide } from "./side-by-side.mjs";

const run = promisify(execFile);
const vitest = ["node", "node_modules/vitest/vitest.mjs"];
const args = process.argv.slice(2);
/** @param {number} count How many suites run at once, unless the arguments say it. */
const atOnce = (count) => (args.some((arg) => /^--max-?workers/i.test(arg)) ? [] : [`--maxWorkers=${count}`]);
/** Suites that compute: now and then one waits. */
const COMPUTING = atOnce(Math.ceil(1.5 * availableParallelism()));
/** Suites that start a run, which wait more than they compute. */
const WAITING = atOnce(6);

if (args.length === 0) {
  // Built once: the suites that start them do so side by side, and would each build them. What does not compile, they say themselves.
  await Promise.allSettled(["scripts/local.mjs", "cli/iot.mjs"].map((program) => run("node", [program, "--help"])));
}
process.env.TEST_RUN_FOLDER = testRunFolder();
process.exit(
  await (args.length > 0
    ? sideBySide({ Vitest: [...vitest, "--project=units", "--project=integration", ...WAITING, ...args] })
    : sideBySide(
        {
          "unit tests": [...vitest, "--project=units", "--coverage", ...COMPUTING],
          "integration tests": [...vitest, "--project=integration", ...WAITING],
        },
        { yielding: "unit tests" },
      )),
);

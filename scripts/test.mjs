/** `npm test`: the suites that compute beside those that start processes and wait. With arguments: Vitest with them. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { testRunFolder } from "../test/helpers/before-all.mjs";
import { sideBySide } from "./side-by-side.mjs";

const run = promisify(execFile);
const vitest = ["node", "node_modules/vitest/vitest.mjs"];
const args = process.argv.slice(2);

if (args.length === 0) {
  // Built once: the suites that start them do so side by side, and would each build them. What does not compile, they say themselves.
  await Promise.allSettled(["scripts/local.mjs", "cli/iot.mjs"].map((program) => run("node", [program, "--help"])));
}
process.env.TEST_RUN_FOLDER = testRunFolder();
process.exit(
  await (args.length > 0
    ? sideBySide({ Vitest: [...vitest, "--project=units", "--project=integration", ...args] })
    : sideBySide(
        {
          "unit tests": [...vitest, "--project=units", "--coverage"],
          "integration tests": [...vitest, "--project=integration"],
        },
        { yielding: "unit tests" },
      )),
);

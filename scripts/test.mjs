/** `npm test`: the suites that compute, one for each core, beside those that start processes and wait. With arguments: Jest with them. */
import { testRunFolder } from "../test/helpers/before-all.mjs";
import { sideBySide } from "./side-by-side.mjs";

const WAITING = ["test/engine/", "test/integration/"];
const jest = ["node", "node_modules/jest/bin/jest.js"];
const args = process.argv.slice(2);

process.env.TEST_RUN_FOLDER = testRunFolder();
process.exit(
  await (args.length > 0
    ? sideBySide({ Jest: [...jest, ...args] })
    : sideBySide(
        {
          "unit tests": [...jest, "--coverage", "--maxWorkers=100%", "--testPathIgnorePatterns", ...WAITING],
          "integration tests": [...jest, ...WAITING],
        },
        { yielding: "unit tests" },
      )),
);

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { removeOfEnded } from "../../scripts/ended-processes.mjs";
import { projectRoot } from "../../scripts/kept-build.mjs";
import requireNode from "../../scripts/require-node.mjs";

/** Before the suites: what their processes share has a folder of its own in each test run, which may be of several Jests. */
export default function beforeAll() {
  requireNode();
  if (process.env.TEST_RUN_FOLDER === undefined) process.env.TEST_RUN_FOLDER = testRunFolder();
}

/** Makes the folder, which goes with this process. What ends after it, of an interrupted run, may leave something there: the next run removes it. */
export function testRunFolder() {
  const runs = join(projectRoot, "dist", "test-runs");
  const folder = join(runs, String(process.pid));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  removeOfEnded(runs);
  remove();
  mkdirSync(folder, { recursive: true });
  process.once("exit", remove);
  return folder;
}

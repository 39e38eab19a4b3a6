import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { processName, removeOfEnded } from "../../scripts/ended-processes.mjs";
import { projectRoot } from "../../scripts/kept-build.mjs";
import requireNode from "../../scripts/require-node.mjs";

/**
 * Before the suites: what their processes share has a folder of its own in each test run, which may have several processes.
 * @param {import("vitest/node").TestProject} project
 */
export default function beforeAll(project) {
  requireNode();
  process.env.TEST_RUN_FOLDER ??= testRunFolder();
  const { TEST_RUN_FOLDER: folder } = process.env;
  // The sources are others than in the run before.
  project.onTestsRerun(() => {
    for (const file of readdirSync(folder)) rmSync(join(folder, file), { recursive: true });
  });
}

/** Makes the folder, which goes with this process. What ends after it, of an interrupted run, may leave something there: the next run removes it. */
export function testRunFolder() {
  const runs = join(projectRoot, "dist", "test-runs");
  const folder = join(runs, processName);
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  removeOfEnded(runs);
  remove();
  mkdirSync(folder, { recursive: true });
  process.once("exit", remove);
  return folder;
}

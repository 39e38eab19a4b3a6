import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import requireNode from "../../scripts/require-node.mjs";

/** Before the suites: what their processes share has a folder of its own in each test run, which may be of several Jests. */
export default function beforeAll() {
  requireNode();
  if (process.env.TEST_RUN_FOLDER === undefined) process.env.TEST_RUN_FOLDER = testRunFolder();
}

/** Makes the folder, which goes with this process. */
export function testRunFolder() {
  const folder = mkdtempSync(join(tmpdir(), "test-run-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  return folder;
}

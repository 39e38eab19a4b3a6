import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import requireNode from "../../scripts/require-node.mjs";

/** Before the suites: what their processes share has a folder of its own in each test run. */
export default function beforeAll() {
  requireNode();
  process.env.TEST_RUN_FOLDER = mkdtempSync(join(tmpdir(), "test-run-"));
}

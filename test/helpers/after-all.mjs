import { rmSync } from "node:fs";

/** After the suites. */
export default function afterAll() {
  rmSync(process.env.TEST_RUN_FOLDER ?? "", { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

import { rmSync } from "node:fs";

/** After the suites. */
export default function afterAll() {
  rmSync(process.env.BUNDLED_ONCE ?? "", { recursive: true, force: true });
}

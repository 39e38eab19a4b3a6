import { readFileSync } from "node:fs";
import { BUNDLE_FILE, type FunctionBundles } from "../../lib/function-bundle";

/** What the functions were bundled to, or undefined where the file does not hold it whole. Bundling takes half as long as declaring. */
export function readBundles(file: string): FunctionBundles | undefined {
  try {
    const made = JSON.parse(readFileSync(file, "utf8"));
    const whole = Object.keys(BUNDLE_FILE).every((name) => typeof made[name].code === "string");
    return whole ? made : undefined;
  } catch {
    return undefined;
  }
}

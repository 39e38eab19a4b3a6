import { createHash } from "node:crypto";
import type { AnomalyLimit } from "../../contract/variables";
import type { QuietWindow, WatchRule } from "./rule";
import { RuleSet } from "./rule-set";

/** Form of the file: another release's is refused, not guessed. */
const FORM = 1;

/** The rules as they travel in the function's archive: variables hold 4 KB. The same rules give the same text. */
export function rulesFileText(rules: readonly WatchRule[], quiet: readonly QuietWindow[]): string {
  return `${JSON.stringify({ form: FORM, rules, quiet }, null, 1)}\n`;
}

/**
 * The rules in such a file, and a hash of it.
 * @throws {Error} if the text is no file of this form
 */
export function readRulesFile(
  text: string,
  anomalyLimits: ReadonlyMap<string, AnomalyLimit>,
): { readonly rules: RuleSet; readonly hash: string } {
  const { form, rules, quiet } = JSON.parse(text) as { form?: unknown; rules?: WatchRule[]; quiet?: QuietWindow[] };
  if (form !== FORM || !Array.isArray(rules) || !Array.isArray(quiet))
    throw new Error(
      `"form" of the watch's rules must be ${FORM}, got ${JSON.stringify(form)}. Fix: deploy the stack again`,
    );
  const hash = createHash("sha256").update(text).digest("base64url").slice(0, 12);
  return { rules: new RuleSet(rules, quiet, anomalyLimits), hash };
}

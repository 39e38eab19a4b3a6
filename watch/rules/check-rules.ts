import { fromJson, isObject } from "../../contract/json";
import type { AnomalyLimit } from "../../contract/variables";
import { mustBe, type NearestWord, show, unknownField } from "./problem";
import { QUALITY_RULE, type WatchRule } from "./rule";
import { RULE_FIELDS, type RuleField, type RuleFields } from "./rule-fields";
import { fieldsTogether } from "./rule-fields-together";
import { underProblems } from "./under";
import { watchRuleOf } from "./watch-rule-of";

/** The rules, or all that is wrong with them. */
export type CheckedRules =
  | { readonly ok: true; readonly rules: readonly WatchRule[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** What the check may know beside the rules. */
export interface RuleContext {
  /** Bounds of `anomaly: true`, by sensor type. Without them it is not checked that there are any. */
  readonly anomalyLimits?: Readonly<Record<string, AnomalyLimit>>;
  readonly nearest?: NearestWord;
}

/** Most rules: each is looked at for each reading. */
export const MAX_RULES = 100;
const NAME = /^[a-z][a-z0-9-]{0,39}$/;

/**
 * Checks the value of `watchRules`, and reports every problem.
 * @param given An object of rules by name, or its JSON; undefined means no rules.
 * @param key The configuration's key, or another name for what is checked, such as a file's.
 */
export function checkWatchRules(given: unknown, context: RuleContext = {}, key = "watchRules"): CheckedRules {
  const value = given === undefined ? {} : fromJson(given);
  if (!isObject(value))
    return {
      ok: false,
      problems: [
        mustBe(key, 'an object of rules by name, such as {"hot":{"sensorType":"temperature","above":90}}', given),
      ],
    };
  const names = Object.keys(value);
  if (names.length > MAX_RULES)
    return { ok: false, problems: [mustBe(key, `at most ${MAX_RULES} rules`, names.length)] };
  const problems: string[] = [];
  const rules = names.flatMap((name) => {
    const found = checkRule(value[name], name, `${key}.${name}`, context);
    problems.push(...found.problems);
    return found.rule ?? [];
  });
  problems.push(...underProblems(value, key, context.nearest));
  return problems.length === 0 ? { ok: true, rules } : { ok: false, problems };
}

function checkRule(
  given: unknown,
  name: string,
  path: string,
  context: RuleContext,
): { readonly problems: readonly string[]; readonly rule?: WatchRule } {
  const problems: string[] = [];
  if (name === QUALITY_RULE)
    problems.push(`"${path}" must be another name than the built-in rule's, got "${name}". Fix: rename the rule`);
  else if (!NAME.test(name))
    problems.push(
      `"${path}" must be named with 1 to 40 lower-case letters, digits and hyphens, a letter first, got ${show(name)}. Fix: rename the rule`,
    );
  if (!isObject(given)) return { problems: [...problems, mustBe(path, "an object with a rule's fields", given)] };
  const fields = checkFields(given, path, context.nearest, problems);
  problems.push(...fieldsTogether(given, fields, path, context.anomalyLimits));
  return problems.length === 0 ? { problems, rule: watchRuleOf(name, fields) } : { problems };
}

function checkFields(
  given: Readonly<Record<string, unknown>>,
  path: string,
  nearest: NearestWord | undefined,
  problems: string[],
): RuleFields {
  const fields: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(given)) {
    if (!Object.hasOwn(RULE_FIELDS, field)) {
      problems.push(unknownField(`${path}.${field}`, field, Object.keys(RULE_FIELDS), "a rule", nearest));
      continue;
    }
    const checked = RULE_FIELDS[field as RuleField](value);
    if (checked.ok) fields[field] = checked.value;
    else problems.push(mustBe(`${path}.${field}`, checked.rule, value));
  }
  return fields as RuleFields;
}

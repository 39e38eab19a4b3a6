import { parseDocument } from "yaml";
import { isObject } from "../../contract/json";
import { DEFAULTS } from "../../contract/variables";
import { anomalyLimitsOver } from "../../lib/anomaly-limits";
import { checkWatchQuiet } from "../../watch/rules/check-quiet";
import { checkWatchRules } from "../../watch/rules/check-rules";
import { RuleSet } from "../../watch/rules/rule-set";
import { nearest } from "../kit/nearest";
import { UsageError } from "../kit/usage-error";

/** What a file of rules may hold, and what a stack's configuration file has it under. */
const KEYS = ["watchRules", "watchQuiet", "anomalyLimits"] as const;
const NAMESPACE = "industrial-iot-monitoring:";

/** What is tried. */
export interface TriedRules {
  readonly rules: RuleSet;
  /** Sensor types that have bounds. */
  readonly boundedTypes: readonly string[];
}

/**
 * The rules in a file, YAML or JSON: `watchRules`, and where given `watchQuiet` and `anomalyLimits`. A stack's `Pulumi.<stack>.yaml`
 * is such a file.
 * @param file Its name, for an error.
 * @throws UsageError with every problem
 */
export function triedRules(text: string, file: string): TriedRules {
  const given = settingsIn(text, file);
  const bounds = anomalyLimitsOver(DEFAULTS.anomalyLimits)(given.anomalyLimits ?? {});
  const anomalyLimits = bounds.ok ? bounds.value : {};
  const rules = checkWatchRules(given.watchRules, { ...(bounds.ok && { anomalyLimits }), nearest });
  const quiet = checkWatchQuiet(given.watchQuiet, nearest);
  const problems = [
    ...(bounds.ok ? [] : [`"anomalyLimits" must be ${bounds.rule}`]),
    ...(rules.ok ? [] : rules.problems),
    ...(quiet.ok ? [] : quiet.problems),
  ];
  if (!rules.ok || !quiet.ok || problems.length > 0)
    throw new UsageError(
      `The rules in "${file}" cannot be tried. Fix: correct the file\n${problems.map(inFile).join("\n")}`,
    );
  return {
    rules: new RuleSet(rules.rules, quiet.quiet, new Map(Object.entries(anomalyLimits))),
    boundedTypes: Object.keys(anomalyLimits),
  };
}

type Settings = Readonly<Partial<Record<(typeof KEYS)[number], unknown>>>;

/** @throws UsageError where there are no rules */
function settingsIn(text: string, file: string): Settings {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined)
    throw new UsageError(`"--rules" must be a file of YAML or JSON, got "${file}": ${error.message}`);
  const top: unknown = document.toJS();
  const own = isObject(top) && isObject(top.config) ? top.config : top;
  const entries = isObject(own)
    ? Object.entries(own).map(
        ([key, value]) => [key.startsWith(NAMESPACE) ? key.slice(NAMESPACE.length) : key, value] as const,
      )
    : [];
  const isStack = own !== top || entries.length === 0;
  const unknown = isStack ? [] : entries.filter(([key]) => !KEYS.some((known) => known === key));
  const settings = Object.fromEntries(entries);
  if (settings.watchRules !== undefined && unknown.length === 0) return settings;
  const got = unknown[0] === undefined ? "none" : `"${unknown[0][0]}"`;
  throw new UsageError(
    `"--rules" must be a file with "watchRules" and, where needed, ${KEYS.slice(1).join(" and ")}, got ${got} in "${file}". Fix: put the rules under "watchRules:"`,
  );
}

/** A problem without the advice for a stack's configuration. */
function inFile(problem: string): string {
  return problem.replace(/\.? Fix: pulumi config .*$/, "");
}

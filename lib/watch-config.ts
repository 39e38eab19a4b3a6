import { checkWatchQuiet } from "../watch/rules/check-quiet";
import { checkWatchRules } from "../watch/rules/check-rules";
import type { QuietWindow, WatchRule } from "../watch/rules/rule";
import type { Rule } from "./config-rules";
import { nearestWord } from "./nearest-word";

/** The device watch's rules, by name. */
export const watchRules: Rule<readonly WatchRule[]> = (given, { anomalyLimits } = {}) => {
  const context = { nearest: nearestWord, ...(anomalyLimits === undefined ? {} : { anomalyLimits }) };
  const checked = checkWatchRules(given, context);
  if (checked.ok) return { ok: true, value: checked.rules };
  return {
    ok: false,
    rule: 'an object of rules by name, such as {"hot":{"sensorType":"temperature","above":90}}',
    problems: checked.problems,
  };
};

/** When devices are not told about. */
export const watchQuiet: Rule<readonly QuietWindow[]> = (given) => {
  const checked = checkWatchQuiet(given, nearestWord);
  if (checked.ok) return { ok: true, value: checked.quiet };
  return {
    ok: false,
    rule: 'a list of quiet times, such as [{"device":"boiler-*","reason":"revision"}]',
    problems: checked.problems,
  };
};

import { isObject } from "../../contract/json";
import { type NearestWord, show } from "./problem";
import type { WatchRule } from "./rule";

/** Problems of the rules with the rules that they name in `under`. */
export function underProblems(
  rules: Readonly<Record<string, unknown>>,
  key: string,
  nearest: NearestWord | undefined,
): readonly string[] {
  const above = (name: string): unknown => (isObject(rules[name]) ? rules[name].under : undefined);
  const names = Object.keys(rules);
  return names.flatMap((name) => {
    const under = above(name);
    if (typeof under !== "string") return [];
    const path = `${key}.${name}.under`;
    const fix = `Fix: pulumi config set --path '${path}' <rule>, or pulumi config rm --path '${path}'`;
    if (!Object.hasOwn(rules, under)) {
      const meant = nearest?.(
        under,
        names.filter((other) => other !== name),
      );
      return [
        `"${path}" must be another rule's name, got ${show(under)}${meant ? `; did you mean "${meant}"?` : "."} ${fix}`,
      ];
    }
    return isInCircle(name, above)
      ? [`"${path}" must not lead back to the rule itself, got ${show(under)}. ${fix}`]
      : [];
  });
}

/** The rules in their order, but each behind the one that it is under: what speaks for an alarm is judged before it. */
export function behindTheirUpper(rules: readonly WatchRule[]): readonly WatchRule[] {
  const placed = new Set<string>();
  const ordered: WatchRule[] = [];
  const place = (rule: WatchRule): void => {
    if (placed.has(rule.name)) return;
    placed.add(rule.name);
    const upper = rules.find(({ name }) => name === rule.under);
    if (upper !== undefined) place(upper);
    ordered.push(rule);
  };
  rules.forEach(place);
  return ordered;
}

function isInCircle(start: string, above: (name: string) => unknown): boolean {
  const seen = new Set<string>();
  for (let name = above(start); typeof name === "string" && !seen.has(name); name = above(name)) {
    if (name === start) return true;
    seen.add(name);
  }
  return false;
}

import { isObject } from "../../contract/json";
import { type NearestWord, show } from "./problem";

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

function isInCircle(start: string, above: (name: string) => unknown): boolean {
  const seen = new Set<string>();
  for (let name = above(start); typeof name === "string" && !seen.has(name); name = above(name)) {
    if (name === start) return true;
    seen.add(name);
  }
  return false;
}

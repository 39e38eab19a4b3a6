/**
 * Compiles a filter pattern for unstructured text: every plain term, at least one of the terms with `?`, none of those with `-`;
 * quotes hold a term of several words together. Undefined for a pattern that is not evaluated here (JSON, columns, `%expressions%`).
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function compileFilterPattern(pattern: string): ((message: string) => boolean) | undefined {
  const text = pattern.trim();
  if (/^[{[]/.test(text)) return undefined;
  const terms = text.match(/[?-]?"(?:[^"\\]|\\.)*"|[^\s"]+/g) ?? [];
  if (terms.join("").replaceAll(/\s/g, "").length !== text.replaceAll(/\s/g, "").length) return undefined;
  const all: string[] = [];
  const any: string[] = [];
  const none: string[] = [];
  for (const term of terms) {
    const sign = /^[?-]/.exec(term)?.[0] ?? "";
    const word = term.slice(sign.length);
    if (word.startsWith("%") || word === "") return undefined;
    const plain = word.startsWith('"') ? word.slice(1, -1).replaceAll(/\\(.)/g, "$1") : word;
    (sign === "?" ? any : sign === "-" ? none : all).push(plain);
  }
  // AWS ignores the optional terms where others stand beside them.
  const wanted = all.length > 0 || none.length > 0 ? [] : any;
  return (message) =>
    all.every((term) => message.includes(term)) &&
    none.every((term) => !message.includes(term)) &&
    (wanted.length === 0 || wanted.some((term) => message.includes(term)));
}

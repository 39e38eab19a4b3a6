/** The word that a misspelt one most likely means. The stack and the commands have one; the function needs none. */
export type NearestWord = (misspelt: string, words: readonly string[]) => string | undefined;

/** What was given, as a person wrote it, cut where it is long. */
export function show(given: unknown): string {
  if (given === undefined) return "nothing";
  const text = typeof given === "string" ? `"${given}"` : JSON.stringify(given);
  return text.length > 80 ? `${text.slice(0, 80)}… (${text.length} characters)` : text;
}

/** A field with the wrong value. */
export function mustBe(path: string, rule: string, given: unknown): string {
  return `"${path}" must be ${rule}, got ${show(given)}. Fix: pulumi config set --path '${path}' <value>`;
}

/** A field that nobody reads. */
export function unknownField(
  path: string,
  field: string,
  known: readonly string[],
  what: string,
  nearest?: NearestWord,
): string {
  const meant = nearest?.(field, known);
  const fix = `pulumi config rm --path '${path}'`;
  return `"${path}" must be a field of ${what} (${known.join(", ")}), got "${field}"${meant ? `; did you mean "${meant}"?` : "."} Fix: ${fix}`;
}

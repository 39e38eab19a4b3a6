/** Typing errors that a suggestion forgives: a letter more, less or other, or two letters swapped. */
const MAX_DISTANCE = 2;

/** The name that was probably meant; undefined if no name is near. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  const near = names
    .map((name) => ({ name, distance: name.startsWith(given) && given.length > 2 ? 0 : distance(given, name) }))
    .filter((candidate) => candidate.distance <= Math.min(MAX_DISTANCE, Math.floor(candidate.name.length / 2)))
    .sort((left, right) => left.distance - right.distance);
  return near[0]?.name;
}

/** ` Did you mean "--devices"?`; empty where no name is near. */
export function didYouMean(given: string, names: readonly string[]): string {
  const name = nearest(given, names);
  return name === undefined ? "" : ` Did you mean "${name}"?`;
}

/** Edits from one text to the other: insert, delete or replace a letter (Levenshtein). */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (const [at, letter] of [...left].entries()) {
    const next = [at + 1];
    for (const [column, other] of [...right].entries())
      next.push(
        Math.min((next[column] ?? 0) + 1, (row[column + 1] ?? 0) + 1, (row[column] ?? 0) + (letter === other ? 0 : 1)),
      );
    row = next;
  }
  return row[right.length] ?? 0;
}

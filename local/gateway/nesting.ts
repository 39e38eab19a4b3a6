/** DynamoDB takes 31 maps and lists within each other: the value in them counts as a level, too (nubo-db/dynamodb-conformance, 2026-09). */
const MAX_NESTING = 31;

/** Whether a request writes an item that is nested deeper than DynamoDB takes. Its body is DynamoDB's JSON. */
export function isTooDeep(body: Buffer): boolean {
  // Each level has a type of its own: where there are few of them, nothing is deep.
  if (occurrences(body, '"M"') + occurrences(body, '"L"') <= MAX_NESTING) return false;
  try {
    return deepest(JSON.parse(body.toString())) > MAX_NESTING;
  } catch {
    return false;
  }
}

function occurrences(body: Buffer, token: string): number {
  let count = 0;
  for (let at = body.indexOf(token); at >= 0; at = body.indexOf(token, at + token.length)) count += 1;
  return count;
}

/** The most `{"M":…}` and `{"L":…}` within each other, anywhere in a value. */
function deepest(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const within = (values: Iterable<unknown>) => {
    let most = 0;
    for (const each of values) most = Math.max(most, deepest(each));
    return most;
  };
  if (Array.isArray(value)) return within(value);
  const [only, ...others] = Object.entries(value);
  const isContainer = only !== undefined && others.length === 0 && (only[0] === "M" || only[0] === "L");
  return isContainer && typeof only[1] === "object" && only[1] !== null
    ? 1 + within(Object.values(only[1]))
    : within(Object.values(value));
}

/** DynamoDB takes 31 maps and lists within each other: the value in them counts as a level, too (nubo-db/dynamodb-conformance, 2026-09). */
const MAX_NESTING = 31;

/** Whether a request writes an item that is nested deeper than DynamoDB takes. Its body is DynamoDB's JSON. */
export function isTooDeep(body: Buffer): boolean {
  // Each level has a type of its own: where there are few of them, nothing is deep.
  if (occurrences(body, '"M"') + occurrences(body, '"L"') <= MAX_NESTING) return false;
  try {
    return exceeds(JSON.parse(body.toString()), MAX_NESTING);
  } catch {
    return false;
  }
}

function occurrences(body: Buffer, token: string): number {
  let count = 0;
  for (let at = body.indexOf(token); at >= 0; at = body.indexOf(token, at + token.length)) count += 1;
  return count;
}

/** Whether more than so many `{"M":…}` and `{"L":…}` stand within each other, anywhere in a value. Looks no deeper than it has to: a body can hold any number. */
function exceeds(value: unknown, allowed: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  const [only, ...others] = Object.entries(value);
  const isContainer = only !== undefined && others.length === 0 && (only[0] === "M" || only[0] === "L");
  if (!isContainer || typeof only[1] !== "object" || only[1] === null)
    return Object.values(value).some((each) => exceeds(each, allowed));
  return allowed === 0 || Object.values(only[1]).some((each) => exceeds(each, allowed - 1));
}

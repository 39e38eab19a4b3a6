const NUMBER = /-?\d[\d.eE+-]*/y;

/**
 * A number of the outermost object as it was sent, with the digits that a double does not hold; undefined where the last member of that
 * name is no number. The text must be a JSON object. Without recursion: a reviver of JSON.parse would walk every level, and the
 * deepest message that MQTT takes ends its stack.
 */
export function numberToken(text: string, name: string): string | undefined {
  const start = memberStart(text, name);
  if (start === undefined) return undefined;
  NUMBER.lastIndex = start;
  return NUMBER.exec(text)?.[0];
}

/** Where the value of the outermost object's last member of that name begins. The text must be a JSON object. */
export function memberStart(text: string, name: string): number | undefined {
  let depth = 0;
  let found: number | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") depth--;
    else if (character === '"') {
      const end = endOfString(text, at);
      const colon = depth === 1 ? afterBlanks(text, end) : -1;
      if (text[colon] === ":" && JSON.parse(text.slice(at, end)) === name) found = afterBlanks(text, colon + 1);
      at = end - 1;
    }
  }
  return found;
}

/** The texts of the elements of the JSON array that begins at `start`, in their order. */
export function elementTexts(text: string, start: number): string[] {
  const elements: string[] = [];
  let depth = 0;
  let from = start + 1;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at) - 1;
    else if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") depth--;
    if (depth > 1 || (depth === 1 && character !== ",")) continue;
    if (at > from) elements.push(text.slice(from, at));
    from = at + 1;
    if (depth === 0) break;
  }
  return elements;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

function afterBlanks(text: string, start: number): number {
  let at = start;
  while (at < text.length && " \t\n\r".includes(text[at] ?? "")) at++;
  return at;
}

const NUMBER = /-?\d[\d.eE+-]*/y;

/**
 * A number of the outermost object as it was sent, with the digits that a double does not hold; undefined where the last member of that
 * name is no number. The text must be a JSON object. Without recursion: a reviver of JSON.parse would walk every level, and the
 * deepest message that MQTT takes ends its stack.
 */
export function numberToken(text: string, name: string): string | undefined {
  let depth = 0;
  let found: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") depth--;
    else if (character === '"') {
      const end = endOfString(text, at);
      const colon = depth === 1 ? afterBlanks(text, end) : -1;
      if (text[colon] === ":" && JSON.parse(text.slice(at, end)) === name) {
        NUMBER.lastIndex = afterBlanks(text, colon + 1);
        found = NUMBER.exec(text)?.[0];
      }
      at = end - 1;
    }
  }
  return found;
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

/**
 * The JSON documents of a text that holds them one after the other. What follows the last whole one is a document of its own, so that
 * whoever reads it fails.
 */
export function documentsIn(text: string): string[] {
  const documents: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at);
    else if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") depth--;
    else continue;
    if (depth !== 0 || character === '"') continue;
    documents.push(text.slice(start, at + 1));
    start = at + 1;
  }
  const rest = text.slice(start);
  return rest.trim() === "" && documents.length > 0 ? documents : [...documents, rest];
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}

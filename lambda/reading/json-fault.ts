const WHITESPACE = " \t\n\r";
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
/** A string without its closing quote: what of it is sound. */
const STRING = /"(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/uy;
/** What a text that was cut ends in: a part of a word, a number or an escape. */
const CUT_NUMBER = /-?(?:(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][+-]?\d*)?)?$/y;
const CUT_ESCAPE = /\\(?:u[0-9a-fA-F]{0,3})?$/y;

/** Where a text stops being JSON: the index of the first character that does not belong there, or its length where it ends too early. */
export function jsonFault(text: string): number {
  /** What closes each object and array that is open. */
  const open: ("}" | "]")[] = [];
  let at = 0;
  let expected: "value" | "key" | "key or end" | "value or end" | "end" | "colon" = "value";
  for (;;) {
    while (at < text.length && WHITESPACE.includes(text.charAt(at))) at += 1;
    const character = text.charAt(at);
    if (character === "") return at;
    const closing = open.at(-1);
    if (expected === "colon") {
      if (character !== ":") return at;
      expected = "value";
      at += 1;
    } else if ((expected === "end" || expected.endsWith("or end")) && closing !== undefined && character === closing) {
      open.pop();
      expected = "end";
      at += 1;
    } else if (expected === "end") {
      if (closing === undefined || character !== ",") return at;
      expected = closing === "}" ? "key" : "value";
      at += 1;
    } else if (expected === "key" || expected === "key or end") {
      if (character !== '"') return at;
      const end = endOf(STRING, text, at) ?? at;
      if (text.charAt(end) !== '"') return endOf(CUT_ESCAPE, text, end) ?? end;
      at = end + 1;
      expected = "colon";
    } else if (character === "{" || character === "[") {
      open.push(character === "{" ? "}" : "]");
      expected = character === "{" ? "key or end" : "value or end";
      at += 1;
    } else if (character === '"') {
      const end = endOf(STRING, text, at) ?? at;
      if (text.charAt(end) !== '"') return endOf(CUT_ESCAPE, text, end) ?? end;
      at = end + 1;
      expected = "end";
    } else {
      const end = endOf(WORD, text, at) ?? (endsWithin(text, at) ? text.length : endOf(NUMBER, text, at));
      if (end === undefined) return at;
      at = end;
      expected = "end";
    }
  }
}

function endOf(token: RegExp, text: string, at: number): number | undefined {
  token.lastIndex = at;
  return token.test(text) ? token.lastIndex : undefined;
}

/** Whether the text ends in the middle of a word or a number. */
function endsWithin(text: string, at: number): boolean {
  const rest = text.slice(at, at + "false".length);
  return ["true", "false", "null"].some((word) => word.startsWith(rest)) || endOf(CUT_NUMBER, text, at) !== undefined;
}

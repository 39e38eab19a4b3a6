import { UsageError } from "../kit/usage-error";

/** A piece of SQL other than comments and spaces. */
export interface Token {
  /** "quoted" is a quoted name. */
  readonly kind: "word" | "string" | "quoted" | "number" | "sign";
  readonly text: string;
  /** Where it begins in the SQL. */
  readonly at: number;
}

const PIECES =
  /(?<space>\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<string>'(?:[^']|'')*(?:'|$))|(?<quoted>"(?:[^"]|"")*(?:"|$))|(?<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|(?<word>[\p{L}_][\p{L}\p{N}_$]*)|(?<sign>::|\/\/|\*\*|->|[\s\S])/gu;

/** The tokens of SQL by Trino's lexical rules: https://trino.io/docs/current/language/comments.html */
export function tokensOf(sql: string): Token[] {
  return [...sql.matchAll(PIECES)].flatMap(({ groups = {}, index, 0: text }) => {
    const kind = (["word", "string", "quoted", "number", "sign"] as const).find((each) => groups[each] !== undefined);
    return kind === undefined ? [] : [{ kind, text, at: index }];
  });
}

/** Whether a token is this keyword, or this sign. */
export function is(token: Token | undefined, ...texts: readonly string[]): boolean {
  return (
    token !== undefined && (token.kind === "word" || token.kind === "sign") && texts.includes(token.text.toUpperCase())
  );
}

/** Statements that change data, which can stand behind a WITH. */
const CHANGES = ["INSERT", "UPDATE", "DELETE", "MERGE"];

/**
 * The one SELECT that a person wrote, without its closing semicolon.
 * @throws UsageError for anything else, the same for DuckDB and Athena
 */
export function oneSelect(sql: string): string {
  const tokens = tokensOf(sql);
  const end = tokens.findIndex((token) => is(token, ";"));
  const statement = end === -1 ? tokens : tokens.slice(0, end);
  const first = statement.find((token) => !is(token, "("));
  const got = first === undefined ? "nothing" : `"${first.text}"`;
  if (!is(first, "SELECT", "WITH"))
    throw new UsageError(`SQL must begin with SELECT or WITH, got ${got}. Fix: use a SELECT`);
  const second = end === -1 ? undefined : tokens.slice(end).find((token) => !is(token, ";"));
  if (second !== undefined)
    throw new UsageError(`SQL must be one statement, got a second one at "${second.text}". Fix: run them one by one`);
  const change = statement.find(
    (token, at) => is(token, ...CHANGES) && is(statement[at - 1], ")") && is(first, "WITH"),
  );
  if (change !== undefined)
    throw new UsageError(`SQL must be a SELECT, got "${change.text}". Fix: use a SELECT; this command changes nothing`);
  if (statement.some((token) => is(token, "?")))
    throw new UsageError('SQL must have its values written out, got "?". Fix: write the value, or use "--query NAME"');
  return end === -1 ? sql : sql.slice(0, tokens[end]?.at);
}

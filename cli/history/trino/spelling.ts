import { is, type Token, tokensOf } from "../sql-text";

/** Trino's SQL where DuckDB's parser takes none of it: `if` of two, times with a zone, `listagg`. */
export function spelledForDuckDb(sql: string): string {
  const edits: { readonly from: number; readonly to: number; readonly text: string }[] = [];
  const tokens = tokensOf(sql);
  tokens.forEach((token, at) => {
    const next = tokens[at + 1];
    if (next === undefined) return;
    if (is(token, "TIMESTAMP") && next.kind === "string") {
      const [, time, zone] = /^'([\d-]+ [\d:.]+) ?([+-]\d\d:\d\d|[A-Za-z][\w/+-]*)'$/.exec(next.text) ?? [];
      if (time !== undefined && zone !== undefined)
        edits.push({
          from: token.at,
          to: next.at + next.text.length,
          text: /^[+-]/.test(zone) ? `TIMESTAMPTZ '${time}${zone}'` : `TIMESTAMPTZ '${time} ${zone}'`,
        });
    }
    if (!is(next, "(") || is(tokens[at - 1], ".")) return;
    const end = closing(tokens, at + 1);
    const close = tokens[end];
    if (close === undefined) return;
    if (is(token, "IF") && commas(tokens, at + 1, end) === 1)
      edits.push({ from: close.at, to: close.at, text: ", NULL" });
    if (is(token, "LISTAGG") && is(tokens[end + 1], "WITHIN")) {
      const order = tokens[end + 3];
      const orderEnd = tokens[closing(tokens, end + 3)];
      if (order === undefined || orderEnd === undefined) return;
      edits.push({ from: token.at, to: token.at + token.text.length, text: "string_agg" });
      edits.push({ from: close.at, to: orderEnd.at + 1, text: ` ${sql.slice(order.at + 1, orderEnd.at)})` });
    }
  });
  return edits
    .sort((left, right) => right.from - left.from)
    .reduce((text, { from, to, text: put }) => text.slice(0, from) + put + text.slice(to), sql);
}

/** The place of the parenthesis that closes the one at `open`; -1 where none does. */
function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  return tokens.findIndex((token, at) => {
    if (at < open) return false;
    depth += is(token, "(") ? 1 : is(token, ")") ? -1 : 0;
    return depth === 0;
  });
}

/** Commas between the two parentheses that belong to no inner ones. */
function commas(tokens: readonly Token[], open: number, close: number): number {
  let depth = 0;
  return tokens.slice(open, close).filter((token) => {
    depth += is(token, "(", "[") ? 1 : is(token, ")", "]") ? -1 : 0;
    return depth === 1 && is(token, ",");
  }).length;
}
